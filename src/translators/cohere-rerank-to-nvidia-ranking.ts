import { objectOf } from "../core/json-values.ts";
import { ownRerankFields, readRerank, readResults, writeRerank } from "../dialects/cohere/rerank.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Reranking by NVIDIA's NeMo Retriever: passages, and logits, best first, for scores; `top_n` is cut here. `truncate` is the
 * vendor's own and passes.
 * Source: https://docs.nvidia.com/nim/nemo-retriever/text-reranking/latest/using-reranking.html (read 2026-11-28).
 */
export const cohereRerankToNvidiaRanking = defineTranslator({
  from: "cohere-rerank",
  to: "nvidia-ranking",
  fields: { rank_fields: "emulated", return_documents: "emulated", top_n: "emulated" },
  request: (body, { model }) => {
    const { query, texts } = readRerank(body);
    return {
      model,
      query: { text: query },
      passages: texts.map((text) => ({ text })),
      ...ownRerankFields(body),
    };
  },
  response: (reply, context) => {
    const { rankings, usage } = objectOf(reply);
    const { topN } = readRerank(objectOf(context.request));
    return writeRerank(context, { id: undefined, results: readResults(rankings, "logit").slice(0, topN), usage });
  },
});
