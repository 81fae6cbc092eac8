import {
  fillRates,
  NO_LIMITS,
  type Price,
  type PricedModel,
  type PriceWindow,
  type TieredRates,
  type WrittenRates,
} from "./price.ts";
import { PRICE_PROVIDERS } from "./price-providers.ts";
import { PRICE_TABLE } from "./price-table.ts";
import { type Rate, readRate } from "./rate.ts";

/**
 * Which names mean a model: `=` the same, `^` beginning with, `$` ending with, `*` containing, `/` a regular expression;
 * `|` any of those that follow, `&` all of them.
 */
export type WrittenMatch = string | readonly ["|" | "&", ...WrittenMatch[]];

/** US dollars per million tokens (per thousand of searches and calls): flat, or base and then threshold and price of each tier. */
export type WrittenPrices = Readonly<Record<string, number | readonly number[]>>;

/** Since a date, in hours of the day (`00:30:00/16:30:00`, UTC), or always. */
export type WrittenVariant = readonly [when: string, prices: WrittenPrices];

/** A model of the table; its context window in tokens, or 0. */
export type WrittenModel = readonly [match: WrittenMatch, context: number, variants: readonly WrittenVariant[]];

/** Longest name that is looked up: callers may choose it. */
const MAX_NAME = 256;

/**
 * A model's published price and context window; `undefined` when the catalog does not have it. Reads the provider's part of
 * the table each time: deployments ask once.
 * @param provider as LiteLLM spells it
 * @param epochMs prices that begin later do not hold yet
 */
export function findInCatalog(provider: string, model: string, epochMs: number): PricedModel | undefined {
  if (model.length > MAX_NAME || !Object.hasOwn(PRICE_PROVIDERS, provider)) {
    return undefined;
  }
  const name = model.toLowerCase();
  for (const id of PRICE_PROVIDERS[provider] ?? []) {
    const models = JSON.parse(PRICE_TABLE[id] ?? "[]") as readonly WrittenModel[];
    const found = models.find(([match]) => isMatch(match, name));
    if (found !== undefined) {
      return toPricedModel(found, epochMs);
    }
  }
  return undefined;
}

function isMatch(match: WrittenMatch, name: string): boolean {
  if (typeof match !== "string") {
    const [kind, ...parts] = match as readonly [string, ...WrittenMatch[]];
    return kind === "|" ? parts.some((part) => isMatch(part, name)) : parts.every((part) => isMatch(part, name));
  }
  const text = match.slice(1);
  switch (match[0]) {
    case "=":
      return name === text.toLowerCase();
    case "^":
      return name.startsWith(text.toLowerCase());
    case "$":
      return name.endsWith(text.toLowerCase());
    case "*":
      return name.includes(text.toLowerCase());
    default:
      return new RegExp(text, "i").test(name);
  }
}

function toPricedModel([, context, variants]: WrittenModel, epochMs: number): PricedModel {
  const today = new Date(epochMs).toISOString().slice(0, 10);
  const current = variants.findLast(([when]) => !when.includes("/") && when <= today);
  const windows = variants.flatMap(([when, prices]) => (when.includes("/") ? toWindows(when, toPrice(prices)) : []));
  const price = current === undefined || Object.keys(current[1]).length === 0 ? undefined : toPrice(current[1]);
  return {
    price: price === undefined || windows.length === 0 ? price : { ...price, windows },
    limits: context === 0 ? NO_LIMITS : { ...NO_LIMITS, maxInputTokens: context },
  };
}

const DAY_MS = 86_400_000;

/** One stretch of the day, or two where it goes beyond midnight. */
function toWindows(when: string, price: Price): readonly PriceWindow[] {
  const [from = 0, until = 0] = when.split("/").map((time) => Date.parse(`1970-01-01T${time}Z`));
  return from <= until
    ? [{ fromMs: from, untilMs: until, price }]
    : [
        { fromMs: from, untilMs: DAY_MS, price },
        { fromMs: 0, untilMs: until, price },
      ];
}

const KINDS: Readonly<Record<keyof WrittenRates, string>> = {
  input: "i",
  output: "o",
  cacheRead: "cr",
  cacheWrite: "cw",
  cacheWriteHour: "ch",
  audioInput: "ai",
  audioOutput: "ao",
  imageInput: "ii",
  imageOutput: "io",
  reasoning: "r",
};

/** Powers of ten. */
const MILLION = 6;
const THOUSAND = 3;

function toPrice(prices: WrittenPrices): Price {
  const perThousand = (name: string): Rate => readRate(priceAbove(prices[name], 0), THOUSAND) ?? 0;
  return {
    standard: toTieredRates(prices),
    perSearchUnit: perThousand("rs"),
    perWebSearch: perThousand("ws"),
    perCall: perThousand("rq"),
    perSecond: 0,
  };
}

function toTieredRates(prices: WrittenPrices): TieredRates {
  const ratesAbove = (aboveTokens: number): WrittenRates =>
    Object.fromEntries(
      Object.entries(KINDS).map(([kind, short]) => [kind, readRate(priceAbove(prices[short], aboveTokens), MILLION)]),
    );
  const thresholds = new Set(Object.values(prices).flatMap((price) => thresholdsOf(price)));
  const tiers = [...thresholds].sort((one, other) => other - one);
  return {
    base: fillRates(ratesAbove(0)),
    tiers: tiers.map((aboveTokens) => ({ aboveTokens, rates: fillRates(ratesAbove(aboveTokens)) })),
  };
}

const thresholdsOf = (price: number | readonly number[]): readonly number[] =>
  typeof price === "number" ? [] : price.filter((_, index) => index % 2 === 1);

/** The price in force beyond a threshold: of the highest tier that begins there or below. */
function priceAbove(price: number | readonly number[] | undefined, aboveTokens: number): number | undefined {
  if (price === undefined || typeof price === "number") {
    return price;
  }
  let [found] = price;
  for (let at = 1; at < price.length; at += 2) {
    found = (price[at] ?? Infinity) <= aboveTokens ? price[at + 1] : found;
  }
  return found;
}
