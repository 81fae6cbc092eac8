import { objectOf } from "../core/json-values.ts";
import { ownRerankFields, readRerank, readResults, writeRerank } from "../dialects/cohere/rerank.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Reranking by Voyage AI: `top_k` for `top_n`, results under `data`. `truncation` is the vendor's own and passes.
 * Source: https://docs.voyageai.com/reference/reranker-api; npm voyageai 0.4.0 (read 2026-11-28).
 */
export const cohereRerankToVoyageRerank = defineTranslator({
  from: "cohere-rerank",
  to: "voyage-rerank",
  fields: { rank_fields: "emulated", return_documents: "emulated", top_n: "mapped" },
  request: (body, { model }) => {
    const { query, texts, topN } = readRerank(body);
    return {
      model,
      query,
      documents: texts,
      ...(topN === undefined ? {} : { top_k: topN }),
      ...ownRerankFields(body),
    };
  },
  response: (reply, context) => {
    const { data, usage, model } = objectOf(reply);
    return writeRerank(context, {
      id: undefined,
      results: readResults(data),
      usage,
      rest: model === undefined ? {} : { model },
    });
  },
});
