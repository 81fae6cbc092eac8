import { GatewayError } from "../core/errors.ts";
import { isObject, listOf, objectOf } from "../core/json-values.ts";
import type {
  ChunkSink,
  FieldFate,
  JsonObject,
  ReplyContext,
  StreamEvent,
  StreamTranslator,
} from "../core/translation.ts";
import { readStreamFailure } from "../dialects/bedrock/stream-failure.ts";
import { OPENAI_PARAMS } from "../dialects/openai/params.ts";
import { defineTranslator } from "./define-translator.ts";

const FIELDS: Readonly<Record<string, FieldFate>> = Object.fromEntries(
  OPENAI_PARAMS.chat.map((name) => [name, "forwarded" as const]),
);

/**
 * Containers on SageMaker that speak OpenAI's own chat format (Hugging Face's messages API, vLLM): bodies and replies pass as they
 * are, streams come in an AWS event stream.
 * Source: https://huggingface.co/docs/text-generation-inference/messages_api#amazon-sagemaker (read 2026-11-28).
 */
export const openaiChatToSagemakerChat = defineTranslator({
  from: "openai-chat",
  to: "sagemaker-chat",
  fields: FIELDS,
  framing: "aws-payload-lines",
  request: (body, { isStream }) => (isStream ? { ...body, stream: true } : body),
  response: (reply, context) => {
    const { choices, ...rest } = objectOf(reply);
    if (!Array.isArray(choices)) {
      throw new GatewayError("upstream-malformed", "the reply has no choices");
    }
    return {
      ...headOf(context),
      object: "chat.completion",
      system_fingerprint: null,
      ...withoutEmptyId(rest),
      choices,
    };
  },
  stream: (context) => new PassedStream(context),
});

/** Hugging Face's server leaves ids empty, and OpenAI's own client then finds no end of a stream. */
function withoutEmptyId(reply: JsonObject): JsonObject {
  const { id, ...rest } = reply;
  return id === "" || id === null ? rest : reply;
}

const headOf = ({ id, created, model }: ReplyContext): JsonObject => ({ id, created, model });

class PassedStream implements StreamTranslator {
  readonly #context: ReplyContext;
  #isFinished = false;
  #usage: JsonObject | undefined;

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  event(event: StreamEvent, sink: ChunkSink): void {
    const failure = event.event === "" ? undefined : readStreamFailure(event);
    if (failure !== undefined) {
      sink.fail(failure);
      return;
    }
    if (event.data === "[DONE]") {
      this.#isFinished = true;
      return;
    }
    const chunk = objectOf(JSON.parse(event.data));
    const { usage, error } = chunk;
    if (error !== undefined && error !== null) {
      sink.fail(toFailure(chunk));
      return;
    }
    if (isObject(usage)) {
      this.#usage = usage;
    }
    const choices = listOf(chunk["choices"]);
    this.#isFinished ||= choices.some((choice) => (objectOf(choice)["finish_reason"] ?? null) !== null);
    if (choices.length > 0) {
      const { usage: _usage, ...rest } = chunk;
      sink.chunk({ ...headOf(this.#context), object: "chat.completion.chunk", ...withoutEmptyId(rest) });
    }
  }

  end(): boolean {
    return this.#isFinished;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}

/** `{"error": {...}}` of vLLM, or `{"error": "...", "error_type": "..."}` of Hugging Face's server. */
function toFailure({ error, error_type: type }: JsonObject): { status: number; message: string; type?: string } {
  const { message, code, type: ownType } = objectOf(error);
  const status = typeof code === "number" && code >= 400 && code <= 599 ? code : type === "overloaded" ? 429 : 500;
  const told = ownType ?? type;
  return {
    status,
    message: typeof error === "string" ? error : String(message ?? JSON.stringify(error)),
    ...(typeof told === "string" ? { type: told } : {}),
  };
}
