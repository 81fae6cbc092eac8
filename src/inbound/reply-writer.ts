import type { Socket } from "bun";
import { flatText } from "../core/lasting-text.ts";
import { SCRATCH, SCRATCH_BYTES, writeScratch } from "../wire/scratch.ts";
import { type TurnWriter, writeInTurn } from "../wire/turn.ts";
import type { InboundReply, StreamSink, StreamSource } from "./inbound.ts";

/** A client this far behind is given no more until it has caught up. */
const HIGH_WATER_BYTES = 64 * 1024;

const CR = 13;
const LF = 10;
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
/** More than the size line and the line end of any chunk take. */
const MAX_CHUNK_MARKS_BYTES = 32;
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
  #isChunked = false;
  #isHead = false;
  #pendingHead = NO_BYTES;
  /** Head and body of a whole reply that goes out at the end of the turn. */
  #smallHead = "";
  #smallBody: Uint8Array = NO_BYTES;
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
    this.#isHead = framing.isHead;
    let head = statusLine(reply.status) + reply.headers + dateLine();
    head += framing.keepAlive ? "" : "connection: close\r\n";
    if (typeof body === "string" || body instanceof Uint8Array) {
      this.#sendWhole(head, typeof body === "string" ? Buffer.from(body) : body, reply.status);
      return;
    }
    this.#source = body;
    this.#isChunked = framing.isHttp11;
    this.#pendingHead = Buffer.from(`${head}${this.#isChunked ? "transfer-encoding: chunked\r\n" : ""}\r\n`, "latin1");
    body.start(this);
    this.#flushHead();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#end === "open" && bytes.length > 0 && !this.#isHead) {
      const size = this.#pendingHead.length + bytes.length + MAX_CHUNK_MARKS_BYTES;
      if (this.#isChunked && this.#unsentBytes === 0 && size <= SCRATCH_BYTES) {
        this.#writeFramed(bytes);
      } else {
        this.#push(this.#frame(bytes));
      }
    }
    return !this.#isBehind;
  }

  end(): void {
    if (this.#end === "open") {
      this.#end = "complete";
      this.#push(this.#isChunked && !this.#isHead ? this.#frameEnd() : this.#takeHead());
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

  #sendWhole(head: string, body: Uint8Array, status: number): void {
    this.#end = "complete";
    const length = status === 204 || status === 304 ? "" : `content-length: ${body.length}\r\n`;
    const text = `${head}${length}\r\n`;
    const bodyBytes = this.#isHead ? 0 : body.length;
    if (text.length + bodyBytes > SCRATCH_BYTES) {
      this.#unsent.push(Buffer.from(text, "latin1"));
      this.#unsentBytes += text.length;
      this.#push(body);
      return;
    }
    this.#smallHead = text;
    this.#smallBody = this.#isHead ? NO_BYTES : body;
    writeInTurn(this);
  }

  /** @internal */
  writeNow(): void {
    const head = this.#smallHead;
    const body = this.#smallBody;
    this.#smallBody = NO_BYTES;
    SCRATCH.write(head, 0, "latin1");
    SCRATCH.set(body, head.length);
    this.#push(writeScratch(this.#socket, head.length + body.length) ?? NO_BYTES);
  }

  /** @internal */
  onWriteFault(): void {
    this.#owner.onReplyBroken();
  }

  /** Sends a piece as it goes over the wire; only what the socket does not take becomes a buffer of its own. */
  #writeFramed(bytes: Uint8Array): void {
    const head = this.#takeHead();
    SCRATCH.set(head, 0);
    let at = head.length + SCRATCH.write(`${bytes.length.toString(16)}\r\n`, head.length, "latin1");
    SCRATCH.set(bytes, at);
    at += bytes.length;
    SCRATCH[at++] = CR;
    SCRATCH[at++] = LF;
    this.#push(writeScratch(this.#socket, at) ?? NO_BYTES);
  }

  /** A piece as it goes over the wire; the head goes with the first. */
  #frame(bytes: Uint8Array): Uint8Array {
    const head = this.#takeHead();
    if (!this.#isChunked) {
      return head.length === 0 ? bytes : Buffer.concat([head, bytes]);
    }
    const size = `${bytes.length.toString(16)}\r\n`;
    const framed = Buffer.allocUnsafe(head.length + size.length + bytes.length + 2);
    framed.set(head, 0);
    framed.write(size, head.length, "latin1");
    framed.set(bytes, head.length + size.length);
    framed[framed.length - 2] = CR;
    framed[framed.length - 1] = LF;
    return framed;
  }

  #frameEnd(): Uint8Array {
    const head = this.#takeHead();
    return head.length === 0 ? LAST_CHUNK : Buffer.concat([head, LAST_CHUNK]);
  }

  #takeHead(): Uint8Array {
    const head = this.#pendingHead;
    this.#pendingHead = NO_BYTES;
    return head;
  }

  #flushHead(): void {
    if (this.#pendingHead.length > 0) {
      this.#push(this.#takeHead());
    }
  }

  #push(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#unsent.push(bytes);
      this.#unsentBytes += bytes.length;
    }
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

const statusLines: string[] = [];

function statusLine(status: number): string {
  statusLines[status] ??= flatText(`HTTP/1.1 ${status} ${REASONS[status] ?? "Status"}\r\n`);
  return statusLines[status];
}

let dateSecond = 0;
let dateText = "";

/** The `date` header, made anew once a second. */
function dateLine(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = flatText(`date: ${new Date(second * 1000).toUTCString()}\r\n`);
  }
  return dateText;
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
