import { type Body, openaiError } from "./openai-error.ts";
import type { ScriptedReply } from "./scripted-reply.ts";

/** What one vector is made from: a text, or its token ids. */
export type EmbeddingItem = string | readonly number[];

const DEFAULT_DIMENSIONS = 8;

/**
 * The vector the fake upstream gives an input. Equal inputs give equal vectors; every number is a multiple of 1/4096,
 * so that it is the same as JSON, as float32 and as double.
 */
export const embeddingVector = (item: EmbeddingItem, dimensions: number = DEFAULT_DIMENSIONS): readonly number[] => {
  const seed = typeof item === "string" ? `text:${item}` : `tokens:${item.join(",")}`;
  return Array.from({ length: dimensions }, (_, index) => {
    const hash = Number(Bun.hash.crc32(`${index}/${seed}`)) >>> 0;
    return ((hash % 8191) - 4095) / 4096;
  });
};

/** Little-endian float32 in base64, as OpenAI answers `encoding_format: "base64"`. */
const toBase64Vector = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
};

const isTokens = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => Number.isInteger(item));

/** The items of an `input`, one per vector; `undefined` when OpenAI would refuse it. */
const readItems = (input: unknown): readonly EmbeddingItem[] | undefined => {
  if (typeof input === "string") return [input];
  if (isTokens(input)) return [input];
  if (!Array.isArray(input) || input.length === 0 || input.length > 2048) return undefined;
  if (input.every((item) => typeof item === "string")) return input;
  return input.every(isTokens) ? input : undefined;
};

const countTokens = (item: EmbeddingItem): number =>
  typeof item === "string" ? Math.ceil(item.length / 4) : item.length;

/** Answers an embeddings request: one vector per item, as floats or base64 as asked. */
export const embeddingReply = (body: Body): ScriptedReply => {
  const items = readItems(body["input"]);
  if (items === undefined) return openaiError(400, "'$.input' is invalid.", { param: "input" });
  const format = body["encoding_format"] ?? "float";
  if (format !== "float" && format !== "base64") {
    return openaiError(400, `Invalid value for 'encoding_format': ${String(format)}.`, { param: "encoding_format" });
  }
  const dimensions = typeof body["dimensions"] === "number" ? body["dimensions"] : DEFAULT_DIMENSIONS;
  const data = items.map((item, index) => {
    const vector = embeddingVector(item, dimensions);
    return { object: "embedding", index, embedding: format === "base64" ? toBase64Vector(vector) : vector };
  });
  const tokens = items.reduce((sum, item) => sum + countTokens(item), 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return { body: { object: "list", data, model: body["model"] ?? "text-embedding-ada-002", usage } };
};
