import type { Usage } from "../../core/usage.ts";

/**
 * The usage with sums that agree with its parts. Vendors of embeddings and reranks may tell a total alone, which is the
 * prompt's; xAI tells reasoning beside the answer's tokens, and a total that has both.
 * Source: https://docs.voyageai.com/reference/embeddings-api, https://docs.x.ai/docs/guides/reasoning (read 2026-11-28).
 * @param told with a total of 0 where none was told
 * @returns `undefined` for a usage of no tokens: no call has none, and some vendors fill in zeros where they did not count
 */
export function withSums(told: Usage): Usage | undefined {
  const { promptTokens, completionTokens: answer, totalTokens: total, reasoningTokens } = told;
  if (total === promptTokens + answer) {
    return total === 0 ? undefined : told;
  }
  const isBeside = reasoningTokens > 0 && total === promptTokens + answer + reasoningTokens;
  const completionTokens = isBeside ? answer + reasoningTokens : answer;
  const prompt = promptTokens === 0 ? Math.max(0, total - completionTokens) : promptTokens;
  const totalTokens = total === 0 ? prompt + completionTokens : total;
  return { ...told, promptTokens: prompt, completionTokens, totalTokens };
}
