import { NO_LIMITS, type PriceWindow, type TokenRates } from "./price.ts";
import { PRICE_PROVIDERS } from "./price-providers.ts";
import { PRICE_TABLE } from "./price-table.ts";
import { type Rate, readRate } from "./rate.ts";
import {
  NOTHING_WRITTEN,
  type PricedModel,
  type RateStep,
  type WrittenPrice,
  type WrittenRates,
} from "./written-price.ts";

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
  const windows = variants.flatMap(([when, prices]) => (when.includes("/") ? toWindows(when, readPrice(prices)) : []));
  return {
    price:
      current === undefined
        ? NOTHING_WRITTEN
        : { ...readPrice(current[1]), windows: windows.length === 0 ? undefined : windows },
    limits: context === 0 ? NO_LIMITS : { ...NO_LIMITS, maxInputTokens: context },
  };
}

const DAY_MS = 86_400_000;

/** One stretch of the day, or two where it goes beyond midnight. */
function toWindows(when: string, price: WrittenPrice): readonly PriceWindow<WrittenPrice>[] {
  const [from = 0, until = 0] = when.split("/").map((time) => Date.parse(`1970-01-01T${time}Z`));
  return from <= until
    ? [{ fromMs: from, untilMs: until, price }]
    : [
        { fromMs: from, untilMs: DAY_MS, price },
        { fromMs: 0, untilMs: until, price },
      ];
}

const KINDS: Readonly<Record<keyof TokenRates, string>> = {
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

function readPrice(prices: WrittenPrices): WrittenPrice {
  const perThousand = (name: string): Rate | undefined => readSteps(prices[name], THOUSAND)[0]?.rate;
  return {
    standard: readRates(prices),
    perSearchUnit: perThousand("rs"),
    perWebSearch: perThousand("ws"),
    perCall: perThousand("rq"),
  };
}

const readRates = (prices: WrittenPrices): WrittenRates =>
  Object.fromEntries(Object.entries(KINDS).map(([kind, short]) => [kind, readSteps(prices[short], MILLION)]));

/** @param unit how many units the price is of, as a power of ten */
function readSteps(price: number | readonly number[] | undefined, unit: number): readonly RateStep[] {
  const [base, ...above] = typeof price === "object" ? price : [price];
  const steps = [toStep(0, base, unit)];
  for (let at = 0; at < above.length; at += 2) {
    steps.push(toStep(above[at] ?? Infinity, above[at + 1], unit));
  }
  return steps.flat();
}

function toStep(aboveTokens: number, price: number | undefined, unit: number): readonly RateStep[] {
  const rate = readRate(price, unit);
  return rate === undefined ? [] : [{ aboveTokens, rate }];
}
