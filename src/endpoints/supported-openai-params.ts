import { GatewayError } from "../core/errors.ts";
import { definePlain } from "../http/endpoint.ts";
import { readQuery } from "../http/request-target.ts";
import { findSupportedParams } from "../routing/supported-params.ts";

/** Longest name that is looked up. */
const MAX_NAME_LENGTH = 512;

/** Which OpenAI parameters a model takes (contract 1.6): one that is served, or any `provider/model`. */
export const supportedOpenaiParams = definePlain({
  method: "GET",
  paths: ["/utils/supported_openai_params"],
  summary: "List the OpenAI parameters that a model takes.",
  isPublic: false,
  query: { model: "Name of the model; required." },
  responseSchema: {
    type: "object",
    required: ["supported_openai_params"],
    properties: { supported_openai_params: { type: "array", items: { type: "string" } } },
  },
  handle: ({ state, target }) => {
    const model = readQuery(target, "model") ?? "";
    if (model === "") {
      throw new GatewayError("invalid-request", "Missing required query parameter: 'model'.", { param: "model" });
    }
    const params = model.length > MAX_NAME_LENGTH ? undefined : findSupportedParams(model, state.models);
    if (params === undefined) {
      throw new GatewayError("invalid-request", `Could not map model=${model.slice(0, MAX_NAME_LENGTH)}`, {
        param: "model",
      });
    }
    return Response.json({ supported_openai_params: params });
  },
});
