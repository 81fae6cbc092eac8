import { objectOf } from "../core/json-values.ts";
import { ownRerankFields, readRerank, readResults, writeRerank } from "../dialects/cohere/rerank.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Reranking by the second version of Cohere's API, which takes texts only and tells indexes only: objects are ranked by
 * their `text` or `rank_fields`, and the documents are put back in the reply.
 * Source: https://docs.cohere.com/reference/rerank (read 2026-11-28).
 */
export const cohereRerankToCohereRerankV2 = defineTranslator({
  from: "cohere-rerank",
  to: "cohere-rerank-v2",
  fields: {
    max_tokens_per_doc: "forwarded",
    rank_fields: "emulated",
    return_documents: "emulated",
    top_n: "forwarded",
  },
  request: (body, { model }) => {
    const { query, texts, topN } = readRerank(body);
    const { max_tokens_per_doc: maxTokens } = body;
    return {
      model,
      query,
      documents: texts,
      ...(topN === undefined ? {} : { top_n: topN }),
      ...(maxTokens === undefined || maxTokens === null ? {} : { max_tokens_per_doc: maxTokens }),
      ...ownRerankFields(body),
    };
  },
  response: (reply, context) => {
    const { id, results, meta, ...rest } = objectOf(reply);
    return writeRerank(context, { id, results: readResults(results), meta, rest });
  },
});
