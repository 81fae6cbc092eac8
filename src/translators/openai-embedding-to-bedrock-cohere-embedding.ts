import { countOf, isObject, listOf, objectOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { restOf } from "../dialects/openai/chat-params.ts";
import { invalidField, readDataUrl } from "../dialects/openai/chat-request.ts";
import { readDimensions, readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

/** Most texts of one call to the vendor; more are several calls. */
const MAX_TEXTS = 96;

/** What is embedded when the caller does not say, as in LiteLLM. */
const DEFAULT_INPUT_TYPE = "search_document";

/** Header with the tokens of a request; of several, all of them. */
const TOKENS_HEADER = "x-amzn-bedrock-input-token-count";

const FIELDS = { dimensions: "mapped", encoding_format: "emulated" } as const;

/**
 * Embeddings of Cohere's models on Bedrock, v3 and v4. Inputs that are data URLs are images. `input_type`, `truncate` and
 * `embedding_types` are the vendor's own and pass; of several types, the first is the embedding.
 * Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v3.html,
 * https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-embed-v4.html (read 2026-11-28).
 */
export const openaiEmbeddingToBedrockCohereEmbedding = defineTranslator({
  from: "openai-embedding",
  to: "bedrock-cohere-embedding",
  fields: FIELDS,
  request: writeRequests,
  response: (reply, context) => {
    const replies = (Array.isArray(reply) ? reply : [reply]).map(objectOf);
    const vectors = replies.flatMap(({ embeddings }) => readVectors(embeddings));
    const counts = context.header(TOKENS_HEADER)?.split(",") ?? [];
    const tokens = counts.reduce((sum, count) => sum + countOf(Number(count)), 0);
    return writeEmbeddings(vectors, context, tokens);
  },
});

/** Vectors as a list, or as lists by type. */
function readVectors(embeddings: unknown): readonly unknown[] {
  return isObject(embeddings) ? listOf(embeddings["float"] ?? Object.values(embeddings)[0]) : listOf(embeddings);
}

function writeRequests(body: JsonObject): JsonObject | readonly JsonObject[] {
  const { input: _input, ...rest } = body;
  const dimensions = readDimensions(body);
  const texts = readTexts(body["input"]);
  const own = { input_type: DEFAULT_INPUT_TYPE, ...restOf(rest, FIELDS) };
  const shared = {
    ...own,
    ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
  };
  const images = texts.filter((text, index) => readDataUrl(text, `input[${index}]`) !== undefined);
  if (images.length > 0) {
    if (images.length < texts.length) {
      throw invalidField("input", "texts alone, or images alone");
    }
    return images.map((image) => ({ ...shared, images: [image] }));
  }
  const calls: JsonObject[] = [];
  for (let at = 0; at < texts.length; at += MAX_TEXTS) {
    calls.push({ ...shared, texts: texts.slice(at, at + MAX_TEXTS) });
  }
  return calls;
}
