import { objectOf } from "../core/json-values.ts";
import { ownRerankFields, readRerank, readResults, writeRerank } from "../dialects/cohere/rerank.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Reranking in the shape that Jina gave Cohere's first version, which servers of one's own (vLLM, Infinity) and Together AI
 * speak as well: usage instead of `meta`, and not always an id. Documents are put into the reply here, as vendors
 * differ in how, and some always send them all.
 *
 * Route options: `objects` = documents may be objects; `rankFields` = the vendor reads `rank_fields` itself; `asksForNone` = the
 * vendor sends documents unless it is asked not to.
 * Source: https://jina.ai/reranker, https://docs.vllm.ai/en/stable/examples/pooling/score/, PyPI infinity-emb 0.0.78, PyPI together 3.1.1 (read 2026-11-28).
 */
export const cohereRerankToJinaRerank = defineTranslator({
  from: "cohere-rerank",
  to: "jina-rerank",
  fields: { rank_fields: "emulated", return_documents: "emulated", top_n: "forwarded" },
  request: (body, { model, options }) => {
    const { rank_fields: rankFields, documents } = body;
    const isRanked = rankFields !== undefined && rankFields !== null;
    const isRaw = options["objects"] === true && (!isRanked || options["rankFields"] === true);
    const { query, texts, topN } = readRerank(body, isRaw);
    return {
      model,
      query,
      documents: isRaw ? documents : texts,
      ...(isRaw && isRanked ? { rank_fields: rankFields } : {}),
      ...(topN === undefined ? {} : { top_n: topN }),
      ...(options["asksForNone"] === true ? { return_documents: false } : {}),
      ...ownRerankFields(body),
    };
  },
  response: (reply, context) => {
    const { id, results, usage, model } = objectOf(reply);
    return writeRerank(context, {
      id,
      results: readResults(results),
      usage,
      rest: model === undefined ? {} : { model },
    });
  },
});
