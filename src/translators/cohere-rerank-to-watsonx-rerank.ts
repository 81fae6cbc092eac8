import { objectOf } from "../core/json-values.ts";
import { ownRerankFields, readRerank, readResults, writeRerank } from "../dialects/cohere/rerank.ts";
import { refuseOtherModel } from "../dialects/watsonx/model.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Reranking by IBM's watsonx.ai: inputs, and scores of any size. `project_id` and `space_id` pass, as do `parameters`.
 * Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-rerank; PyPI ibm-watsonx-ai 1.8.1 (`Rerank`, `RerankParameters`);
 * https://ibm.github.io/watsonx-ai-java-sdk/services/rerank-service (read 2026-11-28).
 */
export const cohereRerankToWatsonxRerank = defineTranslator({
  from: "cohere-rerank",
  to: "watsonx-rerank",
  fields: { rank_fields: "emulated", return_documents: "emulated", top_n: "mapped" },
  request: (body, { model, ledger }) => {
    const { query, texts, topN } = readRerank(body);
    refuseOtherModel(body, ledger);
    return {
      ...(topN === undefined ? {} : { parameters: { return_options: { top_n: topN } } }),
      ...ownRerankFields(body),
      model_id: model,
      query,
      inputs: texts.map((text) => ({ text })),
    };
  },
  response: (reply, context) => {
    const { results, input_token_count: tokens } = objectOf(reply);
    const usage = typeof tokens === "number" ? { prompt_tokens: tokens, total_tokens: tokens } : undefined;
    return writeRerank(context, { id: undefined, results: readResults(results, "score"), usage });
  },
});
