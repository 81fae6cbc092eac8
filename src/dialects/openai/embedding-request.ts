import { GatewayError } from "../../core/errors.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import { invalidField } from "./chat-request.ts";

/**
 * The `input` of an embedding request as texts, token ids decoded already (the route's `textInputOnly`).
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create (read 2026-11-28).
 * @throws GatewayError `invalid-request`
 */
export function readTexts(input: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (list.length === 0 || !list.every((item): item is string => typeof item === "string")) {
    throw invalidField("input", "a text or a list of at least one text");
  }
  return list;
}

/** The caller's `dimensions`; `undefined` when it has no wish. @throws GatewayError `invalid-request` */
export function readDimensions({ dimensions }: JsonObject): number | undefined {
  if (dimensions === undefined || dimensions === null) {
    return undefined;
  }
  if (typeof dimensions !== "number" || !Number.isInteger(dimensions) || dimensions < 1) {
    throw invalidField("dimensions", "a whole number above 0");
  }
  return dimensions;
}

/**
 * Vectors as OpenAI's embedding reply.
 * @throws GatewayError `upstream-malformed` unless there is a vector for each text of the request
 */
export function writeEmbeddings(
  vectors: readonly unknown[],
  { model, request }: Pick<ReplyContext, "model" | "request">,
  promptTokens: number,
): JsonObject {
  checkVectors(vectors, request);
  return {
    object: "list",
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}

/**
 * One vector too few would give texts the vectors of others, so none may be missing. Vectors are lists of numbers, or text where
 * callers ask vendors for encodings of their own.
 * @throws GatewayError `upstream-malformed`
 */
export function checkVectors(vectors: readonly unknown[], { input }: JsonObject): void {
  const wanted = Array.isArray(input) ? input.length : 1;
  if (vectors.length !== wanted) {
    throw new GatewayError("upstream-malformed", `the reply has ${vectors.length} embeddings for ${wanted} inputs`);
  }
  if (!vectors.every(isVector)) {
    throw new GatewayError("upstream-malformed", "the reply has an embedding that is no list of numbers");
  }
}

const isVector = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.every((number) => typeof number === "number")
    : typeof value === "string" && value !== "";
