import { toBoundedMap } from "../core/bounded-map.ts";
import type { ModelLimits, TokenRates } from "./price.ts";
import { type Rate, readRate } from "./rate.ts";
import type { PricedModel, RateStep, WrittenPrice, WrittenRates } from "./written-price.ts";

type Entry = Readonly<Record<string, unknown>>;

/** LiteLLM's names of rates per token, by what they are (contract 9.1). */
export const TOKEN_KEYS = {
  input: "input_cost_per_token",
  output: "output_cost_per_token",
  cacheRead: "cache_read_input_token_cost",
  cacheWrite: "cache_creation_input_token_cost",
  cacheWriteHour: "cache_creation_input_token_cost_above_1hr",
  audioInput: "input_cost_per_audio_token",
  audioOutput: "output_cost_per_audio_token",
  imageInput: "input_cost_per_image_token",
  imageOutput: "output_cost_per_image_token",
  reasoning: "output_cost_per_reasoning_token",
} as const satisfies Record<keyof TokenRates, string>;

const KINDS = Object.keys(TOKEN_KEYS) as readonly (keyof TokenRates)[];

/** Rates that are not per token and have an effect. */
const OTHER_KEYS = [
  "input_cost_per_query",
  "input_cost_per_second",
  "output_cost_per_second",
  "input_cost_per_request",
] as const;

const TIER = /_above_(\d{1,5})k_tokens(?:_flex|_priority)?$/;
const SERVICE_TIER = /_(?:flex|priority)$/;

/** Longer keys are no price: callers may choose them, and they would be remembered. */
const MAX_KEY = 128;

/** Whether a key is one of those that prices are made of. */
export const isPriceKey = (key: string): boolean => key.length <= MAX_KEY && isKnownKey(key);

/** Files have few names, each thousands of times. */
const isKnownKey = toBoundedMap(
  1024,
  (key): boolean => PLAIN_KEYS.has(key) || TIERED_KEYS.has(key.replace(SERVICE_TIER, "").replace(TIER, "")),
);

const TIERED_KEYS: ReadonlySet<string> = new Set(Object.values(TOKEN_KEYS));

const PLAIN_KEYS: ReadonlySet<string> = new Set([...OTHER_KEYS, "search_context_cost_per_query", "tiered_pricing"]);

/** What an entry in the format of LiteLLM's `model_prices_and_context_window.json` says. */
export const readPricedModel = (entry: Entry): PricedModel => ({ price: readPrice(entry), limits: readLimits(entry) });

/** The price that an entry's `*_cost_*` fields are. Never throws: what is no price says nothing. */
function readPrice(entry: Entry): WrittenPrice {
  return {
    standard: readRates(entry) ?? {},
    flex: readRates(entry, "_flex"),
    priority: readRates(entry, "_priority"),
    perSearchUnit: readRate(entry["input_cost_per_query"]),
    perWebSearch: readSearchRate(entry["search_context_cost_per_query"]),
    perCall: readRate(entry["input_cost_per_request"]),
    perSecond: readSecondRate(entry),
  };
}

/** Limits in tokens. LiteLLM's `max_tokens` is that of the answer. */
function readLimits(entry: Entry): ModelLimits {
  return {
    maxTokens: readCount(entry["max_tokens"]),
    maxInputTokens: readCount(entry["max_input_tokens"]),
    maxOutputTokens: readCount(entry["max_output_tokens"]),
  };
}

/** `undefined` when it has none. A service tier has the standard price beyond thresholds that it says nothing of. */
function readRates(entry: Entry, service: "" | "_flex" | "_priority" = ""): WrittenRates | undefined {
  const thresholds = thresholdsOf(entry);
  const listed = service === "" ? readListedTiers(entry["tiered_pricing"]) : [];
  const rates = KINDS.flatMap((kind) => {
    const key = TOKEN_KEYS[kind];
    const ending = (suffix: string): readonly WrittenStep[] => [
      [0, entry[`${key}${suffix}`]],
      ...thresholds.map((above) => [above * 1000, entry[`${key}_above_${above}k_tokens${suffix}`]] as const),
    ];
    const own = readSteps([...ending(service), ...listed.map(([above, tier]) => [above, tier[key]] as const)]);
    if (own.length === 0) {
      return [];
    }
    return [[kind, service === "" ? own : readSteps([...ending(service), ...ending("")])] as const];
  });
  return rates.length === 0 ? undefined : Object.fromEntries(rates);
}

type WrittenStep = readonly [aboveTokens: number, price: unknown];

/** The lowest threshold first; of two prices for one, that which is named first. */
function readSteps(written: readonly WrittenStep[]): readonly RateStep[] {
  const rates = new Map<number, Rate>();
  for (const [aboveTokens, price] of written) {
    const rate = readRate(price);
    if (rate !== undefined && !rates.has(aboveTokens)) {
      rates.set(aboveTokens, rate);
    }
  }
  return [...rates]
    .map(([aboveTokens, rate]) => ({ aboveTokens, rate }))
    .sort((one, other) => one.aboveTokens - other.aboveTokens);
}

function thresholdsOf(entry: Entry): readonly number[] {
  const found = Object.keys(entry).flatMap((key) => (isPriceKey(key) ? (TIER.exec(key)?.[1] ?? []) : []));
  return [...new Set(found)].map(Number);
}

/** Most tiers of a list. */
const MAX_TIERS = 32;

/** `tiered_pricing: [{range: [0, 32000], input_cost_per_token: ...}, ...]`. */
function readListedTiers(list: unknown): readonly (readonly [aboveTokens: number, tier: Entry])[] {
  return (Array.isArray(list) ? list.slice(0, MAX_TIERS) : []).flatMap((tier: unknown) => {
    const entry = typeof tier === "object" && tier !== null ? (tier as Entry) : {};
    const range = entry["range"];
    const from: unknown = Array.isArray(range) ? range[0] : undefined;
    return typeof from === "number" && from >= 0 ? [[from, entry] as const] : [];
  });
}

function readSecondRate(entry: Entry): Rate | undefined {
  const input = readRate(entry["input_cost_per_second"]);
  const output = readRate(entry["output_cost_per_second"]);
  return input === undefined && output === undefined ? undefined : (input ?? 0) + (output ?? 0);
}

/** Vendors tell how often they searched, not how much: the price of a search of middle size. */
function readSearchRate(written: unknown): Rate | undefined {
  const sizes = typeof written === "object" && written !== null ? (written as Entry) : {};
  const { search_context_size_medium: medium, search_context_size_low: low } = sizes;
  return readRate(medium) ?? readRate(low);
}

const readCount = (value: unknown): number | undefined => {
  const count = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof count === "number" && Number.isFinite(count) && count > 0 ? count : undefined;
};
