import { countOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { writeUsage } from "../openai/chat-reply.ts";

/**
 * Converse's usage as OpenAI writes it. `inputTokens` counts neither what was read from a cache nor what was written to one:
 * the whole prompt is the sum of the three.
 * Source: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html, as cited in
 * https://github.com/crmne/ruby_llm/pull/832 (read 2026-11-28).
 */
export function toOpenaiUsage(usage: JsonObject): JsonObject {
  const { inputTokens, outputTokens, cacheReadInputTokens: read, cacheWriteInputTokens: written } = usage;
  const hasCache = typeof read === "number" || typeof written === "number";
  return writeUsage({
    promptTokens: countOf(inputTokens) + countOf(read) + countOf(written),
    completionTokens: countOf(outputTokens),
    ...(hasCache ? { cachedTokens: countOf(read), cacheCreationTokens: countOf(written) } : {}),
  });
}
