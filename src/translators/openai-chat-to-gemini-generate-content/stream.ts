import { numberOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../../core/translation.ts";
import { toFinishReason } from "../../dialects/gemini/finish-reasons.ts";
import { toChatUsage } from "../../dialects/gemini/usage.ts";
import { ChunkWriter } from "../../dialects/openai/chat-reply.ts";
import { readParts, toAnnotations, toLogprobs } from "./candidate.ts";
import { isLegacy, positionOf, toBlockedFields, toProviderFields } from "./reply.ts";

/** What has been seen of one candidate. */
interface Candidate {
  text: string;
  toolCalls: number;
  images: number;
  reason: string | undefined;
}

/**
 * A stream of `GenerateContentResponse`s: each holds some more parts; calls of functions come whole, usage counts all so far, and
 * the last of a candidate tells why it ended. A stream that tells no such reason was cut.
 * Source: https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent (read 2026-11-28).
 */
export class GeminiStream implements StreamTranslator {
  readonly #context: ReplyContext;
  readonly #writer: ChunkWriter;
  readonly #candidates = new Map<number, Candidate>();
  readonly #isLegacy: boolean;
  #usageMetadata: JsonObject | undefined;
  #isHeaded = false;

  constructor(context: ReplyContext) {
    this.#context = context;
    this.#writer = new ChunkWriter(context);
    this.#isLegacy = isLegacy(context.request);
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    const parsed: unknown = JSON.parse(data);
    const reply = objectOf(Array.isArray(parsed) ? parsed[0] : parsed);
    if (reply["error"] !== undefined) {
      fail(objectOf(reply["error"]), sink);
      return;
    }
    if (!this.#isHeaded) {
      this.#isHeaded = true;
      this.#writer.setHead({ id: textOf(reply["responseId"]), model: textOf(reply["modelVersion"]) });
    }
    if (reply["usageMetadata"] !== undefined) {
      this.#usageMetadata = { ...this.#usageMetadata, ...objectOf(reply["usageMetadata"]) };
    }
    for (const candidate of objectsOf(reply["candidates"])) {
      this.#add(candidate, sink);
    }
    const blocked = toBlockedFields(reply);
    if (blocked !== undefined) {
      this.#writer.delta(sink, { content: null, provider_specific_fields: blocked });
      this.#candidateAt(0).reason ??= "SAFETY";
    }
  }

  #add(candidate: JsonObject, sink: ChunkSink): void {
    const index = positionOf(candidate);
    const state = this.#candidateAt(index);
    const parts = readParts(candidate, this.#context, { ...state, candidate: index });
    state.text += parts.text;
    state.toolCalls += parts.toolCalls.length;
    state.images += parts.images.length;
    state.reason = textOf(candidate["finishReason"]) ?? state.reason;
    const { text, reasoning, thinkingBlocks, toolCalls, images, audio } = parts;
    const annotations = toAnnotations(candidate, state.text);
    const fields = withGrounding(candidate, toProviderFields(candidate, parts));
    const logprobs = toLogprobs(candidate);
    const delta = {
      ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
      ...(thinkingBlocks.length === 0 ? {} : { thinking_blocks: thinkingBlocks }),
      ...(text === "" ? {} : { content: text }),
      ...(images.length === 0 ? {} : { images }),
      ...(audio === undefined ? {} : { audio }),
      ...(annotations.length === 0 ? {} : { annotations }),
      ...(fields === undefined ? {} : { provider_specific_fields: fields }),
    };
    if (Object.keys(delta).length > 0 || logprobs !== undefined) {
      this.#writer.delta(sink, delta, { index, ...(logprobs === undefined ? {} : { logprobs }) });
    }
    for (const call of toolCalls) {
      const sent = this.#isLegacy ? { function_call: call["function"] } : { tool_calls: [call] };
      this.#writer.delta(sink, sent, { index });
    }
  }

  #candidateAt(index: number): Candidate {
    const known = this.#candidates.get(index);
    if (known !== undefined) {
      return known;
    }
    const made = { text: "", toolCalls: 0, images: 0, reason: undefined };
    this.#candidates.set(index, made);
    return made;
  }

  end(sink: ChunkSink): boolean {
    const all = [...this.#candidates];
    if (all.length === 0 || all.some(([, { reason }]) => reason === undefined)) {
      return false;
    }
    for (const [index, { reason, toolCalls }] of all) {
      const finish = toFinishReason(reason ?? "STOP", toolCalls > 0);
      this.#writer.finish(sink, this.#isLegacy && finish === "tool_calls" ? "function_call" : finish, index);
    }
    return true;
  }

  get usage(): JsonObject | undefined {
    return this.#usageMetadata === undefined ? undefined : toChatUsage(this.#usageMetadata);
  }
}

/** Streams have no place at their top for what whole replies tell there. */
function withGrounding(candidate: JsonObject, fields: JsonObject | undefined): JsonObject | undefined {
  const { groundingMetadata } = candidate;
  return groundingMetadata === undefined ? fields : { ...fields, grounding_metadata: groundingMetadata };
}

function fail({ code, message, status }: JsonObject, sink: ChunkSink): void {
  const name = textOf(status);
  sink.fail({
    status: numberOf(code) ?? 500,
    message: textOf(message) ?? "the stream told an error without words",
    ...(name === undefined ? {} : { code: name }),
  });
}
