import { countOf, isObject, listOf, lookUp, numberOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { type FinishReason, writeUsage } from "../openai/chat-reply.ts";

/**
 * Why Cohere's answers end, in OpenAI's words. `ERROR` and `TIMEOUT` are not among them: they are failures.
 * Source: https://docs.cohere.com/reference/chat, `finish_reason` (read 2026-11-28).
 */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: "stop",
  STOP_SEQUENCE: "stop",
  MAX_TOKENS: "length",
  TOOL_CALL: "tool_calls",
};

/** The finish reason in OpenAI's words; `stop` for one that is new. */
export const toFinishReason = (reason: unknown): FinishReason => lookUp(FINISH_REASONS, reason) ?? "stop";

/** What a failed generation is told with; `undefined` for an answer that ended well. */
export function findFailure(
  finishReason: unknown,
  error: unknown,
): { readonly status: number; readonly message: string } | undefined {
  const told = textOf(error);
  if (finishReason === "TIMEOUT") {
    return { status: 504, message: told ?? "Cohere gave the answer up: it took too long" };
  }
  if (finishReason === "ERROR" || (told !== undefined && told !== "")) {
    return { status: 500, message: told ?? "Cohere failed to generate an answer" };
  }
  return undefined;
}

/**
 * `usage` in OpenAI's words. `tokens` count what the model read and wrote, the vendor's own preamble included;
 * `billed_units` are what is charged, and kept beside them: the price is worked out from these.
 * Source: https://docs.cohere.com/reference/chat, `usage` (read 2026-11-28).
 */
export function toChatUsage(usage: unknown): JsonObject | undefined {
  if (!isObject(usage)) {
    return undefined;
  }
  const billed = objectOf(usage["billed_units"]);
  const tokens = objectOf(usage["tokens"]);
  return {
    ...writeUsage({
      promptTokens: countOf(tokens["input_tokens"] ?? billed["input_tokens"]),
      completionTokens: countOf(tokens["output_tokens"] ?? billed["output_tokens"]),
      cachedTokens: numberOf(usage["cached_tokens"]),
    }),
    ...(isObject(usage["billed_units"]) ? { billed_units: billed } : {}),
  };
}

/**
 * Log probabilities: Cohere tells them for pieces of text, each of one or more tokens, whose joint probability is the
 * product of theirs.
 */
export function toLogprobs(items: readonly JsonObject[]): JsonObject {
  const content = items.map((item) => {
    const token = textOf(item["text"]) ?? "";
    const logprob = listOf(item["logprobs"]).reduce<number>((sum, value) => sum + (numberOf(value) ?? 0), 0);
    return { token, logprob, bytes: [...Buffer.from(token)], top_logprobs: [] };
  });
  return { content, refusal: null };
}

/** A call of a tool as a whole reply or a stream's `tool-call-start` tells it. */
export const toToolCall = (call: JsonObject): JsonObject & { readonly function: JsonObject } => {
  const { name, arguments: written } = objectOf(call["function"]);
  return {
    id: call["id"],
    type: "function",
    function: { name: textOf(name) ?? "", arguments: textOf(written) ?? "" },
  };
};

/** The message of a whole reply: text, thoughts, calls; plan and citations among the vendor's own fields. */
export function toMessage(message: JsonObject): JsonObject {
  const blocks = objectsOf(message["content"]);
  const join = (type: string): string =>
    blocks.map((block) => (block["type"] === type ? (textOf(block[type]) ?? "") : "")).join("");
  const text = join("text");
  const plan = textOf(message["tool_plan"]);
  const reasoning = join("thinking") || plan;
  const calls = objectsOf(message["tool_calls"]).map(toToolCall);
  const citations = objectsOf(message["citations"]);
  const own = {
    ...(plan === undefined ? {} : { tool_plan: plan }),
    ...(citations.length === 0 ? {} : { citations }),
  };
  return {
    content: text === "" && calls.length > 0 ? null : text,
    ...(reasoning ? { reasoning_content: reasoning } : {}),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(Object.keys(own).length === 0 ? {} : { provider_specific_fields: own }),
  };
}
