import type { JsonObject } from "../../core/translation.ts";
import { invalidField } from "./chat-request.ts";

/**
 * The texts of an embedding request, token ids decoded already (the route's `textInputOnly`).
 * Source: https://platform.openai.com/docs/api-reference/embeddings/create (read 2026-11-28).
 * @throws GatewayError `invalid-request`
 */
export function readEmbeddingTexts({ input }: JsonObject): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
  if (texts.length === 0 || !texts.every((text): text is string => typeof text === "string")) {
    throw invalidField("input", "a text or a list of texts");
  }
  return texts;
}

/** Vectors as OpenAI's embedding reply. */
export const writeEmbeddings = (vectors: readonly unknown[], model: string, promptTokens: number): JsonObject => ({
  object: "list",
  data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
  model,
  usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
});
