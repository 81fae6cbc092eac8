import { GatewayError } from "../core/errors.ts";
import { countOf, isObject, listOf, objectOf, textOf, withoutUndefined } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { readMaxTokens, readNumber, readStop, restOf } from "../dialects/openai/chat-params.ts";
import { writeChatCompletion, writeUsage } from "../dialects/openai/chat-reply.ts";
import { readMessages } from "../dialects/openai/chat-request.ts";
import { writeTranscript } from "../dialects/openai/transcript.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = {
  frequency_penalty: "forwarded",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  presence_penalty: "forwarded",
  seed: "forwarded",
  stop: "mapped",
  stream: "emulated",
  stream_options: "emulated",
  temperature: "forwarded",
  top_p: "forwarded",
} as const;

/** A version of a model, for which there is another address: `owner/name:<id>`, or the id alone. */
const VERSION = /^(?:[^/]+\/[^/:]+:)?([0-9a-f]{64})$/;

/**
 * Chats as predictions of Replicate, waited for in the one call that makes them (at most 60 s, then it is a timeout);
 * streams are the whole answer in pieces. Each model has inputs of its own: those of Meta's language models are written,
 * parameters that are not known go into `input` as they are.
 * Sources: https://replicate.com/docs/topics/predictions/create-a-prediction, https://replicate.com/docs/topics/predictions,
 * https://replicate.com/meta/meta-llama-3.1-405b-instruct (read 2026-11-28); npm `replicate` 1.4.0;
 * token counts: github.com/replicate/replicate-go 0.18.
 */
export const openaiChatToReplicate = defineTranslator({
  from: "openai-chat",
  to: "replicate",
  fields: FIELDS,
  request: (body, { model, ledger }) => {
    const { system, prompt } = writeTranscript(readMessages(body), ledger);
    const stop = readStop(body);
    const version = VERSION.exec(model)?.[1];
    const input = {
      prompt,
      system_prompt: system === "" ? undefined : system,
      // Its models before Llama 3 call the limit otherwise.
      [model.includes("llama-2") ? "max_new_tokens" : "max_tokens"]: readMaxTokens(body),
      frequency_penalty: readNumber(body, "frequency_penalty"),
      presence_penalty: readNumber(body, "presence_penalty"),
      seed: readNumber(body, "seed"),
      temperature: readNumber(body, "temperature"),
      top_p: readNumber(body, "top_p"),
      stop_sequences: stop.length === 0 ? undefined : stop.join(","),
      ...restOf(body, FIELDS),
    };
    return { ...(version === undefined ? {} : { version }), input: withoutUndefined(input) };
  },
  response: (reply, context) => {
    const prediction = objectOf(reply);
    const text = readOutput(prediction);
    const at = Date.parse(textOf(prediction["created_at"]) ?? "");
    const head = { id: textOf(prediction["id"]), created: Number.isNaN(at) ? undefined : Math.floor(at / 1000) };
    const usage = readUsage(objectOf(prediction["metrics"]));
    const choice = { message: { content: text }, finishReason: "stop" };
    return writeChatCompletion(context, head, [choice], usage === undefined ? {} : { usage });
  },
});

/** @throws GatewayError of what became of the prediction, when it is not an answer */
function readOutput({ status, output, error }: JsonObject): string {
  switch (status) {
    case "succeeded":
      break;
    case "starting":
    case "processing":
      throw new GatewayError(
        "upstream-timeout",
        "the prediction was not complete within the time that Replicate waits",
      );
    case "failed":
    case "canceled":
    case "aborted":
      throw new GatewayError("upstream-failed", textOf(error) ?? `the prediction was ${status}`);
    default:
      throw new GatewayError("upstream-malformed", "the reply is no prediction");
  }
  if (typeof output !== "string" && !Array.isArray(output)) {
    throw new GatewayError("upstream-malformed", "the prediction's output is no text");
  }
  return typeof output === "string"
    ? output
    : listOf(output)
        .map((piece) => textOf(piece) ?? "")
        .join("");
}

/** Language models count their tokens, others do not. */
function readUsage(metrics: JsonObject): JsonObject | undefined {
  const { input_token_count: prompt, output_token_count: answer } = metrics;
  return isObject(metrics) && (prompt !== undefined || answer !== undefined)
    ? writeUsage({ promptTokens: countOf(prompt), completionTokens: countOf(answer) })
    : undefined;
}
