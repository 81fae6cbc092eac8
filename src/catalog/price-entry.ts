import { toBoundedMap } from "../core/bounded-map.ts";
import {
  fillRates,
  type ModelLimits,
  type Price,
  type PricedModel,
  type TieredRates,
  type WrittenRates,
} from "./price.ts";
import { type Rate, readRate } from "./rate.ts";

type Entry = Readonly<Record<string, unknown>>;

/** LiteLLM's names of rates per token, by what they are (contract 9.1). */
const TOKEN_KEYS = {
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
} as const satisfies Record<keyof WrittenRates, string>;

const KINDS = Object.keys(TOKEN_KEYS) as readonly (keyof WrittenRates)[];

/** Rates that are not per token and have an effect. */
const OTHER_KEYS = [
  "input_cost_per_query",
  "input_cost_per_second",
  "output_cost_per_second",
  "input_cost_per_request",
] as const;

const TIER = /_above_(\d{1,5})k_tokens(?:_flex|_priority)?$/;
const SERVICE_TIER = /_(?:flex|priority)$/;

/** Whether a key is one of those that prices are made of. Files have few names, each thousands of times. */
export const isPriceKey = toBoundedMap(1024, (key): boolean =>
  PLAIN_KEYS.has(key.replace(SERVICE_TIER, "").replace(TIER, "")),
);

const PLAIN_KEYS: ReadonlySet<string> = new Set([
  ...Object.values(TOKEN_KEYS),
  ...OTHER_KEYS,
  "search_context_cost_per_query",
  "tiered_pricing",
]);

/** What an entry in the format of LiteLLM's `model_prices_and_context_window.json` says. */
export const readPricedModel = (entry: Entry): PricedModel => ({ price: readPrice(entry), limits: readLimits(entry) });

/** The price that an entry's `*_cost_*` fields are; `undefined` when it has none of them. Never throws. */
export function readPrice(entry: Entry): Price | undefined {
  const keys = Object.keys(entry).filter((key) => isPriceKey(key) && entry[key] !== null && entry[key] !== undefined);
  if (keys.length === 0) {
    return undefined;
  }
  const standard = readTieredRates(entry, "");
  return {
    standard,
    flex: keys.some((key) => key.endsWith("_flex")) ? readTieredRates(entry, "_flex") : undefined,
    priority: keys.some((key) => key.endsWith("_priority")) ? readTieredRates(entry, "_priority") : undefined,
    perSearchUnit: readRate(entry["input_cost_per_query"]) ?? 0,
    perWebSearch: readSearchRate(entry["search_context_cost_per_query"]),
    perCall: readRate(entry["input_cost_per_request"]) ?? 0,
    perSecond: readSecondRate(entry, standard),
  };
}

/** Limits in tokens. LiteLLM's `max_tokens` is that of the answer. */
export function readLimits(entry: Entry): ModelLimits {
  return {
    maxTokens: readCount(entry["max_tokens"]),
    maxInputTokens: readCount(entry["max_input_tokens"]),
    maxOutputTokens: readCount(entry["max_output_tokens"]),
  };
}

function readTieredRates(entry: Entry, service: "" | "_flex" | "_priority"): TieredRates {
  const listed = readListedTiers(entry["tiered_pricing"]);
  const written = readRates(entry, (key) => [`${key}${service}`, key]);
  const base = { ...listed.find(({ aboveTokens }) => aboveTokens === 0)?.written, ...withoutUnknown(written) };
  const named = thresholdsOf(entry).map((thousands) => {
    const above = `_above_${thousands}k_tokens`;
    const own = readRates(entry, (key) => [`${key}${above}${service}`, `${key}${above}`]);
    return { aboveTokens: thousands * 1000, written: own };
  });
  const tiers = [...named, ...listed.filter(({ aboveTokens }) => aboveTokens > 0)]
    .map((tier) => ({ aboveTokens: tier.aboveTokens, rates: fillRates({ ...base, ...withoutUnknown(tier.written) }) }))
    .sort((one, other) => other.aboveTokens - one.aboveTokens);
  return { base: fillRates(base), tiers };
}

function readRates(entry: Entry, namesOf: (key: string) => readonly string[]): WrittenRates {
  return Object.fromEntries(
    KINDS.map((kind) => [kind, firstRate(namesOf(TOKEN_KEYS[kind]).map((name) => entry[name]))]),
  );
}

const firstRate = (values: readonly unknown[]): Rate | undefined =>
  values.map((value) => readRate(value)).find((rate) => rate !== undefined);

const withoutUnknown = (rates: WrittenRates): WrittenRates =>
  Object.fromEntries(Object.entries(rates).filter(([, rate]) => rate !== undefined));

function thresholdsOf(entry: Entry): readonly number[] {
  const found = Object.keys(entry).flatMap((key) => (isPriceKey(key) ? (TIER.exec(key)?.[1] ?? []) : []));
  return [...new Set(found)].map(Number);
}

/** Most tiers of a list. */
const MAX_TIERS = 32;

/** `tiered_pricing: [{range: [0, 32000], input_cost_per_token: ...}, ...]`. */
function readListedTiers(list: unknown): readonly { readonly aboveTokens: number; readonly written: WrittenRates }[] {
  return (Array.isArray(list) ? list.slice(0, MAX_TIERS) : []).flatMap((tier: unknown) => {
    const entry = typeof tier === "object" && tier !== null ? (tier as Entry) : {};
    const range = entry["range"];
    const from: unknown = Array.isArray(range) ? range[0] : undefined;
    return typeof from === "number" && from >= 0
      ? [{ aboveTokens: from, written: readRates(entry, (key) => [key]) }]
      : [];
  });
}

/** Time is paid where tokens are not, as in LiteLLM. */
function readSecondRate(entry: Entry, { base }: TieredRates): Rate {
  const isPerToken = base.input > 0 || base.output > 0;
  return isPerToken
    ? 0
    : (readRate(entry["input_cost_per_second"]) ?? 0) + (readRate(entry["output_cost_per_second"]) ?? 0);
}

/** Vendors tell how often they searched, not how much: the price of a search of middle size. */
function readSearchRate(written: unknown): Rate {
  const sizes = typeof written === "object" && written !== null ? (written as Entry) : {};
  const { search_context_size_medium: medium, search_context_size_low: low } = sizes;
  return readRate(medium) ?? readRate(low) ?? 0;
}

const readCount = (value: unknown): number | undefined => {
  const count = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof count === "number" && Number.isFinite(count) && count > 0 ? count : undefined;
};
