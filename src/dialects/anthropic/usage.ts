import { countOf, isObject, objectOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { writeUsage } from "../openai/chat-reply.ts";

/**
 * Anthropic's usage as OpenAI writes it. `input_tokens` leaves out what a cache was read for and written to; OpenAI's
 * `prompt_tokens` counts it, once.
 * Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching (read 2026-11-28).
 */
export function toOpenaiUsage(usage: JsonObject): JsonObject {
  const { input_tokens, output_tokens, cache_creation_input_tokens: written, cache_read_input_tokens: read } = usage;
  const hasCache = typeof written === "number" || typeof read === "number";
  const { thinking_tokens: thinking } = objectOf(usage["output_tokens_details"]);
  const { server_tool_use: serverTools } = usage;
  const { ephemeral_1h_input_tokens: hour } = objectOf(usage["cache_creation"]);
  const counted = writeUsage({
    promptTokens: countOf(input_tokens) + countOf(written) + countOf(read),
    completionTokens: countOf(output_tokens),
    cachedTokens: hasCache ? countOf(read) : undefined,
    cacheCreationTokens: hasCache ? countOf(written) : undefined,
    cacheCreationHourTokens: countOf(hour) === 0 ? undefined : countOf(hour),
    reasoningTokens: typeof thinking === "number" ? countOf(thinking) : undefined,
  });
  return isObject(serverTools) ? { ...counted, server_tool_use: serverTools } : counted;
}

/** The same of a stream whose answer is not counted yet: of the prompt alone. */
export function toPromptUsage(usage: JsonObject): JsonObject {
  const { completion_tokens: _answer, total_tokens: _total, ...told } = toOpenaiUsage(usage);
  return told;
}

/** Usage of a stream's later event over an earlier one: its counts are totals, `null` says nothing. */
export function mergeUsage(earlier: JsonObject, later: JsonObject): JsonObject {
  const told = Object.entries(later).filter(([, value]) => value !== null && value !== undefined);
  return { ...earlier, ...Object.fromEntries(told) };
}
