import { GatewayError } from "../core/errors.ts";
import { isObject } from "../core/json-values.ts";
import type {
  ChunkSink,
  JsonObject,
  ReplyContext,
  StreamFailure,
  StreamTranslator,
  Translator,
} from "../core/translation.ts";
import { toUsage } from "../dialects/openai/usage.ts";
import { toChunks } from "../dialects/openai/whole-as-stream.ts";
import { decodeReply, toDecodingSink } from "../upstream/reply-encoding.ts";
import type { BodySink, UpstreamReply } from "../upstream/transport.ts";
import type { HeaderBlock } from "../wire/header-block.ts";
import { isDeeperThan, isTextTooDeep, MAX_JSON_DEPTH } from "../wire/json-depth.ts";
import { toBuffer } from "../wire/utf8.ts";
import type { Call } from "./call.ts";
import { toVendorFailure } from "./judge.ts";
import { toEventReader } from "./stream-framing.ts";

/** Longest reply that is translated, whole or streamed, in bytes: translators hold what they must know of it. */
const MAX_REPLY_BYTES = 256 * 1024 * 1024;

const DONE = "data: [DONE]\n\n";

/** What translated replies are made with beside the reply. */
export interface Translation {
  readonly translator: Translator;
  readonly context: ReplyContext;
  /** The client is to see usage on its stream. */
  readonly includesUsage: boolean;
}

/**
 * A vendor's reply as if it had come in the caller's dialect: whoever relays it need not know. Streams of a dialect that
 * has none are whole replies in pieces.
 */
export class TranslatedReply implements UpstreamReply {
  readonly status: number;
  readonly headers: HeaderBlock;
  readonly #call: Call;
  readonly #reply: UpstreamReply;
  readonly #translation: Translation;

  constructor(call: Call, reply: UpstreamReply, translation: Translation) {
    this.status = reply.status;
    this.headers = reply.headers;
    this.#call = call;
    this.#reply = reply;
    this.#translation = translation;
  }

  header(name: string): string | undefined {
    switch (name) {
      case "content-type":
        return this.#call.isStream ? "text/event-stream" : "application/json";
      case "content-encoding":
        return undefined;
      case "content-length":
      case "transfer-encoding":
        return "translated"; // Whether the stream was whole is told by its translator, not by the framing.
      default:
        return this.#reply.header(name);
    }
  }

  readBody(limitBytes: number): Uint8Array | Promise<Uint8Array> {
    const whole = this.#readWhole(limitBytes);
    return whole instanceof Promise ? whole.then(toBytes) : toBytes(whole);
  }

  /** The translated body; a promise only while the vendor's is under way, or encoded. */
  #readWhole(limitBytes: number): JsonObject | Promise<JsonObject> {
    const limit = Math.min(limitBytes, MAX_REPLY_BYTES);
    const decode = (bytes: Uint8Array): Uint8Array | Promise<Uint8Array> => decodeReply(this.#reply, bytes, limit);
    const read = this.#reply.readBody(limit);
    const plain = read instanceof Promise ? read.then(decode) : decode(read);
    return plain instanceof Promise ? plain.then((bytes) => this.#translate(bytes)) : this.#translate(plain);
  }

  #translate(bytes: Uint8Array): JsonObject {
    const { translator, context } = this.#translation;
    if (isDeeperThan(bytes, MAX_JSON_DEPTH)) {
      throw new GatewayError("upstream-malformed", `the reply is nested more than ${MAX_JSON_DEPTH} levels deep`);
    }
    const body = guarded(() => translator.response(JSON.parse(toBuffer(bytes).toString("utf8")), context));
    const { usage } = body;
    this.#call.usage = isObject(usage) ? toUsage(usage) : undefined;
    return body;
  }

