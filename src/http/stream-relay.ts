import { MAX_CONTENT_BYTES } from "../core/call-details.ts";
import { GatewayError } from "../core/errors.ts";
import { isAnswerCounted } from "../core/usage.ts";
import { addServiceTier } from "../dialects/openai/usage.ts";
import type { StreamSink, StreamSource } from "../inbound/inbound.ts";
import { toDecodingSink } from "../upstream/reply-encoding.ts";
import type { BodySink, UpstreamReply } from "../upstream/transport.ts";
import { byteRange } from "../wire/byte-range.ts";
import { readFrameData } from "../wire/frame-data.ts";
import { toBuffer } from "../wire/utf8.ts";
import type { Call } from "./call.ts";
import { toGatewayError } from "./call.ts";
import { costOf, hasServiceTiers } from "./call-price.ts";
import { toErrorFrame } from "./errors.ts";
import type { FrameEditor } from "./frame-editor.ts";
import { describeFailure, findErrorInAnswer } from "./judge.ts";
import { findErrorAtEnd, isDone, isUnfinished } from "./stream-end.ts";
import { StreamSecrets } from "./stream-secrets.ts";
import { toUsageFilter } from "./usage-filter.ts";
import { toUsageInserter, usageChunkOf } from "./usage-inserter.ts";
import { UsageTap } from "./usage-tap.ts";

/** How much is looked at to find the first event; a longer beginning is no error. */
const MAX_PEEK_BYTES = 64 * 1024;

/** A line that is no comment, and the blank line that ends its event. */
const FIRST_EVENT = /(?:^|\n|\r)(?!:)[^\r\n]*(?:\n\n|\r\n\r\n|\r\r)/;
/** How a stream of server-sent events can begin: with a field or a comment, maybe behind a byte order mark or blank lines. */
const SSE_BEGINNING = /^(?:\xef\xbb\xbf)?[\r\n]*(?::|data|event|id|retry)/;
const SSE_BEGINNING_BYTES = 64;
/** How much of a stream is kept for counting what a vendor did not count, in bytes of its texts; observers show as much as of any answer. */
const MAX_COUNTED_BYTES = 256 * 1024;

/**
 * Hands a vendor's stream to the client, byte for byte, no faster than the client reads. Only usage is another matter: it
 * is hidden from a client that did not ask, and put where it belongs for one that did. Before the first event failures
 * reject `firstEvent`; after it they become an error frame and an unclean end.
 */
export class StreamRelay implements BodySink, StreamSource {
  /** Settles when the first event has come and is not an error. */
  readonly firstEvent: Promise<void>;
  readonly #call: Call;
  readonly #reply: UpstreamReply;
  readonly #tap: UsageTap;
  readonly #editor: FrameEditor | undefined;
  readonly #secrets: StreamSecrets;
  readonly #first = Promise.withResolvers<void>();
  #isPeeking = true;
  /** What came before the client's side was ready. */
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #client: StreamSink | undefined;
  #failure: GatewayError | undefined;
  #hasEnded = false;
  #isSettled = false;

  constructor(call: Call, reply: UpstreamReply) {
    this.#call = call;
    this.#reply = reply;
    const isShown = call.state.capture.content;
    this.#tap = isShown ? new UsageTap(MAX_CONTENT_BYTES) : new UsageTap(MAX_COUNTED_BYTES, true);
    this.#secrets = new StreamSecrets(call.route?.credential.secrets() ?? []);
    this.#editor = call.hidesUsage ? toUsageFilter((bytes) => this.#pass(bytes)) : this.#toInserter();
    this.firstEvent = this.#first.promise;
    call.request.onGone = () => this.#onClientGone();
    reply.streamTo(toDecodingSink(reply, this));
  }

  /** The vendor sent a piece. */
  chunk(bytes: Uint8Array): void {
    this.#secrets.hide(toBuffer(bytes), 0, bytes.length);
    this.#tap.push(bytes);
    if (this.#editor === undefined) {
      this.#pass(bytes);
    } else {
      this.#editor.push(bytes);
    }
  }

  /** The vendor sent a piece in a coding that the client takes as well. */
  framedChunk(bytes: Buffer, start: number, end: number): void {
    const client = this.#client;
    if (client === undefined || this.#editor?.leaves(bytes, start, end) === false) {
      this.chunk(byteRange(bytes, start, end));
      return;
    }
    this.#secrets.hide(bytes, start, end);
    this.#tap.push(bytes, start, end);
    if (!client.writeFramed(bytes, start, end)) {
      this.#reply.pause();
    }
  }

  /** The vendor's stream is complete. */
  end(): void {
    this.#editor?.end();
    if (this.#isCutOff()) {
      this.fail(new GatewayError("upstream-unreachable", "Connection lost: the stream ended before it was complete"));
      return;
    }
    this.#hasEnded = true;
    if (this.#isPeeking) {
      this.#endPeek(Buffer.concat(this.#early));
    }
    this.#finish();
  }

