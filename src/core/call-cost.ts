/** Where a price was found (contract 9.3, in that order). */
export type PriceSource = "deployment" | "base_model" | "price_file" | "catalog";

/**
 * What one call cost, in billionths of a US dollar (nano-dollars), whole numbers all: sums of them are exact. An unknown
 * price makes no cost at all, never 0.
 */
export interface CallCost {
  /** What the call is charged: the parts below with discount and margin. */
  readonly nanoUsd: number;
  /** Of the prompt: text, cached reads and writes, audio, images. */
  readonly inputNanoUsd: number;
  /** Of the answer, reasoning included. */
  readonly outputNanoUsd: number;
  /** Of tools that the vendor ran, such as searches. */
  readonly toolNanoUsd: number;
  /** The three parts together, before discount and margin. */
  readonly originalNanoUsd: number;
  /** Taken off. */
  readonly discountNanoUsd: number;
  /** Put on. */
  readonly marginNanoUsd: number;
  readonly source: PriceSource;
}

/** Decimal places of a nano-dollar as dollars. */
export const NANO_USD_PLACES = 9;
