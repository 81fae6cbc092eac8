import { GatewayError } from "../core/errors.ts";
import { objectOf } from "../core/json-values.ts";
import { restOf } from "../dialects/openai/chat-params.ts";
import { readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = { encoding_format: "emulated" } as const;

/**
 * Embeddings of Hugging Face's containers on SageMaker. Replies are vectors in a list (Text Embeddings Inference), under `embedding`, or one vector. They tell
 * no tokens: usage is 0, as SageMaker is paid by the hour.
 * Sources: https://huggingface.github.io/text-embeddings-inference/ (`/embed`),
 * https://github.com/BerriAI/litellm/blob/main/litellm/llms/sagemaker/embedding/transformation.py (read 2026-11-28).
 */
export const openaiEmbeddingToSagemakerEmbedding = defineTranslator({
  from: "openai-embedding",
  to: "sagemaker-embedding",
  fields: FIELDS,
  request: (body) => {
    const { input: _input, ...rest } = body;
    return { inputs: readTexts(body["input"]), ...restOf(rest, FIELDS) };
  },
  response: (reply, context) => {
    const { embedding } = objectOf(reply);
    const found = Array.isArray(reply) ? reply : embedding;
    if (!Array.isArray(found) || found.length === 0) {
      throw new GatewayError("upstream-malformed", "the reply has no embeddings");
    }
    const vectors = typeof found[0] === "number" ? [found] : found;
    return writeEmbeddings(vectors.map(toVector), context, 0);
  },
});

/** Some containers put each vector into a list of its own. */
const toVector = (item: unknown): unknown => (Array.isArray(item) && Array.isArray(item[0]) ? item[0] : item);
