import { GatewayError } from "../core/errors.ts";
import { countOf, objectOf } from "../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../core/translation.ts";
import { checkVectors, readDimensions, readTexts } from "../dialects/openai/embedding-request.ts";
import { defineTranslator } from "./define-translator.ts";

/** Texts that one call of Cohere's takes. */
const MAX_TEXTS = 96;

/** Fields that are read here; what is beside them is the vendor's own. */
const KNOWN: ReadonlySet<string> = new Set(["model", "input", "dimensions", "encoding_format", "user", "input_type"]);

/**
 * Embeddings of Cohere's: `input_type` is `search_document` unless the caller says what the texts are for, as in LiteLLM; data
 * URLs of images are embedded as images, one in each call, which is all that models before v4 take; more than 96 texts
 * are several calls. `truncate`, `embedding_types`, `max_tokens` and `priority` are the vendor's own and pass.
 * Source: https://docs.cohere.com/reference/embed (read 2026-11-28).
 */
export const openaiEmbeddingToCohereEmbed = defineTranslator({
  from: "openai-embedding",
  to: "cohere-embed",
  fields: { dimensions: "mapped", encoding_format: "emulated" },
  request: (body, { model }) => {
    const { input_type: inputType } = body;
    const dimensions = readDimensions(body);
    const own = Object.entries(body).filter(([name]) => !KNOWN.has(name));
    return toBatches(readTexts(body["input"])).map(({ isImage, items }) => ({
      model,
      ...(isImage ? { images: items } : { texts: items }),
      input_type: isImage ? "image" : (inputType ?? "search_document"),
      embedding_types: ["float"],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
      ...Object.fromEntries(own),
    }));
  },
  response: (reply, context) => toEmbeddings(Array.isArray(reply) ? (reply as readonly unknown[]) : [reply], context),
});

interface Batch {
  readonly isImage: boolean;
  readonly items: readonly string[];
}

/** Calls whose replies, put together, are in the order of the input. */
function toBatches(input: readonly string[]): readonly Batch[] {
  const batches: { readonly isImage: boolean; readonly items: string[] }[] = [];
  for (const item of input) {
    const isImage = /^data:image\//i.test(item);
    const last = batches.at(-1);
    if (last === undefined || isImage || last.isImage || last.items.length === MAX_TEXTS) {
      batches.push({ isImage, items: [item] });
    } else {
      last.items.push(item);
    }
  }
  return batches;
}

function toEmbeddings(replies: readonly unknown[], { model, request }: ReplyContext): JsonObject {
  const vectors = replies.flatMap((reply) => readVectors(objectOf(reply)["embeddings"]));
  const promptTokens = replies.map(readTokens).reduce((sum, count) => sum + count, 0);
  if (vectors.length === 0) {
    throw new GatewayError("upstream-malformed", "the reply has no embeddings");
  }
  const types = new Set(vectors.map(({ type }) => type));
  for (const type of types) {
    const ofType = vectors.filter((vector) => vector.type === type);
    checkVectors(
      ofType.map(({ embedding }) => embedding),
      request,
    );
  }
  const counts = new Map<string, number>();
  const data = vectors.map(({ type, embedding }) => {
    const index = counts.get(type) ?? 0;
    counts.set(type, index + 1);
    return { object: "embedding", index, embedding, ...(types.size > 1 ? { type } : {}) };
  });
  return {
    object: "list",
    data,
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/** Vectors with their types, all of one type before those of the next. */
function readVectors(embeddings: unknown): readonly { readonly type: string; readonly embedding: unknown }[] {
  const byType = Object.entries(objectOf(embeddings)).filter(([, list]) => Array.isArray(list));
  if (byType.length === 0) {
    throw new GatewayError("upstream-malformed", "the reply has no embeddings");
  }
  return byType.flatMap(([type, list]) => (list as readonly unknown[]).map((embedding) => ({ type, embedding })));
}

function readTokens(reply: unknown): number {
  const meta = objectOf(objectOf(reply)["meta"]);
  const billed = objectOf(meta["billed_units"]);
  const tokens = objectOf(meta["tokens"]);
  return countOf(billed["input_tokens"] ?? tokens["input_tokens"]) + countOf(billed["image_tokens"]);
}
