import { GatewayError } from "../core/errors.ts";
import { countOf, isObject, lookUp, objectOf, textOf } from "../core/json-values.ts";
import type {
  ChunkSink,
  JsonObject,
  ReplyContext,
  RequestContext,
  StreamEvent,
  StreamTranslator,
} from "../core/translation.ts";
import { readStreamFailure } from "../dialects/bedrock/stream-failure.ts";
import { readMaxTokens, readNumber, readStop, restOf } from "../dialects/openai/chat-params.ts";
import { ChunkWriter, type FinishReason, writeChatCompletion } from "../dialects/openai/chat-reply.ts";
import { contentText, readMessages } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";

/** The server refuses a temperature of 0 ("must be strictly positive"); LiteLLM sends this. */
const LEAST_TEMPERATURE = 0.01;

const FIELDS = {
  frequency_penalty: "forwarded",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  seed: "forwarded",
  stop: "mapped",
  stream: "emulated",
  stream_options: "emulated",
  temperature: "mapped",
  top_p: "forwarded",
} as const;

/**
 * Chats of text generation containers on SageMaker (Hugging Face's Text Generation Inference, JumpStart): the messages' texts,
 * joined by spaces, are the prompt, as LiteLLM has it for models whose template it does not know. Parameters of the vendor's own
 * go into `parameters`. Endpoints that speak the messages API are served by `sagemaker_chat/`, with the model's own template.
 * Sources: https://huggingface.github.io/text-generation-inference/ (GenerateParameters, StreamResponse),
 * https://github.com/BerriAI/litellm/blob/main/litellm/llms/sagemaker/completion/transformation.py (read 2026-11-28).
 */
export const openaiChatToSagemakerTextGeneration = defineTranslator({
  from: "openai-chat",
  to: "sagemaker-text-generation",
  fields: FIELDS,
  framing: "aws-payload-lines",
  request: writeRequest,
  response: readReply,
  stream: (context) => new TokenStream(context),
});

function writeRequest(body: JsonObject, { ledger, isStream }: RequestContext): JsonObject {
  const texts = readMessages(body).flatMap((message) => {
    const { content, toolCalls, role, path, name } = message;
    if (toolCalls.length > 0 || role === "tool") {
      ledger.refuse(path, "tool calls and their results");
    }
    if (name !== undefined) {
      ledger.drop(`${path}.name`);
    }
    for (const part of content) {
      if (part.kind !== "text" && part.kind !== "refusal") {
        ledger.refuse(part.path, "anything but text");
      }
    }
    const text = contentText(content);
    return text === "" ? [] : [text];
  });
  const parameters = writeParameters(body);
  return {
    inputs: texts.join(" "),
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(isStream ? { stream: true } : {}),
  };
}

function writeParameters(body: JsonObject): JsonObject {
  const maxTokens = readMaxTokens(body);
  const temperature = readNumber(body, "temperature");
  const stop = readStop(body);
  const same = { top_p: readNumber(body, "top_p"), seed: readNumber(body, "seed") };
  const penalty = readNumber(body, "frequency_penalty");
  return {
    ...(maxTokens === undefined ? {} : { max_new_tokens: Math.max(1, maxTokens) }),
    ...(temperature === undefined ? {} : { temperature: temperature === 0 ? LEAST_TEMPERATURE : temperature }),
    ...Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)),
    ...(penalty === undefined ? {} : { frequency_penalty: penalty }),
    ...(stop.length === 0 ? {} : { stop }),
    ...restOf(body, FIELDS),
  };
}

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  length: "length",
  eos_token: "stop",
  stop_sequence: "stop",
};

const toFinishReason = (details: JsonObject): FinishReason =>
  lookUp(FINISH_REASONS, details["finish_reason"]) ?? "stop";

/** Usage, where the container tells it: the tokens of the answer always, those of the prompt when `details` were asked for. */
function toUsage(details: JsonObject): JsonObject | undefined {
  const { generated_tokens: generated, input_length: length, prefill } = details;
  if (typeof generated !== "number") {
    return undefined;
  }
  const promptTokens = countOf(length) || (Array.isArray(prefill) ? prefill.length : 0);
  const completionTokens = countOf(generated);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

function readReply(reply: unknown, context: ReplyContext): JsonObject {
  const answer = objectOf(Array.isArray(reply) ? reply[0] : reply);
  const text = textOf(answer["generated_text"]) ?? textOf(answer["generation"]);
  if (text === undefined) {
    throw new GatewayError("upstream-malformed", "the reply has no generated_text");
  }
  const details = objectOf(answer["details"]);
  const usage = toUsage(details);
  const choice = { message: { content: text }, finishReason: toFinishReason(details) };
  return writeChatCompletion(context, {}, [choice], usage === undefined ? {} : { usage });
}

/** Statuses of the server's failures within streams. */
const FAILURES: Readonly<Record<string, number>> = { overloaded: 429, validation: 422 };

class TokenStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  #usage: JsonObject | undefined;

  constructor(context: ReplyContext) {
    this.#writer = new ChunkWriter(context);
  }

  event(event: StreamEvent, sink: ChunkSink): void {
    const failure = event.event === "" ? undefined : readStreamFailure(event);
    if (failure !== undefined) {
      sink.fail(failure);
      return;
    }
    if (event.data === "[DONE]") {
      return;
    }
    const { token, details, error, error_type: type, generated_text: whole } = objectOf(JSON.parse(event.data));
    if (typeof error === "string") {
      const told = typeof type === "string" ? { type } : {};
      sink.fail({ status: lookUp(FAILURES, type) ?? 500, message: error, ...told });
      return;
    }
    const { text, special } = objectOf(token);
    if (typeof text === "string" && special !== true) {
      this.#writer.delta(sink, { content: text });
    }
    if (isObject(details)) {
      this.#usage = toUsage(details);
    }
    if (isObject(details) || typeof whole === "string") {
      this.#writer.finish(sink, toFinishReason(objectOf(details)));
    }
  }

  end(): boolean {
    return this.#writer.isFinished;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}
