import { countOf, textOf } from "../../core/json-values.ts";
import type { FieldFate, JsonObject, ReplyContext } from "../../core/translation.ts";
import { readDimensions, writeEmbeddings } from "../openai/embedding-request.ts";

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
    outputDimensionality: readDimensions(body),
    taskType: textOf(taskType),
    title: textOf(title),
    autoTruncate: typeof autoTruncate === "boolean" ? autoTruncate : undefined,
    rest,
  };
}

/** A list in pieces of at most `size` items. */
export const inPieces = <Item>(list: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));

/** One vector with the tokens of its text, as far as the vendor tells. */
export interface Embedding {
  readonly values: unknown;
  readonly tokens: unknown;
}

/** OpenAI's list of embeddings. @throws GatewayError `upstream-malformed` on a reply without a vector for each text */
export const writeGoogleEmbeddings = (embeddings: readonly Embedding[], context: ReplyContext): JsonObject =>
  writeEmbeddings(
    embeddings.map(({ values }) => values),
    context,
    embeddings.reduce((sum, { tokens }) => sum + countOf(tokens), 0),
  );
