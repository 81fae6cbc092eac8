import type { Socket } from "bun";
import { byteRange } from "../wire/byte-range.ts";
import { SCRATCH, SCRATCH_BYTES } from "../wire/scratch.ts";
import { type TurnWriter, writeInTurn } from "../wire/turn.ts";
import { type InboundReply, type StreamSink, type StreamSource, writeLines } from "./inbound.ts";

/** A client this far behind is given no more until it has caught up. */
const HIGH_WATER_BYTES = 64 * 1024;

const LINE_END = Buffer.from("\r\n");
const CONNECTION_CLOSE = Buffer.from("connection: close\r\n");
const CONTENT_LENGTH = Buffer.from("content-length: ");
const CHUNKED = Buffer.from("transfer-encoding: chunked\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
/** A message longer than this is not put together in the scratch memory: a head has to fit in as well. */
const MAX_SCRATCHED_BYTES = SCRATCH_BYTES - 16 * 1024;
const NO_BYTES = new Uint8Array(0);

/** How the connection wants a reply framed. */
export interface ReplyFraming {
  readonly isHead: boolean;
  readonly isHttp11: boolean;
  readonly keepAlive: boolean;
}

/** What the writer tells the connection. */
export interface ReplyWriterOwner {
  /** The reply has been handed to the kernel whole. */
  onReplySent(): void;
  /** The reply broke off and everything before has been handed to the kernel. */
  onReplyBroken(): void;
}

/** Writes one reply to a socket, no faster than the client reads. */
export class ReplyWriter implements StreamSink, TurnWriter {
  readonly #socket: Socket<unknown>;
  readonly #owner: ReplyWriterOwner;
  #unsent: Uint8Array[] = [];
  #unsentBytes = 0;
  #source: StreamSource | undefined;
  #framing: ReplyFraming | undefined;
  #isChunked = false;
  /** A reply whose head has not gone out. */
  #pending: InboundReply | undefined;
  /** The body of a whole reply, which goes out at the end of the turn. */
  #wholeBody: Uint8Array = NO_BYTES;
  #isBehind = false;
  #end: "open" | "complete" | "broken" = "open";
  #isTold = false;

  constructor(socket: Socket<unknown>, owner: ReplyWriterOwner) {
    this.#socket = socket;
    this.#owner = owner;
  }

  /** Sends a reply. To be called once. */
  send(reply: InboundReply, framing: ReplyFraming): void {
    const { body } = reply;
    this.#framing = framing;
    this.#pending = reply;
    if (typeof body === "string" || body instanceof Uint8Array) {
      this.#end = "complete";
      this.#wholeBody = typeof body === "string" ? Buffer.from(body) : body;
      writeInTurn(this);
      return;
    }
    this.#source = body;
    this.#isChunked = framing.isHttp11;
    body.start(this);
    this.#flushHead();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#end === "open" && bytes.length > 0 && this.#framing?.isHead !== true) {
      if (this.#isChunked && this.#unsentBytes === 0 && bytes.length <= MAX_SCRATCHED_BYTES) {
        this.#writeScratched(bytes);
      } else {
        this.#push(this.#frame(bytes));
      }
    }
    return !this.#isBehind;
  }

  writeFramed(bytes: Buffer, start: number, end: number): boolean {
    if (this.#end !== "open" || !this.#isChunked || this.#pending !== undefined || this.#framing?.isHead === true) {
      return this.write(byteRange(bytes, start, end));
    }
    this.#push(bytes);
    return !this.#isBehind;
  }

  end(): void {
    if (this.#end === "open") {
      this.#end = "complete";
      this.#push(this.#isChunked && this.#framing?.isHead !== true ? this.#frameEnd() : this.#takeHead());
    }
  }

  breakOff(): void {
    if (this.#end === "open") {
      this.#end = "broken";
      this.#push(this.#takeHead());
    }
  }

  /** The socket takes bytes again. */
  onDrain(): void {
    this.#flush();
    if (this.#isBehind && this.#unsentBytes === 0) {
      this.#isBehind = false;
      if (this.#end === "open") {
        this.#source?.onDrain();
      }
    }
  }

  /** Bytes that the client has not taken yet. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  /** @internal */
  writeNow(): void {
    const reply = this.#pending;
    if (reply === undefined) {
      return;
    }
    const body = this.#wholeBody;
    this.#wholeBody = NO_BYTES;
    this.#startHead();
    if (reply.status !== 204 && reply.status !== 304) {
      SCRATCH.raw(CONTENT_LENGTH);
      SCRATCH.integer(body.length);
      SCRATCH.raw(LINE_END);
    }
    SCRATCH.raw(LINE_END);
    const sent = this.#framing?.isHead === true ? NO_BYTES : body;
    if (sent.length <= MAX_SCRATCHED_BYTES) {
      SCRATCH.raw(sent);
      this.#push(SCRATCH.sendTo(this.#socket) ?? NO_BYTES);
    } else {
      this.#hold(SCRATCH.take());
      this.#push(sent);
    }
  }

  /** @internal */
  onWriteFault(): void {
    this.#owner.onReplyBroken();
  }

  /** Writes the status line and all header lines but those of the framing. */
  #startHead(): void {
    const reply = this.#pending;
    this.#pending = undefined;
    SCRATCH.clear();
    if (reply !== undefined) {
      SCRATCH.raw(statusLine(reply.status));
      writeLines(SCRATCH, reply.headers);
      SCRATCH.raw(dateLine());
      if (this.#framing?.keepAlive !== true) {
        SCRATCH.raw(CONNECTION_CLOSE);
      }
    }
  }

  /** Writes the head of a stream, unless it has gone out. */
  #startStream(): void {
    const isFirst = this.#pending !== undefined;
    this.#startHead();
    if (isFirst) {
      SCRATCH.raw(this.#isChunked ? CHUNKED : NO_BYTES);
      SCRATCH.raw(LINE_END);
    }
  }

  /** Sends a piece as it goes over the wire; only what the socket does not take becomes a buffer of its own. */
  #writeScratched(bytes: Uint8Array): void {
    this.#startStream();
    this.#writeChunk(bytes);
    this.#push(SCRATCH.sendTo(this.#socket) ?? NO_BYTES);
  }

  #writeChunk(bytes: Uint8Array): void {
    SCRATCH.hexadecimal(bytes.length);
    SCRATCH.raw(LINE_END);
    SCRATCH.raw(bytes);
    SCRATCH.raw(LINE_END);
  }

  /** A piece as it goes over the wire; the head goes with the first. */
  #frame(bytes: Uint8Array): Uint8Array {
    if (!this.#isChunked && this.#pending === undefined) {
      return bytes;
    }
    this.#startStream();
    if (this.#isChunked) {
      this.#writeChunk(bytes);
    } else {
      SCRATCH.raw(bytes);
    }
    return SCRATCH.take();
  }

  #frameEnd(): Uint8Array {
    if (this.#pending === undefined) {
      return LAST_CHUNK;
    }
    this.#startStream();
    SCRATCH.raw(LAST_CHUNK);
    return SCRATCH.take();
  }

  #takeHead(): Uint8Array {
    if (this.#pending === undefined) {
      return NO_BYTES;
    }
    this.#startStream();
    return SCRATCH.take();
  }

  #flushHead(): void {
    if (this.#pending !== undefined) {
      this.#push(this.#takeHead());
    }
  }

  #hold(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#unsent.push(bytes);
      this.#unsentBytes += bytes.length;
    }
  }

  #push(bytes: Uint8Array): void {
    this.#hold(bytes);
    this.#flush();
    if (this.#unsentBytes > HIGH_WATER_BYTES) {
      this.#isBehind = true;
    }
  }

  #flush(): void {
    let piece = this.#unsent[0];
    while (piece !== undefined) {
      const written = this.#socket.write(piece);
      if (written > 0) {
        this.#unsentBytes -= written;
      }
      if (written < piece.length) {
        if (written > 0) {
          this.#unsent[0] = piece.subarray(written);
        }
        return; // `drain` goes on; a write on a dead socket is followed by `close`.
      }
      this.#unsent.shift();
      piece = this.#unsent[0];
    }
    this.#tellEnd();
  }

  #tellEnd(): void {
    if (this.#end === "open" || this.#isTold) {
      return;
    }
    this.#isTold = true;
    if (this.#end === "complete") {
      this.#owner.onReplySent();
    } else {
      this.#owner.onReplyBroken();
    }
  }
}

const statusLines: Buffer[] = [];

function statusLine(status: number): Buffer {
  statusLines[status] ??= Buffer.from(`HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n`);
  return statusLines[status];
}

let dateSecond = 0;
let dateBytes = Buffer.alloc(0);

/** The `date` header, made anew once a second. */
function dateLine(): Buffer {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateBytes = Buffer.from(`date: ${new Date(second * 1000).toUTCString()}\r\n`);
  }
  return dateBytes;
}

/** Reason phrases of the statuses in use; clients ignore them. Source: RFC 9110 15. */
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  204: "No Content",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
