import { isPerToken, NO_LIMITS, type Price, type TokenRates } from "./price.ts";
import type { ModelFacts } from "./price-book.ts";
import { TOKEN_KEYS } from "./price-entry.ts";
import { toUsd } from "./rate.ts";

/**
 * Price and limits in LiteLLM's names, for info pages; `null` for those that nobody knows, and for tokens that are not
 * what is paid. Prices in US dollars; those of tiers and service tiers carry their names.
 */
export function toShownFacts(facts: ModelFacts | undefined): Readonly<Record<string, unknown>> {
  const limits = facts?.limits ?? NO_LIMITS;
  const price = facts?.price?.price;
  return {
    max_tokens: limits.maxTokens ?? limits.maxOutputTokens ?? null,
    max_input_tokens: limits.maxInputTokens ?? null,
    max_output_tokens: limits.maxOutputTokens ?? null,
    input_cost_per_token: null,
    output_cost_per_token: null,
    ...(price === undefined ? {} : toShownPrice(price)),
  };
}

function toShownPrice(price: Price): Readonly<Record<string, unknown>> {
  const { perCall, perSecond, perSearchUnit, perWebSearch } = price;
  return {
    ...(isPerToken(price) ? toShownTokenRates(price) : {}),
    ...(perCall > 0 ? { input_cost_per_request: toUsd(perCall) } : {}),
    ...(perSecond > 0 ? { input_cost_per_second: toUsd(perSecond) } : {}),
    ...(perSearchUnit > 0 ? { input_cost_per_query: toUsd(perSearchUnit) } : {}),
    ...(perWebSearch > 0 ? { search_context_cost_per_query: { search_context_size_medium: toUsd(perWebSearch) } } : {}),
  };
}

const SERVICE_TIERS = [
  ["standard", ""],
  ["flex", "_flex"],
  ["priority", "_priority"],
] as const;

function toShownTokenRates(price: Price): Readonly<Record<string, number>> {
  const shown = SERVICE_TIERS.flatMap(([name, service]) => {
    const { base, tiers = [] } = price[name] ?? {};
    return [
      ...(base === undefined ? [] : toShownRates(base, service)),
      ...tiers.flatMap(({ aboveTokens, rates }) =>
        toShownRates(rates, `_above_${aboveTokens / 1000}k_tokens${service}`),
      ),
    ];
  });
  return Object.fromEntries(shown);
}

/** The kind whose price tokens have that have none of their own; what plain and cached tokens cost is always shown. */
const FALLBACKS: Readonly<Record<keyof TokenRates, keyof TokenRates | undefined>> = {
  input: undefined,
  output: undefined,
  cacheRead: undefined,
  cacheWrite: undefined,
  cacheWriteHour: "cacheWrite",
  audioInput: "input",
  audioOutput: "output",
  imageInput: "input",
  imageOutput: "output",
  reasoning: "output",
};

function toShownRates(rates: TokenRates, ending: string): readonly (readonly [name: string, usd: number])[] {
  const kinds = Object.keys(FALLBACKS) as readonly (keyof TokenRates)[];
  return kinds
    .filter((kind) => {
      const fallback = FALLBACKS[kind];
      return fallback === undefined || rates[kind] !== rates[fallback];
    })
    .map((kind) => [`${TOKEN_KEYS[kind]}${ending}`, toUsd(rates[kind])]);
}
