import { isObject, numberOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../../core/translation.ts";
import { ChunkWriter } from "../../dialects/openai/chat-reply.ts";
import { readCohereCalls, readText, readUsage, toCallId, toFinishReason } from "./reply.ts";

/** Calls of one choice that are open: each under the id that began it, and by the place in `toolCalls` that feeds them. */
interface OpenCalls {
  readonly ids: Map<string, number>;
  readonly byPlace: Map<number, number>;
}

/**
 * A stream of either format. The event with a finish reason ends a choice; what it repeats of the answer (Cohere's whole
 * text) is passed over. Usage comes with it, or in an event of its own behind it.
 * Source: Oracle's PyPI `langchain-oci` (`providers/generic.py`, `providers/cohere.py`, read 2026-11-28).
 */
export class OciStream implements StreamTranslator {
  readonly #writer: ChunkWriter;
  readonly #context: ReplyContext;
  readonly #calls = new Map<number, OpenCalls>();
  #usage: JsonObject | undefined;

  constructor(context: ReplyContext) {
    this.#context = context;
    this.#writer = new ChunkWriter(context);
  }

  event({ data }: StreamEvent, sink: ChunkSink): void {
    if (data === "[DONE]") {
      return;
    }
    const event = objectOf(JSON.parse(data));
    if (isFailure(event)) {
      fail(event, sink);
      return;
    }
    this.#usage = readUsage(event) ?? this.#usage;
    const index = numberOf(event["index"]) ?? 0;
    const reason = event["finishReason"];
    const isLast = reason !== undefined && reason !== null;
    if (isLast && reason === "ERROR") {
      sink.fail({ status: 500, message: textOf(event["errorMessage"]) ?? "the model failed" });
      return;
    }
    this.#sendCalls(event, index, isLast, sink);
    if (isLast) {
      this.#writer.finish(sink, toFinishReason(reason, this.#callsOf(index).ids.size > 0), index);
    } else {
      this.#sendText(event, index, sink);
    }
  }

  #sendText(event: JsonObject, index: number, sink: ChunkSink): void {
    const message = objectOf(event["message"]);
    const reasoning = textOf(message["reasoningContent"]);
    if (reasoning) {
      this.#writer.delta(sink, { reasoning_content: reasoning }, { index });
    }
    const text = textOf(event["text"]) ?? readText(message);
    if (text !== "") {
      this.#writer.delta(sink, { content: text }, { index });
    }
  }

  #callsOf(index: number): OpenCalls {
    const known = this.#calls.get(index) ?? { ids: new Map(), byPlace: new Map() };
    this.#calls.set(index, known);
    return known;
  }

  #sendCalls(event: JsonObject, index: number, isLast: boolean, sink: ChunkSink): void {
    const open = this.#callsOf(index);
    if (isLast && open.ids.size > 0) {
      return; // Said already.
    }
    const cohere = readCohereCalls(event, this.#context);
    if (cohere.length > 0 && open.ids.size === 0) {
      for (const { id } of cohere) {
        open.ids.set(String(id), open.ids.size);
      }
      this.#writer.delta(sink, { tool_calls: cohere.map((call, at) => ({ index: at, ...call })) }, { index });
    }
    const pieces = objectsOf(objectOf(event["message"])["toolCalls"]).map((piece, place) =>
      this.#toCallDelta(piece, place, open),
    );
    if (pieces.length > 0) {
      this.#writer.delta(sink, { tool_calls: pieces }, { index });
    }
  }

  /** A piece with a new id begins a call; one without goes on with the call that its place belongs to. */
  #toCallDelta(piece: JsonObject, place: number, { ids, byPlace }: OpenCalls): JsonObject {
    const given = textOf(piece["id"]) || undefined;
    const written = textOf(piece["arguments"]) ?? "";
    const known = given === undefined ? byPlace.get(place) : ids.get(given);
    if (known !== undefined) {
      byPlace.set(place, known);
      return { index: known, function: { arguments: written } };
    }
    const at = ids.size;
    const id = given ?? toCallId(this.#context, at);
    ids.set(id, at);
    byPlace.set(place, at);
    return { index: at, id, type: "function", function: { name: textOf(piece["name"]) ?? "", arguments: written } };
  }

  end(): boolean {
    return this.#writer.isFinished;
  }

  get usage(): JsonObject | undefined {
    return this.#usage;
  }
}

/** Failures have OCI's shape of errors, `{code, message}`; messages of answers are objects. */
const isFailure = (event: JsonObject): boolean =>
  typeof event["message"] === "string" || isObject(event["error"]) || typeof event["error"] === "string";

function fail(event: JsonObject, sink: ChunkSink): void {
  const inner = isObject(event["error"]) ? event["error"] : event;
  const message = textOf(inner["message"]) ?? textOf(event["error"]) ?? "the model failed";
  const { code, status } = inner;
  const told = numberOf(status) ?? Number(code);
  const isStatus = Number.isInteger(told) && told >= 400 && told <= 599;
  sink.fail({ status: isStatus ? told : 500, message, ...(typeof code === "string" ? { code } : {}) });
}
