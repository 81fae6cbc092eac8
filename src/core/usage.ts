/** Tokens of one call, as the vendor counted them. Cached and reasoning tokens are parts of the other two. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly cachedTokens: number;
  readonly reasoningTokens: number;
}
