import { NO_LIMITS, type Price } from "./price.ts";
import type { ModelFacts } from "./price-book.ts";
import { toUsd } from "./rate.ts";

/** Price and limits in LiteLLM's names, for info pages; `null` for those that nobody knows. Tiers carry their threshold. */
export function toShownFacts(facts: ModelFacts | undefined): Readonly<Record<string, unknown>> {
  const limits = facts?.limits ?? NO_LIMITS;
  const price = facts?.price?.price;
  return {
    max_tokens: limits.maxTokens ?? limits.maxOutputTokens ?? null,
    max_input_tokens: limits.maxInputTokens ?? null,
    max_output_tokens: limits.maxOutputTokens ?? null,
    ...(price === undefined ? UNKNOWN : toShownPrice(price)),
  };
}

const UNKNOWN = { input_cost_per_token: null, output_cost_per_token: null } as const;

function toShownPrice({ standard, perSearchUnit, perWebSearch }: Price): Readonly<Record<string, unknown>> {
  const { base, tiers } = standard;
  const shown: Record<string, unknown> = {
    input_cost_per_token: toUsd(base.input),
    output_cost_per_token: toUsd(base.output),
    cache_read_input_token_cost: toUsd(base.cacheRead),
    cache_creation_input_token_cost: toUsd(base.cacheWrite),
  };
  if (base.cacheWriteHour !== base.cacheWrite) {
    shown["cache_creation_input_token_cost_above_1hr"] = toUsd(base.cacheWriteHour);
  }
  if (base.audioInput !== base.input) {
    shown["input_cost_per_audio_token"] = toUsd(base.audioInput);
  }
  if (base.audioOutput !== base.output) {
    shown["output_cost_per_audio_token"] = toUsd(base.audioOutput);
  }
  if (base.reasoning !== base.output) {
    shown["output_cost_per_reasoning_token"] = toUsd(base.reasoning);
  }
  for (const { aboveTokens, rates } of tiers) {
    const above = `above_${aboveTokens / 1000}k_tokens`;
    shown[`input_cost_per_token_${above}`] = toUsd(rates.input);
    shown[`output_cost_per_token_${above}`] = toUsd(rates.output);
    shown[`cache_read_input_token_cost_${above}`] = toUsd(rates.cacheRead);
  }
  if (perSearchUnit > 0) {
    shown["input_cost_per_query"] = toUsd(perSearchUnit);
  }
  if (perWebSearch > 0) {
    shown["search_context_cost_per_query"] = { search_context_size_medium: toUsd(perWebSearch) };
  }
  return shown;
}
