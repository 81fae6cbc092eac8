import { GatewayError } from "../../core/errors.ts";
import { countOf, isObject, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { ChunkSink, JsonObject } from "../../core/translation.ts";
import { type FinishReason, type ReplyHead, writeUsage } from "../openai/chat-reply.ts";

/**
 * A reply of Ollama as an object. Failures have the one field `error` (https://docs.ollama.com/api/errors, read 2026-11-28).
 * @throws GatewayError `upstream-failed` when it tells a failure, `upstream-malformed` when it is no object
 */
export function readOllamaReply(reply: unknown): JsonObject {
  if (!isObject(reply)) {
    throw new GatewayError("upstream-malformed", "the reply is no object");
  }
  const error = textOf(reply["error"]);
  if (error !== undefined) {
    throw new GatewayError("upstream-failed", error);
  }
  return reply;
}

/** Tells a failure that came as a line of a stream. @returns whether the line was one */
export function failOf(line: JsonObject, sink: ChunkSink): boolean {
  const message = textOf(line["error"]);
  if (message === undefined) {
    return false;
  }
  const status = line["status_code"];
  sink.fail({ status: typeof status === "number" && status >= 400 && status <= 599 ? status : 500, message });
  return true;
}

/** Model and time of a reply; it has no id. */
export function readHead(reply: JsonObject): ReplyHead {
  const at = Date.parse(textOf(reply["created_at"]) ?? "");
  return { model: textOf(reply["model"]), created: Number.isNaN(at) ? undefined : Math.floor(at / 1000) };
}

/** Token counts; `undefined` on lines before the last. Ollama leaves a count out when it is 0 (a prompt that it had cached). */
export function readUsage(reply: JsonObject): JsonObject | undefined {
  const { prompt_eval_count: prompt, eval_count: answer } = reply;
  return prompt === undefined && answer === undefined
    ? undefined
    : writeUsage({ promptTokens: countOf(prompt), completionTokens: countOf(answer) });
}

/** `done_reason` is `stop`, `length`, or `load` and `unload` of calls without messages. */
export const toFinishReason = (doneReason: unknown, hasCalls: boolean): FinishReason =>
  hasCalls ? "tool_calls" : doneReason === "length" ? "length" : "stop";

/** Log probabilities in OpenAI's shape; `undefined` when there are none. */
export function readLogprobs(reply: JsonObject): JsonObject | undefined {
  const list = objectsOf(reply["logprobs"]);
  if (list.length === 0) {
    return undefined;
  }
  const toEntry = (entry: JsonObject): JsonObject => ({
    token: textOf(entry["token"]) ?? "",
    logprob: entry["logprob"] ?? null,
    bytes: entry["bytes"] ?? null,
  });
  const content = list.map((entry) => ({
    ...toEntry(entry),
    top_logprobs: objectsOf(entry["top_logprobs"]).map(toEntry),
  }));
  return { content, refusal: null };
}

/** The tool calls of a message. @param idPrefix ids are made of it where the vendor gives none; @param from number of the first */
export function readToolCalls(message: JsonObject, idPrefix: string, from: number): readonly JsonObject[] {
  return objectsOf(message["tool_calls"]).map((call, index) => {
    const { name, arguments: given } = objectOf(call["function"]);
    return {
      id: textOf(call["id"]) || `call_${idPrefix.replace(/^chatcmpl-/, "")}_${from + index}`,
      type: "function",
      function: {
        name: textOf(name) ?? "",
        arguments: typeof given === "string" ? given : JSON.stringify(given ?? {}),
      },
    };
  });
}
