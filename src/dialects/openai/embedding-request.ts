import type { JsonObject } from "../../core/translation.ts";
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

/** Vectors as OpenAI's embedding reply. */
export const writeEmbeddings = (vectors: readonly unknown[], model: string, promptTokens: number): JsonObject => ({
  object: "list",
  data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
  model,
  usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
});
