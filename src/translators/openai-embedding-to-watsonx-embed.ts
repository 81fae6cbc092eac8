import { GatewayError } from "../core/errors.ts";
import { countOf, objectOf, objectsOf, textOf } from "../core/json-values.ts";
import { readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
import { refuseOtherModel } from "../dialects/watsonx/model.ts";
import { defineTranslator } from "./define-translator.ts";

const KNOWN: ReadonlySet<string> = new Set(["model", "input", "encoding_format"]);

/**
 * Embeddings of IBM's watsonx.ai. `parameters` (`truncate_input_tokens`, `return_options`), `project_id` and `space_id` pass.
 * Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-embeddings; PyPI ibm-watsonx-ai 1.8.1 (read 2026-11-28).
 */
export const openaiEmbeddingToWatsonxEmbed = defineTranslator({
  from: "openai-embedding",
  to: "watsonx-embed",
  fields: { encoding_format: "emulated" },
  request: (body, { model, ledger }) => {
    refuseOtherModel(body, ledger);
    return {
      ...Object.fromEntries(Object.entries(body).filter(([name]) => !KNOWN.has(name))),
      model_id: model,
      inputs: readTexts(body["input"]),
    };
  },
  response: (reply, context) => {
    const { results, input_token_count: tokens, model_id: model } = objectOf(reply);
    if (!Array.isArray(results)) {
      throw new GatewayError("upstream-malformed", "the reply has no results");
    }
    const vectors = objectsOf(results).map(({ embedding }) => embedding);
    return writeEmbeddings(vectors, { ...context, model: textOf(model) ?? context.model }, countOf(tokens));
  },
});
