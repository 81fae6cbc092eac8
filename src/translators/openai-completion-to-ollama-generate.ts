import { GatewayError } from "../core/errors.ts";
import { objectOf, textOf } from "../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../core/translation.ts";
import { OLLAMA_FIELDS, writeOllamaParams } from "../dialects/ollama/params.ts";
import { failOf, readHead, readOllamaReply, readUsage, toFinishReason } from "../dialects/ollama/reply.ts";
import { invalidField } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = { ...OLLAMA_FIELDS, suffix: "forwarded" } as const;

/**
 * Text completions by Ollama's own API: one prompt, put into the model's template unless `raw` says otherwise.
 * Source: https://docs.ollama.com/api/generate (read 2026-11-28); npm `ollama` 0.6.4.
 */
export const openaiCompletionToOllamaGenerate = defineTranslator({
  from: "openai-completion",
  to: "ollama-generate",
  framing: "json-lines",
  fields: FIELDS,
  request: (body, context) => {
    const { prompt, suffix } = body;
    const [only, ...others] = Array.isArray(prompt) ? (prompt as readonly unknown[]) : [prompt];
    if (typeof only !== "string" || others.length > 0) {
      throw invalidField("prompt", "one text: lists of prompts and token ids cannot be sent to this model");
    }
    return {
      model: context.model,
      prompt: only,
      stream: context.isStream,
      ...(typeof suffix === "string" ? { suffix } : {}),
      ...writeOllamaParams(body, { ...FIELDS, prompt: "" }),
    };
  },
  response: (reply, context) => {
    const read = readOllamaReply(reply);
    const text = textOf(read["response"]);
    if (text === undefined) {
      throw new GatewayError("upstream-malformed", "the reply has no response");
    }
    const usage = readUsage(read);
    return {
      ...toHead(read, context),
      choices: [{ text, index: 0, logprobs: null, finish_reason: toFinishReason(read["done_reason"], false) }],
      ...(usage === undefined ? {} : { usage }),
    };
  },
  stream: (context) => new GenerateStream(context),
});

function toHead(reply: JsonObject, context: ReplyContext): JsonObject {
  const { created, model } = readHead(reply);
  return {
    id: context.id,
    object: "text_completion",
    created: created ?? context.created,
    model: model ?? context.model,
    system_fingerprint: null,
  };
}

class GenerateStream implements StreamTranslator {
  readonly #context: ReplyContext;
  #isDone = false;
  #usage: JsonObject | undefined;

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    const line = objectOf(JSON.parse(data));
    if (this.#isDone || failOf(line, sink)) {
      return;
    }
    const text = textOf(line["response"]) ?? "";
    this.#isDone = line["done"] === true;
    this.#usage = readUsage(line) ?? this.#usage;
    if (text !== "" || this.#isDone) {
      const finish = this.#isDone ? toFinishReason(line["done_reason"], false) : null;
      const choice = { text, index: 0, logprobs: null, finish_reason: finish };
      sink.chunk({ ...toHead(line, this.#context), choices: [choice] });
    }
  }

  end(): boolean {
    return this.#isDone;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}
