import { isObject } from "../../../src/core/json-values.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const refusal = (status: number, title: string, detail: string): ScriptedReply => ({
  status,
  body: { title, detail, status },
});

const check = ({ headers, json: body, path }: RecordedRequest): ScriptedReply | undefined => {
  if (!headers.get("authorization")?.startsWith("Bearer "))
    return refusal(401, "Unauthenticated", "You did not pass an authentication token");
  if (!isObject(body) || !isObject(body["input"]))
    return refusal(422, "Input validation failed", "- input is required");
  const isVersioned = !/\/(?:models|deployments)\/[^/]+\/[^/]+\/predictions$/.test(path);
  if (isVersioned !== (typeof body["version"] === "string"))
    return refusal(422, "Input validation failed", "- version is required");
  const unknown = Object.keys(body).find(
    (name) => !/^(?:input|version|stream|webhook|webhook_events_filter)$/.test(name),
  );
  if (unknown !== undefined)
    return refusal(422, "Input validation failed", `- additional property ${unknown} is not allowed`);
  const { prompt } = body["input"];
  return typeof prompt === "string"
    ? undefined
    : refusal(422, "Input validation failed", "- input: prompt is required");
};

/** Language models of Replicate. Source: https://replicate.com/docs/topics/predictions (read 2026-11-28). */
export const replicateKit: VendorKit = defineKit({
  providers: ["replicate"],
  operation: "chat",
  model: "meta/meta-llama-3-70b-instruct",
  check,
  simple: {
    status: 201,
    body: {
      id: "gm3qorzdhgbfurvjtvhg6dckhu",
      status: "succeeded",
      output: ["ca", "f\u00e9"],
      error: null,
      created_at: "2025-11-24T16:00:00.123Z",
      metrics: { input_token_count: 11, output_token_count: 7, predict_time: 0.5 },
    },
  },
  error: (status, message) => refusal(status, "Error", message),
  skipped: {
    tools: "predictions have no tools",
    images: "each model names its image inputs otherwise; they can be sent as parameters",
    "structured output": "predictions have no response format",
    stream: "a prediction's stream is at another address; the whole answer is sent in pieces",
  },
});
