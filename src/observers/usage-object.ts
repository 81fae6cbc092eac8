import type { JsonObject } from "../core/translation.ts";
import { NO_DETAILS, type Usage } from "../core/usage.ts";

/** All that is known of a usage, as OpenAI writes it; rarer parts, with LiteLLM's names, where there is something of them. */
export function toUsageObject(usage: Usage): JsonObject {
  const { details = NO_DETAILS } = usage;
  const { cacheWriteTokens, cacheWriteHourTokens, webSearches, searchUnits, billed, serviceTier } = details;
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cachedTokens,
      ...countOf("audio_tokens", details.audioPromptTokens),
      ...countOf("image_tokens", details.imagePromptTokens),
      ...countOf("cache_creation_tokens", cacheWriteTokens),
      ...(cacheWriteHourTokens === 0
        ? {}
        : {
            cache_creation_token_details: {
              ephemeral_5m_input_tokens: cacheWriteTokens - cacheWriteHourTokens,
              ephemeral_1h_input_tokens: cacheWriteHourTokens,
            },
          }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      ...countOf("audio_tokens", details.audioCompletionTokens),
      ...countOf("image_tokens", details.imageCompletionTokens),
    },
    ...countOf("cache_creation_input_tokens", cacheWriteTokens),
    ...(webSearches === 0 ? {} : { server_tool_use: { web_search_requests: webSearches } }),
    ...countOf("search_units", searchUnits),
    ...(billed === undefined
      ? {}
      : { billed_units: { input_tokens: billed.promptTokens, output_tokens: billed.completionTokens } }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
  };
}

const countOf = (name: string, count: number): JsonObject => (count === 0 ? {} : { [name]: count });
