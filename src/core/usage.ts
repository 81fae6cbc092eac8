/** Tokens of one call, as the vendor counted them. Cached and reasoning tokens are parts of the other two. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
  /** What only some calls have; absent where there is nothing of it. */
  readonly details?: UsageDetails;
  /** The vendor told nothing, or of the prompt alone: the gateway has counted the rest, after the answer. */
  readonly isEstimated?: true;
  /** The stream broke off before the vendor counted its answer: what is told is the prompt's alone. */
  readonly isOfPromptAlone?: true;
}

/** The rarer parts of a usage; 0 for what is not there. Tokens are parts of the prompt's or the answer's. */
export interface UsageDetails {
  /** Written to a cache, those for an hour included. */
  readonly cacheWriteTokens: number;
  readonly cacheWriteHourTokens: number;
  /** Without those read from a cache. */
  readonly audioPromptTokens: number;
  readonly audioCompletionTokens: number;
  readonly imagePromptTokens: number;
  readonly imageCompletionTokens: number;
  /** Searches of the web that the vendor made. */
  readonly webSearches: number;
  /** What a rerank is billed by. */
  readonly searchUnits: number;
  /** Tokens that the vendor charges, where they are not those that it read and wrote. */
  readonly billed: BilledTokens | undefined;
  /** The vendor's service tier: `flex`, `priority`, ...; `undefined` where it told none. */
  readonly serviceTier: string | undefined;
}

/** Tokens as they are charged, all at the rates of plain ones. */
export interface BilledTokens {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A usage of nothing. */
export const NO_DETAILS: UsageDetails = {
  cacheWriteTokens: 0,
  cacheWriteHourTokens: 0,
  audioPromptTokens: 0,
  audioCompletionTokens: 0,
  imagePromptTokens: 0,
  imageCompletionTokens: 0,
  webSearches: 0,
  searchUnits: 0,
  billed: undefined,
  serviceTier: undefined,
};

/** Whether the vendor has told how much the answer was. */
export const isAnswerCounted = (usage: Usage | undefined): boolean =>
  usage !== undefined && usage.isOfPromptAlone !== true;
