import { objectOf, withoutUndefined } from "../core/json-values.ts";
import { EMBEDDING_FIELDS, readEmbeddingParams, writeGoogleEmbeddings } from "../dialects/gemini/embeddings.ts";
import { readTexts } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Embeddings of Gemini models after `gemini-embedding-001` on Vertex AI: one content a call.
 * Source: `Models.embedContent` of `@google/genai` 3.3.0 for Vertex (read 2026-11-28).
 */
export const openaiEmbeddingToVertexEmbedContent = defineTranslator({
  from: "openai-embedding",
  to: "vertex-embed-content",
  fields: EMBEDDING_FIELDS,
  request: (body) => {
    const { outputDimensionality, taskType, title, autoTruncate, rest } = readEmbeddingParams(body);
    const config = withoutUndefined({ taskType, title, outputDimensionality, autoTruncate });
    return readTexts(body["input"]).map((text) => ({
      content: { role: "user", parts: [{ text }] },
      ...(Object.keys(config).length === 0 ? {} : { embedContentConfig: config }),
      ...rest,
    }));
  },
  response: (reply, context) => {
    const replies = (Array.isArray(reply) ? (reply as readonly unknown[]) : [reply]).map(objectOf);
    const embeddings = replies.map(({ embedding, usageMetadata }) => ({
      values: objectOf(embedding)["values"],
      tokens: objectOf(usageMetadata)["promptTokenCount"],
    }));
    return writeGoogleEmbeddings(embeddings, context);
  },
});
