import { objectOf, objectsOf, withoutUndefined } from "../core/json-values.ts";
import {
  EMBEDDING_FIELDS,
  inPieces,
  readEmbeddingParams,
  writeGoogleEmbeddings,
} from "../dialects/gemini/embeddings.ts";
import { readTexts } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

/** Most texts of one call. Source: https://cloud.google.com/vertex-ai/generative-ai/docs/embeddings/get-text-embeddings (read 2026-11-28). */
const MAX_TEXTS = 250;

/** "Note that gemini-embedding-001 supports one instance per request" (same page). */
const ONE_TEXT_MODELS: ReadonlySet<string> = new Set(["gemini-embedding-001"]);

/**
 * Text embeddings of Vertex AI; what is too much for one call becomes several.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api (read 2026-11-28).
 */
export const openaiEmbeddingToVertexPredictEmbedding = defineTranslator({
  from: "openai-embedding",
  to: "vertex-predict-embedding",
  fields: EMBEDDING_FIELDS,
  request: (body, { model }) => {
    const { outputDimensionality, taskType, title, autoTruncate, rest } = readEmbeddingParams(body);
    const parameters = withoutUndefined({ autoTruncate, outputDimensionality });
    const instances = readTexts(body["input"]).map((content) =>
      withoutUndefined({ content, task_type: taskType, title }),
    );
    return inPieces(instances, ONE_TEXT_MODELS.has(model) ? 1 : MAX_TEXTS).map((piece) => ({
      instances: piece,
      ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
      ...rest,
    }));
  },
  response: (reply, context) => {
    const replies = (Array.isArray(reply) ? (reply as readonly unknown[]) : [reply]).map(objectOf);
    const embeddings = replies.flatMap(({ predictions }) =>
      objectsOf(predictions).map((prediction) => {
        const { values, statistics } = objectOf(prediction["embeddings"]);
        return { values, tokens: objectOf(statistics)["token_count"] };
      }),
    );
    return writeGoogleEmbeddings(embeddings, context);
  },
});
