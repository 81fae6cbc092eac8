import type { CallCost, PriceSource } from "../core/call-cost.ts";
import { fromBillionths } from "../core/decimal-text.ts";
import type { Usage } from "../core/usage.ts";
import type { Price, TieredRates, TokenRates } from "./price.ts";
import type { Rate } from "./rate.ts";

/** What a provider's calls are charged beside their price (contract 9.2, item 8). Fractions in billionths. */
export interface CostAdjustment {
  /** Taken off the cost. */
  readonly discountBillionths: bigint;
  /** Put on what is left. */
  readonly marginBillionths: bigint;
  readonly marginNanoUsd: bigint;
}

/** A price, where it was found, and what is done to the cost. */
export interface CallPrice {
  readonly price: Price;
  readonly source: PriceSource;
  readonly adjustment: CostAdjustment | undefined;
}

/** The circumstances of a call that some prices ask for. */
export interface PricedCall {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** How long the vendor took, in milliseconds; for a stream, to its end. */
  readonly upstreamMs: number;
}

const FEMTO_PER_NANO = 1_000_000;
const HALF_NANO = 500_000;
const DAY_MS = 86_400_000;
/** More of anything is no count. */
const MAX_COUNT = 1e12;

/**
 * What a call cost. Amounts are added up exactly and rounded once, half up, to whole nano-dollars; the three parts are
 * rounded so that they add up to it.
 */
export function toCallCost({ price: written, source, adjustment }: CallPrice, told: Usage, call: PricedCall): CallCost {
  const usage = told.details?.billed === undefined ? told : { ...told, ...told.details.billed, ...PLAIN };
  const price = written.windows === undefined ? written : priceAt(written, call.startedAt);
  const { details } = usage;
  const rates = ratesOf(tieredOf(price, details?.serviceTier), usage.promptTokens);
  const input = usage.details === undefined ? plainInput(rates, usage) : detailedInput(rates, usage);
  const output = outputOf(rates, usage);
  const tools = details === undefined ? 0 : product(price.perWebSearch, details.webSearches);
  const extra = extraOf(price, usage, call);
  const whole = toNano(sum(sum(input, extra), output));
  const inputNanoUsd = toNano(sum(input, extra));
  const originalNanoUsd = tools === 0 ? whole : toNano(sum(sum(sum(input, extra), output), tools));
  const [discountNanoUsd, marginNanoUsd] = adjustment === undefined ? NOTHING : adjust(originalNanoUsd, adjustment);
  return {
    nanoUsd: originalNanoUsd - discountNanoUsd + marginNanoUsd,
    inputNanoUsd,
    outputNanoUsd: whole - inputNanoUsd,
    toolNanoUsd: originalNanoUsd - whole,
    originalNanoUsd,
    discountNanoUsd,
    marginNanoUsd,
    source,
  };
}

const NOTHING = [0, 0] as const;

/** What is billed is told in one rate's tokens. */
const PLAIN = { cachedTokens: 0, reasoningTokens: 0 };

/** An amount in femto-dollars: a number as long as it is exact, else a big integer. */
type Femto = number | bigint;

function product(rate: Rate, count: number): Femto {
  const whole = count < MAX_COUNT ? Math.floor(count) : MAX_COUNT;
  const amount = rate * whole;
  return amount <= Number.MAX_SAFE_INTEGER ? amount : BigInt(rate) * BigInt(whole);
}

function sum(one: Femto, other: Femto): Femto {
  if (typeof one === "number" && typeof other === "number") {
    const total = one + other;
    if (total <= Number.MAX_SAFE_INTEGER) {
      return total;
    }
  }
  return BigInt(one) + BigInt(other);
}

/** Half up. A remainder is exact where a quotient of large numbers is not. */
function toNano(femto: Femto): number {
  if (typeof femto === "number" && femto <= Number.MAX_SAFE_INTEGER - HALF_NANO) {
    const raised = femto + HALF_NANO;
    return (raised - (raised % FEMTO_PER_NANO)) / FEMTO_PER_NANO;
  }
  return Number((BigInt(femto) + BigInt(HALF_NANO)) / BigInt(FEMTO_PER_NANO));
}

