import { GatewayError } from "../core/errors.ts";
import { objectOf, objectsOf, textOf } from "../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../core/translation.ts";
import { invalidField } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";

/**
 * Text completions of vendors that have chats only: the prompt is a user's message, the answer's text the completion
 * (contract 2.10). A prompt of several texts would be several chats and is refused, as are token ids.
 * Source: https://platform.openai.com/docs/api-reference/completions/create (read 2026-11-28).
 */
export const openaiCompletionToOpenaiChat = defineTranslator({
  from: "openai-completion",
  to: "openai-chat",
  fields: {
    frequency_penalty: "forwarded",
    logit_bias: "forwarded",
    max_tokens: "forwarded",
    n: "forwarded",
    presence_penalty: "forwarded",
    seed: "forwarded",
    stop: "forwarded",
    stream: "forwarded",
    stream_options: "forwarded",
    temperature: "forwarded",
    top_p: "forwarded",
    user: "forwarded",
  },
  request: (body) => {
    const { prompt, ...rest } = body;
    return { ...rest, messages: [{ role: "user", content: readPrompt(prompt) }] };
  },
  response: (reply) => {
    const { choices, object: _object, ...rest } = objectOf(reply);
    if (!Array.isArray(choices)) {
      throw new GatewayError("upstream-malformed", "the reply has no choices");
    }
    return {
      ...rest,
      object: "text_completion",
      choices: objectsOf(choices).map((choice, index) =>
        toTextChoice(choice, textOf(objectOf(choice["message"])["content"]) ?? "", index),
      ),
    };
  },
  stream: (context) => new CompletionStream(context),
});

function readPrompt(prompt: unknown): string {
  const [only, ...others] = Array.isArray(prompt) ? (prompt as readonly unknown[]) : [prompt];
  if (typeof only !== "string" || others.length > 0) {
    throw invalidField(
      "prompt",
      "one text: this model has chats only, so lists of prompts and token ids cannot be sent to it",
    );
  }
  return only;
}

const toTextChoice = ({ index, finish_reason }: JsonObject, text: string, position: number): JsonObject => ({
  text,
  index: index ?? position,
  logprobs: null,
  finish_reason: finish_reason ?? null,
});

class CompletionStream implements StreamTranslator {
  readonly #context: ReplyContext;
  #usage: JsonObject | undefined;
  #isFinished = false;

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    if (data === "[DONE]") {
      this.#isFinished = true;
      return;
    }
    const { choices, usage, object: _object, ...rest } = objectOf(JSON.parse(data));
    if (usage !== undefined && usage !== null) {
      this.#usage = objectOf(usage);
    }
    const texts = objectsOf(choices).map((choice, index) => {
      this.#isFinished ||= choice["finish_reason"] !== null && choice["finish_reason"] !== undefined;
      return toTextChoice(choice, textOf(objectOf(choice["delta"])["content"]) ?? "", index);
    });
    if (texts.length > 0) {
      sink.chunk({ id: this.#context.id, ...rest, object: "text_completion", choices: texts });
    }
  }

  end(): boolean {
    return this.#isFinished;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}
