import { GatewayError } from "../core/errors.ts";
import { byteRange } from "../wire/byte-range.ts";
import { HeaderBlock } from "../wire/header-block.ts";
import type { Connection } from "./connection.ts";
import type { BodySink, Exchange, UpstreamReply, UpstreamRequest } from "./transport.ts";

/** What an exchange needs of the transport that carries it. */
export interface ExchangeOwner {
  /** A fresh connection for a request whose kept-alive one turned out to be stale. */
  reconnect(exchange: HttpExchange): Connection;
  /** A connection, already opening, in place of one that could not be opened; `undefined` when there is no other. */
  nextConnection(exchange: HttpExchange): Connection | undefined;
}

/** Bytes that may wait for a reader before the vendor is told to pause. */
const UNREAD_LIMIT_BYTES = 256 * 1024;

/** Headers of a reply that has not come. */
const NO_HEADERS = HeaderBlock.read(new Uint8Array(0), "", 0);

/** Never written to: a list is made when there is something to put into it. */
const NOTHING_UNREAD: Uint8Array[] = [];

type Phase = "connect" | "first-byte" | "body" | "finished";

/** One request and its reply on one connection (or on a second one, when the first was stale). */
export class HttpExchange implements Exchange, UpstreamReply {
  readonly request: UpstreamRequest;
  readonly reply: Promise<UpstreamReply>;
  status = 0;
  headers: HeaderBlock = NO_HEADERS;
  /** When the transport's sweep must end this exchange, in `performance.now()` milliseconds. */
  deadlineMs: number;
  readonly #owner: ExchangeOwner;
  readonly #totalDeadlineMs: number;
  readonly #settle = Promise.withResolvers<UpstreamReply>();
  #connection: Connection | undefined;
  #phase: Phase = "connect";
  #isReused: boolean;
  #sink: BodySink | undefined;
  #unread: Uint8Array[] = NOTHING_UNREAD;
  #unreadBytes = 0;
  #isPaused = false;
  #hasGrace = true;
  #failure: GatewayError | undefined;

  constructor(request: UpstreamRequest, owner: ExchangeOwner, isReused: boolean) {
    this.request = request;
    this.#owner = owner;
    this.#isReused = isReused;
    const now = performance.now();
    this.#totalDeadlineMs = now + request.limits.totalMs;
    this.deadlineMs = Math.min(
      this.#totalDeadlineMs,
      now + (isReused ? request.limits.firstByteMs : request.limits.connectMs),
    );
    this.reply = this.#settle.promise;
  }

  /** Binds the exchange to a connection that is open already (`isReused`) or will report `onConnected`. */
  attach(connection: Connection): void {
    this.#connection = connection;
    connection.exchange = this;
    if (this.#isReused) {
      this.#send(); // The deadline has been set with this in mind.
    }
  }

  onConnected(): void {
    this.#extendDeadline(this.request.limits.firstByteMs);
    this.#send();
  }

  onHead(status: number, headers: HeaderBlock): void {
    this.#phase = "body";
    this.status = status;
    this.headers = headers;
    this.#settle.resolve(this);
  }

  /** All that has come was read, and the reply goes on. */
  onRead(): void {
    if (this.#phase === "body" && !this.#isPaused) {
      this.#extendDeadline(this.request.limits.gapMs);
    }
  }

  onFramedChunk(bytes: Buffer, start: number, end: number): void {
    if (this.#sink?.framedChunk !== undefined) {
      this.#sink.framedChunk(bytes, start, end);
    } else {
      this.onChunk(byteRange(bytes, start, end));
    }
  }

