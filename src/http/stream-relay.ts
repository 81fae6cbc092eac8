import { GatewayError } from "../core/errors.ts";
import type { BodySink, UpstreamReply } from "../upstream/transport.ts";
import { readFrameData } from "../wire/frame-data.ts";
import type { Call } from "./call.ts";
import { toGatewayError } from "./call.ts";
import { toErrorFrame } from "./errors.ts";
import { describeFailure, findErrorInAnswer } from "./judge.ts";
import { toDecodingSink } from "./reply-encoding.ts";
import { UsageFilter } from "./usage-filter.ts";
import { UsageTap } from "./usage-tap.ts";

/** Bytes that may wait for a slow client before the vendor is told to pause. */
const HIGH_WATER_BYTES = 64 * 1024;
/**
 * Between an error frame and the end of the connection, in milliseconds. The unclean end is a TCP reset, which may
 * overtake bytes that the client has not read yet.
 */
const LINGER_MS = 100;
/** How much is looked at to find the first event; a longer beginning is no error. */
const MAX_PEEK_BYTES = 64 * 1024;

const DONE = Buffer.from("data: [DONE]");

/**
 * Hands a vendor's stream to the client, byte for byte (but for usage that the client did not ask for), no faster than
 * the client reads. Before the first event failures are thrown by `firstEvent`; after it they become an error frame and
 * an unclean end.
 */
export class StreamRelay implements BodySink {
  /** Settles when the first event has come and is not an error. */
  readonly firstEvent: Promise<void>;
  readonly #call: Call;
  readonly #reply: UpstreamReply;
  readonly #tap = new UsageTap();
  readonly #filter: UsageFilter | undefined;
  readonly #first = Promise.withResolvers<void>();
  #peeked: Uint8Array[] | undefined = [];
  #peekedBytes = 0;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #failure: GatewayError | undefined;
  #hasEnded = false;

  constructor(call: Call, reply: UpstreamReply) {
    this.#call = call;
    this.#reply = reply;
    this.#filter = call.hidesUsage ? new UsageFilter((bytes) => this.#pass(bytes)) : undefined;
    this.firstEvent = this.#first.promise;
    reply.streamTo(toDecodingSink(reply, this));
  }

  /** The response body. To be called once, after `firstEvent`. */
  open(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => this.#start(controller),
        pull: () => this.#pull(),
        cancel: () => this.#cancel(),
      },
      { highWaterMark: HIGH_WATER_BYTES, size: (bytes) => bytes?.byteLength ?? 0 },
    );
  }

  chunk(bytes: Uint8Array): void {
    this.#tap.push(bytes);
    if (this.#filter === undefined) {
      this.#pass(bytes);
    } else {
      this.#filter.push(bytes);
    }
  }

  end(): void {
    this.#hasEnded = true;
    this.#filter?.end();
    if (this.#isCutOff()) {
      this.fail(new GatewayError("upstream-unreachable", "Connection lost: the stream ended before it was complete"));
      return;
    }
    if (this.#peeked !== undefined) {
      this.#endPeek();
    }
    if (this.#controller !== undefined) {
      this.#controller.close();
      this.#settle();
    }
  }

  fail(error: Error): void {
    this.#hasEnded = true;
    this.#failure = toGatewayError(error);
    if (this.#peeked !== undefined) {
      this.#first.reject(this.#failure);
    } else if (this.#controller !== undefined) {
      this.#breakOff(this.#controller, this.#failure);
    }
  }

  #start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    this.#call.firstByteMs = performance.now() - this.#call.startedAtMs;
    for (const bytes of this.#peeked ?? []) {
      controller.enqueue(bytes);
    }
    this.#peeked = undefined;
    if (this.#failure !== undefined) {
      this.#breakOff(controller, this.#failure);
    } else if (this.#hasEnded) {
      controller.close();
      this.#settle();
    }
  }

  #pull(): void {
    if (this.#failure === undefined) {
      this.#reply.resume();
    } else {
      this.#resetWhenDrained(this.#failure);
    }
  }

  #cancel(): void {
    this.#controller = undefined;
    if (!this.#hasEnded) {
      this.#hasEnded = true;
      this.#call.abort();
    }
    const isComplete = this.#tap.readTail().indexOf(DONE) >= 0;
    this.#settle(
      isComplete ? undefined : new GatewayError("client-closed", "The client left before the stream ended."),
    );
  }

  #pass(bytes: Uint8Array): void {
    const controller = this.#controller;
    if (controller !== undefined) {
      controller.enqueue(bytes);
      if ((controller.desiredSize ?? 0) <= 0 && !this.#hasEnded) {
        this.#reply.pause();
      }
    } else if (this.#peeked !== undefined) {
      this.#peeked.push(bytes);
      this.#peekedBytes += bytes.length;
      if (this.#call.firstByteMs === undefined) {
        this.#peek();
      }
    }
  }

  /** Looks whether the first event has come; comments do not count. */
  #peek(): void {
    const text = Buffer.concat(this.#peeked ?? []).toString("utf8");
    const hasEvent = /(?:^|\n|\r)(?!:)[^\r\n]*(?:\n\n|\r\n\r\n|\r\r)/.test(text);
    if (hasEvent || this.#peekedBytes > MAX_PEEK_BYTES) {
      this.#endPeek(text);
    }
  }

  #endPeek(text = Buffer.concat(this.#peeked ?? []).toString("utf8")): void {
    const data = text.includes('"error"') ? readFrameData(Buffer.from(text)) : undefined;
    const failure = data === undefined ? undefined : findErrorInAnswer(this.#call, Buffer.from(data));
    if (failure !== undefined) {
      this.#failure = failure;
      this.#first.reject(failure);
      this.#call.exchange?.abort();
    } else {
      this.#first.resolve();
    }
  }

  /** A body that only the connection's end delimits tells nothing of whether it was whole: `[DONE]` does. */
  #isCutOff(): boolean {
    const isFramed =
      this.#reply.header("content-length") !== undefined || this.#reply.header("transfer-encoding") !== undefined;
    return !isFramed && this.#tap.readTail().indexOf(DONE) < 0;
  }

  #breakOff(controller: ReadableStreamDefaultController<Uint8Array>, failure: GatewayError): void {
    controller.enqueue(Buffer.from(toErrorFrame(describeFailure(this.#call, failure))));
    this.#settle(failure);
    this.#resetWhenDrained(failure);
  }

  /** Once the error frame has left the queue, the connection ends without the mark of a complete body. */
  #resetWhenDrained(failure: GatewayError): void {
    const controller = this.#controller;
    if (controller?.desiredSize === HIGH_WATER_BYTES) {
      this.#controller = undefined;
      setTimeout(() => controller.error(failure), LINGER_MS);
    }
  }

  #settle(failure?: GatewayError): void {
    const end = { status: failure?.kind === "client-closed" ? 499 : 200, responseBytes: this.#tap.totalBytes };
    const usage = this.#tap.readUsage();
    this.#call.settle(
      failure === undefined
        ? { ...end, usage }
        : { ...end, usage, errorKind: failure.kind, errorMessage: failure.message },
    );
  }
}
