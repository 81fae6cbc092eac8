import type {
  ChunkSink,
  FieldFate,
  JsonObject,
  ReplyContext,
  StreamEvent,
  StreamTranslator,
  Translator,
} from "../core/translation.ts";

/**
 * Two translators as one: what callers of `first` say is put into its target dialect, and that into the second's. The
 * first must make one body of one, and may read the stream of chunks that the second makes.
 */
export function composeTranslators(first: Translator, second: Translator): Translator {
  const { framing, mediaUrls, headers } = second;
  return {
    from: first.from,
    to: second.to,
    fields: composeFields(first.fields, second.fields),
    request: (body, context) => second.request(toMiddle(first, body), context),
    response: (reply, context) => {
      const middle = { ...context, request: toMiddle(first, context.request) };
      return first.response(second.response(reply, middle), context);
    },
    ...(first.stream === undefined || second.stream === undefined
      ? {}
      : { stream: (context: ReplyContext) => new ComposedStream(first, second, context) }),
    ...(framing === undefined ? {} : { framing }),
    ...(mediaUrls === undefined
      ? {}
      : { mediaUrls: (body: JsonObject, options: JsonObject) => mediaUrls(toMiddle(first, body), options) }),
    ...(headers === undefined
      ? {}
      : { headers: (body: JsonObject, options: JsonObject) => headers(toMiddle(first, body), options) }),
  };
}

/** A first translator needs nothing of its context that would differ from call to call but the body. */
function toMiddle(first: Translator, body: JsonObject): JsonObject {
  const made = first.request(body, {
    model: typeof body["model"] === "string" ? body["model"] : "",
    isStream: body["stream"] === true,
    ledger: { drop: () => undefined, refuse: () => undefined },
    media: new Map(),
    options: {},
  });
  return Array.isArray(made) ? (made[0] as JsonObject) : (made as JsonObject);
}

/** A field survives when both carry it, or when the first makes something else of it. */
function composeFields(
  first: Readonly<Record<string, FieldFate>>,
  second: Readonly<Record<string, FieldFate>>,
): Readonly<Record<string, FieldFate>> {
  const kept = Object.entries(first).filter(([name, fate]) => fate !== "forwarded" || Object.hasOwn(second, name));
  return Object.fromEntries(kept.map(([name, fate]) => [name, fate === "forwarded" ? (second[name] ?? fate) : fate]));
}

class ComposedStream implements StreamTranslator {
  readonly #outer: StreamTranslator;
  readonly #inner: StreamTranslator;

  constructor(first: Translator, second: Translator, context: ReplyContext) {
    const middle = { ...context, request: toMiddle(first, context.request) };
    this.#outer = first.stream?.(context) as StreamTranslator;
    this.#inner = second.stream?.(middle) as StreamTranslator;
  }

  event(event: StreamEvent, sink: ChunkSink): void {
    this.#inner.event(event, this.#toInnerSink(sink));
  }

  end(sink: ChunkSink): boolean {
    const isComplete = this.#inner.end(this.#toInnerSink(sink));
    return this.#outer.end(sink) && isComplete;
  }

  get usage(): JsonObject | undefined {
    return this.#inner.usage;
  }

  #toInnerSink(sink: ChunkSink): ChunkSink {
    return {
      chunk: (chunk) => this.#outer.event({ event: "", data: JSON.stringify(chunk) }, sink),
      fail: (failure) => sink.fail(failure),
    };
  }
}
