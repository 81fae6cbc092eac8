import { objectOf, objectsOf, withoutUndefined } from "../core/json-values.ts";
import {
  EMBEDDING_FIELDS,
  inPieces,
  readEmbeddingParams,
  writeGoogleEmbeddings,
} from "../dialects/gemini/embeddings.ts";
import { readTexts } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

/** Most texts of one call; the vendor answers more with 400. Source: https://github.com/weaviate/weaviate/pull/11277 (read 2026-11-28). */
const MAX_TEXTS = 100;

/**
 * Embeddings of Google AI Studio; what is too much for one call becomes several.
 * Source: https://ai.google.dev/api/embeddings#method:-models.batchembedcontents (read 2026-11-28).
 */
export const openaiEmbeddingToGeminiBatchEmbedContents = defineTranslator({
  from: "openai-embedding",
  to: "gemini-batch-embed-contents",
  fields: EMBEDDING_FIELDS,
  request: (body, { model }) => {
    const { outputDimensionality, taskType, title, rest } = readEmbeddingParams(body);
    const requests = readTexts(body["input"]).map((text) =>
      withoutUndefined({
        model: `models/${model}`,
        content: { parts: [{ text }] },
        taskType,
        title,
        outputDimensionality,
        ...rest,
      }),
    );
    return inPieces(requests, MAX_TEXTS).map((piece) => ({ requests: piece }));
  },
  response: (reply, context) => {
    const replies = (Array.isArray(reply) ? (reply as readonly unknown[]) : [reply]).map(objectOf);
    const embeddings = replies.flatMap(({ embeddings: found, usageMetadata }) =>
      objectsOf(found).map(({ values }, index) => ({
        values,
        tokens: index === 0 ? objectOf(usageMetadata)["promptTokenCount"] : 0,
      })),
    );
    return writeGoogleEmbeddings(embeddings, context);
  },
});
