import { isObject, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../../core/translation.ts";
import { findFailure, toChatUsage, toFinishReason, toLogprobs, toToolCall } from "../../dialects/cohere/chat-reply.ts";
import { ChunkWriter } from "../../dialects/openai/chat-reply.ts";

/**
 * A stream of Cohere's. Events that are not named here end something that began before, or are notes for debugging.
 * Source: https://docs.cohere.com/docs/streaming, https://docs.cohere.com/reference/chat-stream (read 2026-11-28).
 */
export class CohereStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  /** Places of tool calls among the calls, by the index of their events. */
  readonly #calls = new Map<unknown, number>();
  #isOver = false;
  usage: JsonObject | undefined = undefined;

  constructor(context: ReplyContext) {
    this.#writer = new ChunkWriter(context);
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    if (data === "[DONE]" || data === "") {
      return;
    }
    const event = objectOf(JSON.parse(data));
    const delta = objectOf(event["delta"]);
    const message = objectOf(delta["message"]);
    switch (event["type"]) {
      case "message-start":
        this.#writer.setHead({ id: textOf(event["id"]) });
        this.#writer.delta(sink, { content: "" });
        return;
      case "content-start":
      case "content-delta":
        this.#content(objectOf(message["content"]), event["logprobs"], sink);
        return;
      case "tool-plan-delta":
        this.#plan(textOf(message["tool_plan"]) ?? "", sink);
        return;
      case "tool-call-start":
        this.#callStart(event["index"], message["tool_calls"], sink);
        return;
      case "tool-call-delta":
        this.#callDelta(event["index"], message["tool_calls"], sink);
        return;
      case "citation-start":
        this.#citation(message["citations"], sink);
        return;
      case "message-end":
        this.#end(delta, sink);
        return;
      case undefined:
        this.#untyped(event, sink);
        return;
      default:
        return;
    }
  }

  end(): boolean {
    return this.#isOver;
  }

  #content({ text, thinking }: JsonObject, logprobs: unknown, sink: ChunkSink): void {
    if (typeof thinking === "string" && thinking !== "") {
      this.#writer.delta(sink, { reasoning_content: thinking });
    }
    const items = isObject(logprobs) ? [logprobs] : objectsOf(logprobs);
    if (typeof text === "string" && (text !== "" || items.length > 0)) {
      this.#writer.delta(sink, { content: text }, items.length === 0 ? {} : { logprobs: toLogprobs(items) });
    }
  }

  #plan(text: string, sink: ChunkSink): void {
    this.#writer.delta(sink, { reasoning_content: text, provider_specific_fields: { tool_plan: text } });
  }

  #callStart(index: unknown, call: unknown, sink: ChunkSink): void {
    const place = this.#calls.size;
    this.#calls.set(index ?? place, place);
    this.#writer.delta(sink, { tool_calls: [{ index: place, ...toToolCall(firstOf(call)) }] });
  }

  #callDelta(index: unknown, call: unknown, sink: ChunkSink): void {
    const place = this.#calls.get(index) ?? this.#calls.size - 1;
    const written = textOf(objectOf(firstOf(call)["function"])["arguments"]);
    if (place >= 0 && written !== undefined) {
      this.#writer.delta(sink, { tool_calls: [{ index: place, function: { arguments: written } }] });
    }
  }

  #citation(told: unknown, sink: ChunkSink): void {
    const citations = isObject(told) ? [told] : objectsOf(told);
    this.#writer.delta(sink, { provider_specific_fields: { citations } });
  }

  #end(delta: JsonObject, sink: ChunkSink): void {
    this.usage = toChatUsage(delta["usage"]) ?? this.usage;
    const failure = findFailure(delta["finish_reason"], delta["error"]);
    if (failure !== undefined) {
      sink.fail(failure);
      return;
    }
    this.#isOver = true;
    this.#writer.finish(sink, toFinishReason(delta["finish_reason"]));
  }

  /** A failure in the shape that errors have outside of streams. */
  #untyped(event: JsonObject, sink: ChunkSink): void {
    const message = textOf(event["message"]);
    if (message !== undefined) {
      sink.fail({ status: 500, message });
    }
  }
}

/** The schema has one call in each event; older texts of it had a list of one. */
const firstOf = (calls: unknown): JsonObject => (isObject(calls) ? calls : (objectsOf(calls)[0] ?? {}));
