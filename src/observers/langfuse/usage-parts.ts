import type { CallFinished } from "../../core/call-event.ts";
import type { Usage } from "../../core/usage.ts";

type Parts = Readonly<Record<string, number>>;

/** Dividing is exact where multiplying by a billionth is not. */
const NANO_PER_USD = 1e9;

/**
 * Tokens as parts that do not overlap, since Langfuse adds up all whose names hold `input` or `output`. Cached and
 * reasoning tokens have parts of their own, where there are any.
 */
export function usagePartsOf({
  promptTokens,
  completionTokens,
  totalTokens,
  cachedTokens,
  reasoningTokens,
}: Usage): Parts {
  if (cachedTokens === 0 && reasoningTokens === 0) {
    return { input: promptTokens, output: completionTokens, total: totalTokens };
  }
  return {
    input: Math.max(0, promptTokens - cachedTokens),
    output: Math.max(0, completionTokens - reasoningTokens),
    total: totalTokens,
    ...(cachedTokens === 0 ? {} : { cache_read_input_tokens: cachedTokens }),
    ...(reasoningTokens === 0 ? {} : { output_reasoning_tokens: reasoningTokens }),
  };
}

/** US dollars; `undefined` where the price is not known. */
export function costPartsOf({ cost }: CallFinished): Parts | undefined {
  return cost === undefined
    ? undefined
    : {
        input: cost.inputNanoUsd / NANO_PER_USD,
        output: cost.outputNanoUsd / NANO_PER_USD,
        ...(cost.toolNanoUsd === 0 ? {} : { tools: cost.toolNanoUsd / NANO_PER_USD }),
        total: cost.nanoUsd / NANO_PER_USD,
      };
}