  streamTo(sink: BodySink): void {
    const { translator, context } = this.#translation;
    if (translator.stream === undefined) {
      this.#streamWhole(sink);
      return;
    }
    const stream = new StreamTranslation(this.#call, this.#translation, translator.stream(context), sink);
    this.#reply.streamTo(toDecodingSink(this.#reply, stream));
  }

  /** A whole reply as a stream. */
  #streamWhole(sink: BodySink): void {
    const { includesUsage } = this.#translation;
    const whole = new Promise<JsonObject>((resolve) => resolve(this.#readWhole(MAX_REPLY_BYTES)));
    whole
      .then((body) => Buffer.from(guarded(() => toChunks(body, includesUsage).map(toFrame).join("") + DONE)))
      .then(
        (bytes) => {
          sink.chunk(bytes);
          sink.end();
        },
        (error: Error) => sink.fail(error),
      );
  }

  pause(): void {
    this.#reply.pause();
  }

  resume(): void {
    this.#reply.resume();
  }
}

const toBytes = (body: JsonObject): Uint8Array => Buffer.from(JSON.stringify(body));

const toFrame = (chunk: JsonObject): string => `data: ${JSON.stringify(chunk)}\n\n`;

/** What a translator trips over is the vendor's reply, whatever it throws. */
function guarded<Result>(translate: () => Result): Result {
  try {
    return translate();
  } catch (cause) {
    if (cause instanceof GatewayError) {
      throw cause;
    }
    const reason = cause instanceof SyntaxError ? "it is no JSON" : "it lacks what such replies have";
    throw new GatewayError("upstream-malformed", `the reply cannot be translated: ${reason}`, { cause });
  }
}

/** One stream on its way through its translator. What comes in one piece goes out in one piece. */
class StreamTranslation implements BodySink, ChunkSink {
  readonly #call: Call;
  readonly #translation: Translation;
  readonly #translator: StreamTranslator;
  readonly #sink: BodySink;
  readonly #reader: ReturnType<typeof toEventReader>;
  #out = "";
  #bytesLeft = MAX_REPLY_BYTES;
  #last: JsonObject | undefined;
  #isOver = false;

  constructor(call: Call, translation: Translation, translator: StreamTranslator, sink: BodySink) {
    this.#call = call;
    this.#translation = translation;
    this.#translator = translator;
    this.#sink = sink;
    this.#reader = toEventReader(translation.translator.framing ?? "sse", (event) => {
      if (this.#isOver) {
        return;
      }
      if (isTextTooDeep(event.data)) {
        throw new GatewayError("upstream-malformed", `an event is nested more than ${MAX_JSON_DEPTH} levels deep`);
      }
      translator.event(event, this);
    });
  }

  /** The vendor sent a piece, or the translator made a chunk of one. */
  chunk(piece: Uint8Array | JsonObject): void {
    if (!(piece instanceof Uint8Array)) {
      this.#last = piece;
      this.#out += toFrame(piece);
      return;
    }
    if (this.#isOver) {
      return;
    }
    this.#bytesLeft -= piece.length;
    if (this.#bytesLeft < 0) {
      this.#break(new GatewayError("upstream-malformed", `the stream is longer than ${MAX_REPLY_BYTES} bytes`));
      return;
    }
    this.#run(() => this.#reader.push(piece));
    this.#flush();
  }

  end(): void {
    if (this.#isOver) {
      return;
    }
    let isComplete = false;
    this.#run(() => {
      this.#reader.end();
      isComplete = this.#isOver || this.#translator.end(this);
    });
    if (this.#isOver) {
      return;
    }
    if (!isComplete) {
      this.#flush();
      this.#break(new GatewayError("upstream-unreachable", "Connection lost: the stream ended before it was complete"));
      return;
    }
    this.#isOver = true;
    this.#noteUsage();
    const { usage } = this.#translator;
    if (this.#translation.includesUsage && usage !== undefined && this.#last !== undefined) {
      const { id, object, created, model } = this.#last;
      this.#out += toFrame({ id, object, created, model, choices: [], usage });
    }
    this.#out += DONE;
    this.#flush();
    this.#sink.end();
  }

  /** The vendor told a failure, or its stream broke off. */
  fail(failure: StreamFailure | Error): void {
    if (this.#isOver) {
      return;
    }
    this.#flush();
    this.#break(failure instanceof Error ? failure : this.#judge(failure));
  }

  #judge({ status, message, type, code }: StreamFailure): GatewayError {
    const raw = { message, ...(type === undefined ? {} : { type }), ...(code === undefined ? {} : { code }) };
    return toVendorFailure(this.#call, { status, message, type, code, param: undefined, raw });
  }

  #run(step: () => void): void {
    try {
      guarded(step);
    } catch (error) {
      this.#flush();
      this.#break(error as GatewayError);
    }
  }

  #break(error: Error): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#noteUsage();
      this.#call.exchange?.abort();
      this.#sink.fail(error);
    }
  }

  #noteUsage(): void {
    const { usage } = this.#translator;
    const told = usage === undefined ? undefined : toUsage(usage);
    const isOfAll = told === undefined || usage?.["completion_tokens"] !== undefined;
    this.#call.usage = isOfAll ? told : { ...told, isOfPromptAlone: true };
  }

  #flush(): void {
    if (this.#out !== "") {
      const out = this.#out;
      this.#out = "";
      this.#sink.chunk(Buffer.from(out));
    }
  }
}