  onChunk(bytes: Uint8Array): void {
    if (this.#sink !== undefined) {
      this.#sink.chunk(bytes);
      return;
    }
    if (this.#unread.length === 0) {
      this.#unread = [bytes];
    } else {
      this.#unread.push(bytes);
    }
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes > UNREAD_LIMIT_BYTES) {
      this.pause();
    }
  }

  onEnd(): void {
    this.#connection = undefined;
    this.#phase = "finished";
    this.#sink?.end();
  }

  onMalformed(reason: string): void {
    this.#fail(new GatewayError("upstream-malformed", `Malformed reply from ${this.#host}: ${reason}`));
  }

  /** The connection broke. A kept-alive connection that was stale from the start is replaced once. */
  onBroken(reason: string, hasReplyStarted: boolean): void {
    if (this.#isReused && this.#phase === "first-byte" && !hasReplyStarted) {
      this.#isReused = false;
      this.#phase = "connect";
      this.#extendDeadline(this.request.limits.connectMs);
      this.attach(this.#owner.reconnect(this));
      return;
    }
    const next = this.#phase === "connect" ? this.#owner.nextConnection(this) : undefined;
    if (next !== undefined) {
      this.attach(next);
      return;
    }
    const verb = this.#phase === "connect" ? "Cannot connect to" : "Connection lost to";
    this.#fail(new GatewayError("upstream-unreachable", `${verb} ${this.#host}: ${reason}`));
  }

  /** Called by the transport's sweep once `deadlineMs` has passed. */
  onDeadline(now: number): void {
    const { limits } = this.request;
    const isTotal = now >= this.#totalDeadlineMs;
    const seconds = (ms: number): string => `${ms / 1000} s`;
    const what = isTotal
      ? `no complete reply within ${seconds(limits.totalMs)}`
      : this.#phase === "connect"
        ? `no connection within ${seconds(limits.connectMs)}`
        : this.#phase === "first-byte"
          ? `no reply within ${seconds(limits.firstByteMs)}`
          : `no further data within ${seconds(limits.gapMs)}`;
    this.#connection?.destroy();
    this.#fail(new GatewayError("upstream-timeout", `Request timed out: ${what} from ${this.#host}`));
  }

  /** Whether a deadline that has passed may wait for the next look, once. */
  takeGrace(): boolean {
    const hadGrace = this.#hasGrace;
    this.#hasGrace = false;
    return hadGrace;
  }

  abort(): void {
    if (this.#phase !== "finished") {
      this.giveUp(new GatewayError("client-closed", "The caller closed the connection."));
    }
  }

  /** Closes the connection and fails with the error, unless the exchange has ended. */
  giveUp(error: GatewayError): void {
    if (this.#phase !== "finished") {
      this.#connection?.destroy();
      this.#fail(error);
    }
  }

  header(name: string): string | undefined {
    return this.headers.get(name) ?? undefined;
  }

  readBody(limitBytes: number): Promise<Uint8Array> | Uint8Array {
    const first = this.#unread[0];
    const isWhole = this.#phase === "finished" && this.#failure === undefined && this.#unread.length === 1;
    if (isWhole && first !== undefined && first.length <= limitBytes) {
      this.#unread = NOTHING_UNREAD;
      return first; // The usual small reply: it came whole with its head.
    }
    return this.#collectBody(limitBytes);
  }

  #collectBody(limitBytes: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const pieces: Uint8Array[] = [];
      let total = 0;
      this.streamTo({
        chunk: (bytes) => {
          pieces.push(bytes);
          total += bytes.length;
          if (total > limitBytes) {
            reject(
              new GatewayError("upstream-malformed", `the reply of ${this.#host} is longer than ${limitBytes} bytes`),
            );
            this.abort();
          }
        },
        end: () => resolve(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, total)),
        fail: reject,
      });
    });
  }

  streamTo(sink: BodySink): void {
    this.#sink = sink;
    const unread = this.#unread;
    this.#unread = NOTHING_UNREAD;
    this.#unreadBytes = 0;
    this.resume();
    for (const bytes of unread) {
      sink.chunk(bytes);
    }
    if (this.#failure !== undefined) {
      sink.fail(this.#failure);
    } else if (this.#phase === "finished") {
      sink.end();
    }
  }

  pause(): void {
    if (!this.#isPaused && this.#phase !== "finished") {
      this.#isPaused = true;
      this.deadlineMs = this.#totalDeadlineMs;
      this.#connection?.pause();
    }
  }

  resume(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#extendDeadline(this.request.limits.gapMs);
      this.#connection?.resume();
    }
  }

  #send(): void {
    this.#phase = "first-byte";
    this.#connection?.send(this.request);
  }

  get #host(): string {
    return this.request.origin.hostHeader;
  }

  #extendDeadline(limitMs: number): void {
    this.#hasGrace = true;
    this.deadlineMs = Math.min(this.#totalDeadlineMs, performance.now() + limitMs);
  }

  #fail(error: GatewayError): void {
    if (this.#phase === "finished") {
      return;
    }
    const hadHead = this.#phase === "body";
    this.#connection = undefined;
    this.#failure = error;
    this.#phase = "finished";
    if (!hadHead) {
      this.#settle.reject(error);
    } else {
      this.#sink?.fail(error);
    }
  }
}
