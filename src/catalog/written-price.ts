import type { ModelLimits, Price, PriceWindow, TieredRates, TokenRates } from "./price.ts";
import type { Rate } from "./rate.ts";

/** A rate of the calls whose prompt is longer than a threshold; that of all calls begins above 0 tokens. */
export interface RateStep {
  readonly aboveTokens: number;
  readonly rate: Rate;
}

/** Rates as they are written, by kind, the lowest threshold first. Kinds that nothing is said of are absent or empty. */
export type WrittenRates = { readonly [Kind in keyof TokenRates]?: readonly RateStep[] };

/** A price as one place says it: what is absent may stand in another. */
export interface WrittenPrice {
  readonly standard: WrittenRates;
  readonly flex?: WrittenRates | undefined;
  readonly priority?: WrittenRates | undefined;
  readonly perSearchUnit?: Rate | undefined;
  readonly perWebSearch?: Rate | undefined;
  readonly perCall?: Rate | undefined;
  readonly perSecond?: Rate | undefined;
  /** Other prices at certain times of the day (UTC), in milliseconds since midnight; the last that fits holds. */
  readonly windows?: readonly PriceWindow<WrittenPrice>[] | undefined;
}

/** Where nothing is written. */
export const NOTHING_WRITTEN: WrittenPrice = { standard: {} };

/** A model in a table of prices. */
export interface PricedModel {
  readonly price: WrittenPrice;
  readonly limits: ModelLimits;
}

/** Says what tokens or time cost, so that nothing has to be added from elsewhere. */
export const isWhole = ({ standard, perSecond }: WrittenPrice): boolean =>
  perSecond !== undefined || [standard.input, standard.output].some((steps) => steps?.[0]?.aboveTokens === 0);

/** Calls can be priced by it: single rates beside those of plain tokens (cached ones, web searches) are no price of a call. */
export const isPrice = (written: WrittenPrice): boolean =>
  isWhole(written) || written.perCall !== undefined || written.perSearchUnit !== undefined;

/**
 * One price with another over it. A rate of the upper one holds from its threshold on, whatever tiers and times of the
 * day the lower one has.
 */
export function overlay(lower: WrittenPrice, upper: WrittenPrice): WrittenPrice {
  return {
    standard: overlayRates(lower.standard, upper.standard),
    flex: overlayServiceTier(lower.flex, upper.flex),
    priority: overlayServiceTier(lower.priority, upper.priority),
    perSearchUnit: upper.perSearchUnit ?? lower.perSearchUnit,
    perWebSearch: upper.perWebSearch ?? lower.perWebSearch,
    perCall: upper.perCall ?? lower.perCall,
    perSecond: upper.perSecond ?? lower.perSecond,
    windows: lower.windows?.map((window) => ({ ...window, price: overlay(window.price, upper) })),
  };
}

const overlayServiceTier = (lower?: WrittenRates, upper?: WrittenRates): WrittenRates | undefined =>
  lower === undefined || upper === undefined ? (upper ?? lower) : overlayRates(lower, upper);

const overlayRates = (lower: WrittenRates, upper: WrittenRates): WrittenRates =>
  Object.fromEntries(KINDS.map((kind) => [kind, overlaySteps(lower[kind] ?? [], upper[kind] ?? [])]));

function overlaySteps(lower: readonly RateStep[], upper: readonly RateStep[]): readonly RateStep[] {
  const from = upper[0]?.aboveTokens ?? Infinity;
  return [...lower.filter(({ aboveTokens }) => aboveTokens < from), ...upper];
}

/** Fills in what is not written. Time is paid where tokens are not, as in LiteLLM. */
export function toPrice(written: WrittenPrice): Price {
  const standard = toTieredRates(written.standard);
  const isPerToken = standard.base.input > 0 || standard.base.output > 0;
  return {
    standard,
    flex: written.flex && toTieredRates(overlayRates(written.standard, written.flex)),
    priority: written.priority && toTieredRates(overlayRates(written.standard, written.priority)),
    perSearchUnit: written.perSearchUnit ?? 0,
    perWebSearch: written.perWebSearch ?? 0,
    perCall: written.perCall ?? 0,
    perSecond: isPerToken ? 0 : (written.perSecond ?? 0),
    windows: written.windows?.map((window) => ({ ...window, price: toPrice(window.price) })),
  };
}

function toTieredRates(written: WrittenRates): TieredRates {
  const steps = KINDS.flatMap((kind) => written[kind] ?? []);
  const thresholds = new Set(steps.map(({ aboveTokens }) => aboveTokens).filter((aboveTokens) => aboveTokens > 0));
  const tiers = [...thresholds].sort((one, other) => other - one);
  return {
    base: ratesAbove(written, 0),
    tiers: tiers.map((aboveTokens) => ({ aboveTokens, rates: ratesAbove(written, aboveTokens) })),
  };
}

/**
 * The rates in force beyond a threshold. Tokens of a kind without a price cost what plain ones do (contract 9.2, its
 * recommendation for cached reads and audio).
 */
function ratesAbove(written: WrittenRates, aboveTokens: number): TokenRates {
  const rateOf = (kind: keyof TokenRates): Rate | undefined =>
    written[kind]?.findLast((step) => step.aboveTokens <= aboveTokens)?.rate;
  const input = rateOf("input") ?? 0;
  const output = rateOf("output") ?? 0;
  const cacheWrite = rateOf("cacheWrite") ?? input;
  return {
    input,
    output,
    cacheRead: rateOf("cacheRead") ?? input,
    cacheWrite,
    cacheWriteHour: rateOf("cacheWriteHour") ?? cacheWrite,
    audioInput: rateOf("audioInput") ?? input,
    audioOutput: rateOf("audioOutput") ?? output,
    imageInput: rateOf("imageInput") ?? input,
    imageOutput: rateOf("imageOutput") ?? output,
    reasoning: rateOf("reasoning") ?? output,
  };
}

const KINDS: readonly (keyof TokenRates)[] = [
  "input",
  "output",
  "cacheRead",
  "cacheWrite",
  "cacheWriteHour",
  "audioInput",
  "audioOutput",
  "imageInput",
  "imageOutput",
  "reasoning",
];
