import type { Rate } from "./rate.ts";

/** Prices of one token each. A kind that has no price of its own has that of the plain tokens beside it. */
export interface TokenRates {
  readonly input: Rate;
  readonly output: Rate;
  readonly cacheRead: Rate;
  /** Written to a cache for five minutes, or for as long as the vendor keeps it. */
  readonly cacheWrite: Rate;
  readonly cacheWriteHour: Rate;
  readonly audioInput: Rate;
  readonly audioOutput: Rate;
  readonly imageInput: Rate;
  readonly imageOutput: Rate;
  readonly reasoning: Rate;
}

/** Rates by the length of the prompt: the whole call is priced at the rates of the highest tier it goes beyond. */
export interface TieredRates {
  readonly base: TokenRates;
  /** The highest first. */
  readonly tiers: readonly { readonly aboveTokens: number; readonly rates: TokenRates }[];
}

/** What a model costs. */
export interface Price {
  readonly standard: TieredRates;
  /** By OpenAI's names of service tiers; absent where they cost the same. */
  readonly flex?: TieredRates | undefined;
  readonly priority?: TieredRates | undefined;
  /** Of a rerank. */
  readonly perSearchUnit: Rate;
  readonly perWebSearch: Rate;
  /** Of every call, whatever it was. */
  readonly perCall: Rate;
  /** Of the time that the vendor took; for hosts that are paid by the hour. */
  readonly perSecond: Rate;
  /** Other prices at certain times of the day (UTC), in milliseconds since midnight; the last that fits holds. */
  readonly windows?: readonly PriceWindow[] | undefined;
}

/** Whether tokens are what is paid: they have a price, or nothing else has one. */
export const isPerToken = ({ standard: { base }, perCall, perSecond, perSearchUnit }: Price): boolean =>
  base.input > 0 || base.output > 0 || (perCall === 0 && perSecond === 0 && perSearchUnit === 0);

/** A price that holds from one time of the day to another. */
export interface PriceWindow<Kind = Price> {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly price: Kind;
}

/** What is known of a model beside its price; `undefined`: not known. */
export interface ModelLimits {
  readonly maxTokens: number | undefined;
  readonly maxInputTokens: number | undefined;
  readonly maxOutputTokens: number | undefined;
}

/** Limits of which nothing is known. */
export const NO_LIMITS: ModelLimits = {
  maxTokens: undefined,
  maxInputTokens: undefined,
  maxOutputTokens: undefined,
};
