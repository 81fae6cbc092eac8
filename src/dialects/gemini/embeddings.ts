import { GatewayError } from "../../core/errors.ts";
import { countOf, listOf, textOf } from "../../core/json-values.ts";
import type { FieldFate, JsonObject } from "../../core/translation.ts";
import { readNumber } from "../openai/chat-params.ts";
import { invalidField } from "../openai/chat-request.ts";

/** What becomes of the parameters of embeddings with all of Google's ways to ask for them. */
export const EMBEDDING_FIELDS: Readonly<Record<string, FieldFate>> = {
  dimensions: "mapped",
  encoding_format: "emulated",
};

/** What callers may say of embeddings in the vendor's words, in any of their spellings. */
export interface EmbeddingParams {
  readonly outputDimensionality: number | undefined;
  /** `RETRIEVAL_DOCUMENT` and so on; LiteLLM takes `input_type` for it. */
  readonly taskType: string | undefined;
  readonly title: string | undefined;
  readonly autoTruncate: boolean | undefined;
  /** Fields that are nobody's business but the vendor's. */
  readonly rest: JsonObject;
}

/** Source: https://ai.google.dev/api/embeddings (read 2026-11-28). @throws GatewayError `invalid-request` */
export function readEmbeddingParams(body: JsonObject): EmbeddingParams {
  const {
    model: _model,
    input: _input,
    dimensions: _dimensions,
    encoding_format: _format,
    task_type: taskType = body["taskType"] ?? body["input_type"],
    taskType: _taskType,
    input_type: _inputType,
    title,
    auto_truncate: autoTruncate = body["autoTruncate"],
    autoTruncate: _autoTruncate,
    ...rest
  } = body;
  return {
    outputDimensionality: readNumber(body, "dimensions"),
    taskType: textOf(taskType),
    title: textOf(title),
    autoTruncate: typeof autoTruncate === "boolean" ? autoTruncate : undefined,
    rest,
  };
}

/** The texts to embed. @throws GatewayError `invalid-request` */
export function readTexts(body: JsonObject): readonly string[] {
  const { input } = body;
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (texts.length === 0 || !texts.every((text): text is string => typeof text === "string")) {
    throw invalidField("input", "a text or a list of texts");
  }
  return texts;
}

/** A list in pieces of at most `size` items. */
export const inPieces = <Item>(list: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** One vector with the tokens of its text, as far as the vendor tells. */
export interface Embedding {
  readonly values: unknown;
  readonly tokens: unknown;
}

/**
 * OpenAI's list of embeddings. Source: https://platform.openai.com/docs/api-reference/embeddings (read 2026-11-28).
 * @throws GatewayError `upstream-malformed` on a reply without vectors
 */
export function writeEmbeddings(embeddings: readonly Embedding[], model: string): JsonObject {
  if (embeddings.length === 0 || embeddings.some(({ values }) => listOf(values).length === 0)) {
    throw new GatewayError("upstream-malformed", "the reply lacks embeddings");
  }
  const tokens = embeddings.reduce((sum, embedding) => sum + countOf(embedding.tokens), 0);
  return {
    object: "list",
    data: embeddings.map(({ values }, index) => ({ object: "embedding", index, embedding: values })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}
