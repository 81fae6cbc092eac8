import { GatewayError } from "../core/errors.ts";
import { countOf } from "../core/json-values.ts";
import { writeOllamaParams } from "../dialects/ollama/params.ts";
import { readHead, readOllamaReply } from "../dialects/ollama/reply.ts";
import { invalidField } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = { dimensions: "forwarded", encoding_format: "emulated" } as const;

/**
 * Embeddings by Ollama's own API, which takes `options`, `keep_alive` and `truncate`.
 * Source: https://docs.ollama.com/api/embed (read 2026-11-28); npm `ollama` 0.6.4.
 */
export const openaiEmbeddingToOllamaEmbed = defineTranslator({
  from: "openai-embedding",
  to: "ollama-embed",
  fields: FIELDS,
  request: (body, context) => {
    const { input } = body;
    const texts = Array.isArray(input) ? (input as readonly unknown[]) : [input];
    if (texts.length === 0 || !texts.every((text) => typeof text === "string")) {
      throw invalidField("input", "a text or a list of texts");
    }
    return {
      model: context.model,
      input,
      ...(typeof body["dimensions"] === "number" ? { dimensions: body["dimensions"] } : {}),
      ...writeOllamaParams(body, { ...FIELDS, input: "", user: "" }),
    };
  },
  response: (reply, context) => {
    const read = readOllamaReply(reply);
    const { embeddings, prompt_eval_count: count } = read;
    if (!Array.isArray(embeddings)) {
      throw new GatewayError("upstream-malformed", "the reply has no embeddings");
    }
    return {
      object: "list",
      data: embeddings.map((embedding: unknown, index) => ({ object: "embedding", index, embedding })),
      model: readHead(read).model ?? context.model,
      usage: { prompt_tokens: countOf(count), total_tokens: countOf(count) },
    };
  },
});
