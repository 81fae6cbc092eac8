import { GatewayError } from "../core/errors.ts";
import { objectOf, textOf, withoutUndefined } from "../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../core/translation.ts";
import { readMaxTokens, readNumber, readStop, restOf } from "../dialects/openai/chat-params.ts";
import { ChunkWriter, writeChatCompletion } from "../dialects/openai/chat-reply.ts";
import { readMessages } from "../dialects/openai/chat-request.ts";
import { writeTranscript } from "../dialects/openai/transcript.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS = {
  frequency_penalty: "mapped",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  presence_penalty: "mapped",
  seed: "mapped",
  stop: "mapped",
  stream: "mapped",
  stream_options: "emulated",
  temperature: "mapped",
  top_p: "mapped",
} as const;

/**
 * Chats by the generate extension of Triton: the text in `text_input`, all else in `parameters` under its own name, as
 * TensorRT-LLM's models take them (`stop_words`, ...). Triton counts no tokens and gives no reason for an end.
 * Source: https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_generate.html
 * (read 2026-11-28).
 */
export const openaiChatToTritonGenerate = defineTranslator({
  from: "openai-chat",
  to: "triton-generate",
  fields: FIELDS,
  request: (body, { isStream, ledger }) => {
    const { system, prompt } = writeTranscript(readMessages(body), ledger);
    const stop = readStop(body);
    const parameters = {
      max_tokens: readMaxTokens(body),
      frequency_penalty: readNumber(body, "frequency_penalty"),
      presence_penalty: readNumber(body, "presence_penalty"),
      seed: readNumber(body, "seed"),
      temperature: readNumber(body, "temperature"),
      top_p: readNumber(body, "top_p"),
      stop_words: stop.length === 0 ? undefined : stop,
      stream: isStream,
      ...restOf(body, FIELDS),
    };
    const text = system === "" ? prompt : `${system}\n\n${prompt}`;
    return { text_input: text, parameters: withoutUndefined(parameters) };
  },
  response: (reply, context) => {
    const { text_output: output, error } = objectOf(reply);
    if (typeof error === "string") {
      throw new GatewayError("upstream-failed", error);
    }
    const text = readText(output);
    if (text === undefined) {
      throw new GatewayError("upstream-malformed", "the reply has no text_output");
    }
    return writeChatCompletion(context, {}, [{ message: { content: text }, finishReason: "stop" }], {});
  },
  stream: (context) => new GenerateStream(context),
});

/** A text, or a list of one where the model is batched. */
const readText = (output: unknown): string | undefined =>
  textOf(Array.isArray(output) ? (output as readonly unknown[])[0] : output);

/** Triton's streams have no last event: an end in good order is all. */
class GenerateStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  readonly usage = undefined;
  #hasBegun = false;

  constructor(context: ReplyContext) {
    this.#writer = new ChunkWriter(context);
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    const { text_output: output, error }: JsonObject = objectOf(JSON.parse(data));
    if (typeof error === "string") {
      sink.fail({ status: 500, message: error });
      return;
    }
    const text = readText(output);
    if (text !== undefined) {
      this.#hasBegun = true;
      this.#writer.delta(sink, { content: text });
    }
  }

  end(sink: ChunkSink): boolean {
    if (this.#hasBegun) {
      this.#writer.finish(sink, "stop");
    }
    return this.#hasBegun;
  }
}