  /** The vendor's stream broke off. */
  fail(error: Error): void {
    this.#hasEnded = true;
    this.#failure = toGatewayError(error);
    if (this.#isPeeking) {
      this.#isPeeking = false;
      this.#first.reject(this.#failure);
      this.#tap.release();
    } else {
      this.#finish();
    }
  }

  /** The client's side is ready. */
  start(sink: StreamSink): void {
    this.#client = sink;
    this.#call.firstByteMs = performance.now() - this.#call.startedAtMs;
    const early = this.#early;
    this.#early = [];
    if (early.length > 0) {
      sink.write(early.length === 1 ? (early[0] as Uint8Array) : Buffer.concat(early));
    }
    if (this.#hasEnded) {
      this.#finish();
    }
  }

  /** The client has caught up. */
  onDrain(): void {
    this.#reply.resume();
  }

  #toInserter(): FrameEditor | undefined {
    const shape = usageChunkOf(this.#call);
    return shape && toUsageInserter(shape, this.#tap, (bytes) => this.#pass(bytes));
  }

  #onClientGone(): void {
    this.#client = undefined;
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.#call.abort();
    }
    this.#settle(
      isDone(this.#tap.readTail()) // Some SDKs hang up as soon as they have read it.
        ? undefined
        : new GatewayError("client-closed", "The client left before the stream ended."),
    );
  }

  #pass(bytes: Uint8Array): void {
    if (this.#client !== undefined) {
      if (!this.#client.write(bytes)) {
        this.#reply.pause();
      }
      return;
    }
    this.#early.push(bytes);
    this.#earlyBytes += bytes.length;
    if (this.#isPeeking) {
      const beginning = Buffer.concat(this.#early);
      if (this.#earlyBytes > MAX_PEEK_BYTES || FIRST_EVENT.test(beginning.toString("latin1"))) {
        this.#endPeek(beginning);
      }
    }
  }

  #endPeek(beginning: Buffer): void {
    this.#isPeeking = false;
    if (!SSE_BEGINNING.test(beginning.toString("latin1", 0, SSE_BEGINNING_BYTES))) {
      const type = this.#reply.header("content-type") ?? "";
      const message = `the reply is no stream of server-sent events (content-type '${type}')`;
      this.#rejectFirst(new GatewayError("upstream-malformed", message));
      return;
    }
    const data = beginning.includes('"error"') ? readFrameData(beginning) : undefined;
    const failure = data === undefined ? undefined : findErrorInAnswer(this.#call, Buffer.from(data));
    if (failure === undefined) {
      this.#first.resolve();
    } else {
      this.#rejectFirst(failure);
    }
  }

  #rejectFirst(failure: GatewayError): void {
    this.#failure = failure;
    this.#hasEnded = true;
    this.#first.reject(failure);
    this.#tap.release();
    this.#call.exchange?.abort();
  }

  /** A body that ends as HTTP has it may be a part all the same; one that only the connection's end delimits tells least. */
  #isCutOff(): boolean {
    const isFramed =
      this.#reply.header("content-length") !== undefined || this.#reply.header("transfer-encoding") !== undefined;
    const tail = this.#tap.readTail();
    const isOpen = isFramed ? isUnfinished(tail) : !isDone(tail);
    return isOpen && findErrorAtEnd(this.#call, tail) === undefined;
  }

  /** Ends the client's side, if it is there already; `start` comes back here otherwise. */
  #finish(): void {
    const client = this.#client;
    if (client === undefined) {
      return;
    }
    this.#client = undefined;
    this.#settle(this.#failure);
    if (this.#failure === undefined) {
      client.end();
    } else {
      client.write(Buffer.from(toErrorFrame(describeFailure(this.#call, this.#failure))));
      client.breakOff();
    }
  }

  /** An error object that went out as the last event is a failure, however the connection ended. */
  #settle(given?: GatewayError): void {
    if (this.#isSettled) {
      return;
    }
    this.#isSettled = true;
    const tap = this.#tap;
    const failure = findErrorAtEnd(this.#call, tap.readTail()) ?? given;
    const told = this.#call.usage ?? tap.readUsage();
    const usage = told !== undefined && hasServiceTiers(this.#call) ? addServiceTier(told, tap.readTail()) : told;
    const isKept = !isAnswerCounted(usage) || this.#call.state.capture.content;
    this.#call.settle({
      status: failure?.kind === "client-closed" ? 499 : 200,
      usage,
      cost: costOf(this.#call, usage),
      responseBytes: tap.totalBytes,
      ...(isKept ? { response: tap.readKept(), responseShare: tap.keptShare } : {}),
      ...(failure === undefined ? {} : { error: failure }),
    });
    tap.release();
  }
}
