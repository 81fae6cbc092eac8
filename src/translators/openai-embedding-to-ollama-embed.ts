import { GatewayError } from "../core/errors.ts";
import { countOf } from "../core/json-values.ts";
import { writeOllamaParams } from "../dialects/ollama/params.ts";
import { readHead, readOllamaReply } from "../dialects/ollama/reply.ts";
import { readDimensions, readTexts, writeEmbeddings } from "../dialects/openai/embedding-request.ts";
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
    readTexts(input); // What is no text is refused; texts pass as they are.
    const dimensions = readDimensions(body);
    return {
      model: context.model,
      input,
      ...(dimensions === undefined ? {} : { dimensions }),
      ...writeOllamaParams(body, { ...FIELDS, input: "", user: "" }),
    };
  },
  response: (reply, context) => {
    const read = readOllamaReply(reply);
    const { embeddings, prompt_eval_count: count } = read;
    if (!Array.isArray(embeddings)) {
      throw new GatewayError("upstream-malformed", "the reply has no embeddings");
    }
    const model = readHead(read).model ?? context.model;
    return writeEmbeddings(embeddings, { ...context, model }, countOf(count));
  },
});
