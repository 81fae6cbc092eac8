import type { ChunkSink, JsonObject, ReplyContext } from "../../core/translation.ts";

/** Why an answer ended, in OpenAI's words (contract 3.1). */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** Token counts of a vendor, by what they mean. */
export interface UsageCounts {
  /** All tokens of the prompt, those read from and written to a cache included (contract 3.1). */
  readonly promptTokens: number;
  /** All tokens of the answer, reasoning included. */
  readonly completionTokens: number;
  /** The vendor's own total, when it tells one; else the sum. */
  readonly totalTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly cacheCreationTokens?: number | undefined;
  /** Those of them that the cache keeps for an hour; told only where there are any, as they cost more. */
  readonly cacheCreationHourTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  readonly audioPromptTokens?: number | undefined;
  /** Those of them that were read from a cache. */
  readonly cachedAudioTokens?: number | undefined;
  readonly audioCompletionTokens?: number | undefined;
  readonly imageCompletionTokens?: number | undefined;
}

/** `usage` as OpenAI writes it, with LiteLLM's two cache counts at its root where the vendor has them. */
export function writeUsage(counts: UsageCounts): JsonObject {
  const { promptTokens, completionTokens, totalTokens, cachedTokens, cacheCreationTokens } = counts;
  const prompt = writePromptDetails(counts);
  const completion = writeCompletionDetails(counts);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: totalTokens ?? promptTokens + completionTokens,
    ...(prompt === undefined ? {} : { prompt_tokens_details: prompt }),
    ...(completion === undefined ? {} : { completion_tokens_details: completion }),
    ...(cacheCreationTokens === undefined ? {} : { cache_creation_input_tokens: cacheCreationTokens }),
    ...(cacheCreationTokens === undefined || cachedTokens === undefined
      ? {}
      : { cache_read_input_tokens: cachedTokens }),
  };
}

function writePromptDetails(counts: UsageCounts): JsonObject | undefined {
  const { cachedTokens, cacheCreationTokens, audioPromptTokens, cachedAudioTokens } = counts;
  const { cacheCreationHourTokens: hourTokens } = counts;
  if (cachedTokens === undefined && cacheCreationTokens === undefined && audioPromptTokens === undefined) {
    return undefined;
  }
  return {
    ...(cachedTokens === undefined ? {} : { cached_tokens: cachedTokens }),
    ...(cachedAudioTokens === undefined ? {} : { cached_tokens_details: { audio_tokens: cachedAudioTokens } }),
    ...(cacheCreationTokens === undefined ? {} : { cache_creation_tokens: cacheCreationTokens }),
    ...(hourTokens === undefined ? {} : { cache_creation_token_details: { ephemeral_1h_input_tokens: hourTokens } }),
    ...(audioPromptTokens === undefined ? {} : { audio_tokens: audioPromptTokens }),
  };
}

function writeCompletionDetails(counts: UsageCounts): JsonObject | undefined {
  const { reasoningTokens, audioCompletionTokens, imageCompletionTokens } = counts;
  if (reasoningTokens === undefined && audioCompletionTokens === undefined && imageCompletionTokens === undefined) {
    return undefined;
  }
  return {
    ...(reasoningTokens === undefined ? {} : { reasoning_tokens: reasoningTokens }),
    ...(audioCompletionTokens === undefined ? {} : { audio_tokens: audioCompletionTokens }),
    ...(imageCompletionTokens === undefined ? {} : { image_tokens: imageCompletionTokens }),
  };
}

/** What is known of a reply before its content. */
export interface ReplyHead {
  /** The vendor's id; the context's when absent. */
  readonly id?: string | undefined;
  /** Seconds since the epoch; the call's when absent. */
  readonly created?: number | undefined;
  /** The vendor's name for the model that answered; the one asked for when absent. */
  readonly model?: string | undefined;
}

/** One answer of a chat completion. */
export interface ChatChoice {
  readonly message: JsonObject;
  readonly finishReason: string;
  readonly logprobs?: unknown;
}

/** A chat completion. Source: https://platform.openai.com/docs/api-reference/chat/object (read 2026-11-28). */
export function writeChatCompletion(
  context: ReplyContext,
  head: ReplyHead,
  choices: readonly ChatChoice[],
  rest: JsonObject,
): JsonObject {
  return {
    id: head.id ?? context.id,
    object: "chat.completion",
    created: head.created ?? context.created,
    model: head.model ?? context.model,
    choices: choices.map(({ message, finishReason, logprobs }, index) => ({
      index,
      message: { role: "assistant", ...message },
      finish_reason: finishReason,
      ...(logprobs === undefined ? {} : { logprobs }),
    })),
    system_fingerprint: null,
    ...rest,
  };
}

/**
 * Writes the chunks of a chat stream: the role goes out with the first delta, all chunks share id, time and model.
 * Source: https://platform.openai.com/docs/api-reference/chat-streaming (read 2026-11-28).
 */
export class ChunkWriter {
  readonly #context: ReplyContext;
  #head: ReplyHead = {};
  readonly #begun = new Set<number>();
  readonly #finished = new Set<number>();

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  /** What the vendor says of the reply at its beginning; to be told before the first delta. */
  setHead(head: ReplyHead): void {
    this.#head = head;
  }

  /** Whether every choice that has begun was finished, and one has. */
  get isFinished(): boolean {
    return this.#finished.size > 0 && this.#finished.size === this.#begun.size;
  }

  /** Sends a delta (`{content}`, `{tool_calls: [...]}`, ...). */
  delta(
    sink: ChunkSink,
    delta: JsonObject,
    { index = 0, logprobs }: { index?: number; logprobs?: unknown } = {},
  ): void {
    const isFirst = !this.#begun.has(index);
    this.#begun.add(index);
    const sent = isFirst ? { role: "assistant", ...delta } : delta;
    this.#send(sink, {
      index,
      delta: sent,
      finish_reason: null,
      ...(logprobs === undefined ? {} : { logprobs }),
    });
  }

  /** Ends a choice; only its first end counts. */
  finish(sink: ChunkSink, finishReason: string, index = 0): void {
    if (!this.#begun.has(index)) {
      this.delta(sink, { content: "" }, { index });
    }
    if (!this.#finished.has(index)) {
      this.#finished.add(index);
      this.#send(sink, { index, delta: {}, finish_reason: finishReason });
    }
  }

  #send(sink: ChunkSink, choice: JsonObject): void {
    const { id, created, model } = this.#head;
    sink.chunk({
      id: id ?? this.#context.id,
      object: "chat.completion.chunk",
      created: created ?? this.#context.created,
      model: model ?? this.#context.model,
      choices: [choice],
    });
  }
}
