import { objectOf } from "../core/json-values.ts";
import { ownRerankFields, readRerank, readResults, writeRerank } from "../dialects/cohere/rerank.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Reranking by Hugging Face's Text Embeddings Inference: the server has one model and tells a bare list, best first, of all
 * documents; `top_n` is cut here. `raw_scores`, `truncate` and `truncation_direction` are the vendor's own and pass.
 * Source: https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json (read 2026-11-28).
 */
export const cohereRerankToTeiRerank = defineTranslator({
  from: "cohere-rerank",
  to: "tei-rerank",
  fields: { rank_fields: "emulated", return_documents: "emulated", top_n: "emulated" },
  request: (body) => {
    const { query, texts } = readRerank(body);
    return { query, texts, ...ownRerankFields(body) };
  },
  response: (reply, context) => {
    const { topN } = readRerank(objectOf(context.request));
    return writeRerank(context, { id: undefined, results: readResults(reply, "score").slice(0, topN) });
  },
});
