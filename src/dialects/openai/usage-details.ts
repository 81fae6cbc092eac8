import { type BilledTokens, NO_DETAILS, type UsageDetails } from "../../core/usage.ts";

/** Usage as it comes: any of the spellings below, or none. */
export interface WireDetails {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly prompt_tokens_details?: unknown;
  readonly completion_tokens_details?: unknown;
  /** Anthropic's names, and LiteLLM's. */
  readonly cache_creation_input_tokens?: unknown;
  readonly cache_creation?: unknown;
  readonly server_tool_use?: unknown;
  /** xAI. */
  readonly num_sources_used?: unknown;
  /** Perplexity. */
  readonly num_search_queries?: unknown;
  readonly search_units?: unknown;
  /** Cohere's, beside the tokens. */
  readonly billed_units?: unknown;
  readonly service_tier?: unknown;
}

type Mapping = Readonly<Record<string, unknown>>;

const EMPTY: Mapping = {};

const objectIn = (value: unknown): Mapping =>
  typeof value === "object" && value !== null ? (value as Mapping) : EMPTY;

/** A whole count, as vendors write it; fractions are cut off, anything else is 0. */
export function toCount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

/**
 * The rarer parts of a usage; `undefined` where all of them are 0, as for most calls. Sources:
 * https://platform.openai.com/docs/api-reference/chat/object, https://platform.claude.com/docs/en/api/messages (`cache_creation`,
 * `server_tool_use`), https://openrouter.ai/docs/use-cases/usage-accounting (`cache_write_tokens`),
 * https://docs.x.ai/docs/guides/live-search (`num_sources_used`), https://docs.perplexity.ai/api-reference/chat-completions-post
 * (`num_search_queries`), https://docs.cohere.com/reference/chat (`billed_units`) (read 2026-11-28).
 */
export function readDetails(wire: WireDetails): UsageDetails | undefined {
  const prompt = objectIn(wire.prompt_tokens_details);
  const completion = objectIn(wire.completion_tokens_details);
  const cacheWriteTokens =
    toCount(wire.cache_creation_input_tokens) ||
    toCount(prompt["cache_creation_tokens"]) ||
    toCount(prompt["cache_write_tokens"]);
  const cachedAudioTokens = toCount(objectIn(prompt["cached_tokens_details"])["audio_tokens"]);
  const audioPromptTokens = Math.max(0, toCount(prompt["audio_tokens"]) - cachedAudioTokens);
  const audioCompletionTokens = toCount(completion["audio_tokens"]);
  const imagePromptTokens = toCount(prompt["image_tokens"]);
  const imageCompletionTokens = toCount(completion["image_tokens"]);
  const webSearches =
    toCount(objectIn(wire.server_tool_use)["web_search_requests"]) ||
    toCount(wire.num_sources_used) ||
    toCount(wire.num_search_queries);
  const searchUnits = toCount(wire.search_units);
  const billed = readBilled(wire);
  const serviceTier = typeof wire.service_tier === "string" ? wire.service_tier : undefined;
  const tokens = cacheWriteTokens + audioPromptTokens + audioCompletionTokens + imagePromptTokens;
  if (
    tokens + imageCompletionTokens + webSearches + searchUnits === 0 &&
    billed === undefined &&
    !isSpecial(serviceTier)
  ) {
    return undefined;
  }
  return {
    cacheWriteTokens,
    cacheWriteHourTokens: cacheWriteTokens === 0 ? 0 : Math.min(cacheWriteTokens, readHourTokens(wire, prompt)),
    audioPromptTokens,
    audioCompletionTokens,
    imagePromptTokens,
    imageCompletionTokens,
    webSearches,
    searchUnits,
    billed,
    serviceTier: isSpecial(serviceTier) ? serviceTier : undefined,
  };
}

const readHourTokens = (wire: WireDetails, prompt: Mapping): number =>
  toCount(objectIn(wire.cache_creation)["ephemeral_1h_input_tokens"]) ||
  toCount(objectIn(prompt["cache_creation_token_details"])["ephemeral_1h_input_tokens"]);

function readBilled(wire: WireDetails): BilledTokens | undefined {
  const { input_tokens: input, output_tokens: output } = objectIn(wire.billed_units);
  return input === undefined && output === undefined
    ? undefined
    : {
        promptTokens: toCount(input ?? wire.prompt_tokens),
        completionTokens: toCount(output ?? wire.completion_tokens),
      };
}

/** Tiers with prices of their own. */
const isSpecial = (tier: string | undefined): boolean => tier === "flex" || tier === "priority";

/** The details with a service tier that the answer tells beside its usage. */
export const withServiceTier = (details: UsageDetails | undefined, serviceTier: string): UsageDetails => ({
  ...(details ?? NO_DETAILS),
  serviceTier,
});