function priceAt(price: Price, epochMs: number): Price {
  const timeMs = epochMs % DAY_MS;
  return price.windows?.findLast(({ fromMs, untilMs }) => timeMs >= fromMs && timeMs < untilMs)?.price ?? price;
}

function tieredOf(price: Price, serviceTier: string | undefined): TieredRates {
  if (serviceTier === undefined) {
    return price.standard;
  }
  const own = serviceTier === "flex" ? price.flex : serviceTier === "priority" ? price.priority : undefined;
  return own ?? price.standard;
}

function ratesOf({ base, tiers }: TieredRates, promptTokens: number): TokenRates {
  for (const { aboveTokens, rates } of tiers) {
    if (promptTokens > aboveTokens) {
      return rates;
    }
  }
  return base;
}

/** Vendors that count what they read from a cache beside the prompt tell more of it than there is prompt. */
const rest = (whole: number, parts: number): number => Math.max(0, whole - parts);

function plainInput(rates: TokenRates, { promptTokens, cachedTokens }: Usage): Femto {
  const text = product(rates.input, rest(promptTokens, cachedTokens));
  return cachedTokens === 0 ? text : sum(text, product(rates.cacheRead, cachedTokens));
}

function detailedInput(rates: TokenRates, usage: Usage): Femto {
  const { promptTokens, cachedTokens, details } = usage;
  if (details === undefined) {
    return plainInput(rates, usage);
  }
  const { cacheWriteTokens, cacheWriteHourTokens, audioPromptTokens, imagePromptTokens } = details;
  const text = rest(promptTokens, cachedTokens + cacheWriteTokens + audioPromptTokens + imagePromptTokens);
  const parts = [
    product(rates.input, text),
    product(rates.cacheRead, cachedTokens),
    product(rates.cacheWrite, rest(cacheWriteTokens, cacheWriteHourTokens)),
    product(rates.cacheWriteHour, cacheWriteHourTokens),
    product(rates.audioInput, audioPromptTokens),
    product(rates.imageInput, imagePromptTokens),
  ];
  return parts.reduce(sum);
}

function outputOf(rates: TokenRates, usage: Usage): Femto {
  const { completionTokens, reasoningTokens, details } = usage;
  if (reasoningTokens === 0 && details === undefined) {
    return product(rates.output, completionTokens);
  }
  const audio = details?.audioCompletionTokens ?? 0;
  const image = details?.imageCompletionTokens ?? 0;
  const text = rest(completionTokens, reasoningTokens + audio + image);
  const parts = [
    product(rates.output, text),
    product(rates.reasoning, reasoningTokens),
    product(rates.audioOutput, audio),
    product(rates.imageOutput, image),
  ];
  return parts.reduce(sum);
}

/** What is not per token. */
function extraOf(price: Price, { details }: Usage, { upstreamMs }: PricedCall): Femto {
  if (price.perCall === 0 && price.perSecond === 0 && price.perSearchUnit === 0) {
    return 0;
  }
  const time = price.perSecond === 0 ? 0n : (BigInt(price.perSecond) * BigInt(Math.round(upstreamMs))) / 1000n;
  const searches = product(price.perSearchUnit, details?.searchUnits ?? 0);
  return sum(sum(price.perCall, searches), time <= Number.MAX_SAFE_INTEGER ? Number(time) : time);
}

const BILLION = 1_000_000_000n;

function adjust(originalNanoUsd: number, adjustment: CostAdjustment): readonly [discount: number, margin: number] {
  const original = BigInt(originalNanoUsd);
  const discount = shareOf(original, adjustment.discountBillionths);
  const margin = shareOf(original - discount, adjustment.marginBillionths) + adjustment.marginNanoUsd;
  return [Number(discount), Number(margin)];
}

const shareOf = (amount: bigint, billionths: bigint): bigint => (amount * billionths + BILLION / 2n) / BILLION;

/** Nano-dollars as US dollars in plain decimal, without an exponent. */
export const toUsdText = (nanoUsd: number): string => fromBillionths(nanoUsd);
