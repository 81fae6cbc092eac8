import type { Socket } from "bun";
import { byteRange } from "../wire/byte-range.ts";
import { requestBegins, requestEnds, type TurnReader } from "../wire/turn.ts";
import { BodyReader } from "./body-reader.ts";
import { ConnectionRequest } from "./connection-request.ts";
import { HeadMemory } from "./head-memory.ts";
import type { InboundHandler, InboundReply } from "./inbound.ts";
import { BodyError } from "./inbound.ts";
import { ReplyWriter, type ReplyWriterOwner } from "./reply-writer.ts";
import { HeadError, type RequestHead } from "./request-head.ts";

/** Longest request head, in bytes. */
export const MAX_HEAD_BYTES = 64 * 1024;
const CR = 13;
const LF = 10;
/** As bytes: a search for text would encode it anew each time. */
const HEAD_END = Buffer.from("\r\n\r\n");

/** Bytes of further requests that may wait behind one that is being answered. */
const MAX_PIPELINED_BYTES = 64 * 1024;
/** Bytes of a body that may come before the handler asks for it; then the client has to wait. */
const MAX_UNASKED_BYTES = 64 * 1024;
/** An unwanted body is read and thrown away up to this size, so that the client gets to read its answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Time limits of connections, in milliseconds. */
export interface InboundLimits {
  /** Between two requests of a kept-alive connection. */
  readonly idleMs: number;
  /** From a head's first byte to its last. */
  readonly headMs: number;
  /** Between two pieces of a body. */
  readonly bodyGapMs: number;
  /** How long a client may take nothing of its answer. */
  readonly stallMs: number;
}

/** What a connection needs of its server. */
export interface ConnectionOwner {
  readonly handler: InboundHandler;
  readonly limits: InboundLimits;
  /** Answers what is not a request: the status, and what was wrong. */
  readonly toFaultReply: (status: number, message: string) => InboundReply;
  /** The server's clock, exact to its sweep: `performance.now()` milliseconds. */
  readonly nowMs: number;
  /** Whether the server wants its connections closed after what they are doing. */
  readonly isStopping: boolean;
  onClosed(connection: InboundConnection): void;
}

type Phase = "idle" | "head" | "handling" | "closing";

/** One client connection: its requests one after the other, each answered before the next is read. */
export class InboundConnection implements ReplyWriterOwner, TurnReader {
  readonly #socket: Socket<InboundConnection>;
  readonly #owner: ConnectionOwner;
  #phase: Phase = "idle";
  /** Bytes of an unfinished head, or of requests that wait their turn. */
  #held: Buffer | undefined;
  readonly #heads = new HeadMemory();
  #head: RequestHead | undefined;
  #body: BodyReader | undefined;
  #request: ConnectionRequest | undefined;
  #writer: ReplyWriter | undefined;
  #isReplySent = false;
  /** Whether the request counts as under way. */
  #isCounted = false;
  #isBodyAsked = false;
  #isPaused = false;
  #clientAddress: string | undefined;
  /** When the server's sweep must end the connection, in `performance.now()` milliseconds. */
  deadlineMs: number;

  constructor(socket: Socket<InboundConnection>, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    this.deadlineMs = owner.nowMs + owner.limits.idleMs;
  }

  /** Whether no request is under way. */
  get isIdle(): boolean {
    return this.#phase === "idle";
  }

  /** Asked of the system once it is wanted; a socket that has closed has none. */
  get clientAddress(): string | undefined {
    this.#clientAddress ??= this.#socket.remoteAddress || undefined;
    return this.#clientAddress;
  }

  onData(bytes: Buffer): void {
    let rest: Buffer | undefined = bytes;
    if (this.#phase === "handling" && this.#body !== undefined && !this.#body.isComplete) {
      rest = this.#readBody(bytes);
    }
    if (rest === undefined || rest.length === 0 || this.#phase === "closing") {
      return;
    }
    this.#held = this.#held === undefined ? rest : Buffer.concat([this.#held, rest]);
    if (this.#phase === "handling") {
      if (this.#held.length > MAX_PIPELINED_BYTES) {
        this.#pause();
      }
      return;
    }
    this.#readHead();
  }

  /** @internal */
  onFault(): void {
    this.close();
  }

  onDrain(): void {
    this.#extend(this.#owner.limits.stallMs);
    this.#writer?.onDrain();
  }

  /** The client has gone, or the connection broke. */
  onClose(): void {
    this.#uncount();
    if (this.#phase === "closing" && this.#request === undefined) {
      this.#owner.onClosed(this);
      return;
    }
    this.#phase = "closing";
    const request = this.#request;
    this.#request = undefined;
    this.#body?.fail("gone", "the client closed the connection");
    this.#owner.onClosed(this);
    request?.tellGone();
  }

  /** Called by the server's sweep once `deadlineMs` has passed. */
  onDeadline(): void {
    if (this.#phase === "head") {
      this.#refuse(408, "the head of the request did not come in time");
    } else if (this.#body?.isWaiting === true) {
      this.#body.fail("too-slow", `no more of the body came for ${this.#owner.limits.bodyGapMs / 1000} seconds`);
      this.#extend(this.#owner.limits.stallMs);
    } else if (this.#phase === "handling" && !this.#isReplySent && (this.#writer?.unsentBytes ?? 0) === 0) {
      this.#extend(this.#owner.limits.stallMs); // The vendor takes its time; its own limits rule.
    } else {
      this.close();
    }
  }

  /** Closes the socket, what has been written before it goes out first. */
  close(): void {
    this.#socket.end();
    this.onClose();
  }

  /** @internal */
  onReplySent(): void {
    this.#isReplySent = true;
    this.#request = undefined;
    this.#uncount();
    this.#finish();
  }

  /** @internal The client sees an end without the mark of a complete body. */
  onReplyBroken(): void {
    this.#request = undefined;
    this.#uncount();
    this.#phase = "closing";
    this.#socket.end();
    this.#owner.onClosed(this);
  }

  /** Starts to gather the body; called by the request. */
  startBody(limitBytes: number): Uint8Array | Promise<Uint8Array> {
    const body = this.#body;
    if (body === undefined) {
      throw new BodyError("gone", "the client closed the connection");
    }
    const read = body.read(limitBytes);
    this.#isBodyAsked = true;
    this.#resume();
    if (body.isWaiting) {
      if (this.#head?.expectsContinue === true) {
        this.#socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      }
      this.#extend(this.#owner.limits.bodyGapMs);
    }
    return read;
  }

  #readHead(): void {
    const held = this.#dropBlankLines();
    const end = held?.indexOf(HEAD_END) ?? -1;
    if (held === undefined || end < 0 || end > MAX_HEAD_BYTES) {
      if (held !== undefined && (end >= 0 || held.length > MAX_HEAD_BYTES)) {
        this.#refuse(431, `the request head is longer than ${MAX_HEAD_BYTES} bytes`);
      } else if (this.#phase === "idle" && held !== undefined) {
        this.#phase = "head";
        this.#extend(this.#owner.limits.headMs);
      }
      return;
    }
    let head: RequestHead;
    try {
      head = this.#heads.read(held, end);
    } catch (error) {
      this.#refuse(
        error instanceof HeadError ? error.status : 400,
        error instanceof Error ? error.message : "bad head",
      );
      return;
    }
    this.#held = undefined;
    const bodyStart = end + HEAD_END.length;
    this.#begin(head, held.length === bodyStart ? undefined : byteRange(held, bodyStart));
  }

  /** Blank lines before a request are ignored (RFC 9112 2.2). */
  #dropBlankLines(): Buffer | undefined {
    let held = this.#held;
    while (held !== undefined && held[0] === CR && held[1] === LF) {
      held = held.length === 2 ? undefined : held.subarray(2);
    }
    this.#held = held;
    return held;
  }

  #begin(head: RequestHead, rest: Buffer | undefined): void {
    this.#phase = "handling";
    this.#isCounted = true;
    requestBegins();
    this.#isReplySent = false;
    this.#isBodyAsked = false;
    this.#head = head;
    this.#body = new BodyReader(head.framing);
    this.#extend(this.#owner.limits.stallMs);
    const behind = rest === undefined ? undefined : this.#readBody(rest);
    if (behind !== undefined && behind.length > 0) {
      this.#held = behind;
    }
    if (this.#phase !== "handling") {
      return;
    }
    const request = new ConnectionRequest(head, this);
    this.#request = request;
    const reply = this.#owner.handler(request);
    if (reply instanceof Promise) {
      reply.then(
        (settled) => this.#send(settled, request),
        () => this.close(), // The handler promised not to reject; nothing sensible can be said any more.
      );
    } else {
      this.#send(reply, request);
    }
    this.#pauseUnasked();
  }

  /** Holds back a client whose body nobody has asked for yet. */
  #pauseUnasked(): void {
    const body = this.#body;
    if (body !== undefined && !body.isComplete && body.unaskedBytes > MAX_UNASKED_BYTES) {
      this.#pause();
    }
  }

  /** Both cost system calls, and a paused socket another turn of the event loop. */
  #pause(): void {
    if (!this.#isPaused && this.#phase !== "closing") {
      this.#isPaused = true;
      this.#socket.pause();
    }
  }

  #resume(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#socket.resume();
    }
  }

  #send(reply: InboundReply, request: ConnectionRequest): void {
    const head = this.#head;
    if (this.#request !== request || head === undefined) {
      return; // The client has gone meanwhile.
    }
    this.#extend(this.#owner.limits.stallMs);
    const isUnframed = !head.isHttp11 && typeof reply.body !== "string" && !(reply.body instanceof Uint8Array);
    if (isUnframed) {
      this.#head = { ...head, keepAlive: false }; // HTTP/1.0 has no chunks: the close is the end of a stream.
    }
    const writer = new ReplyWriter(this.#socket, this);
    this.#writer = writer;
    writer.send(reply, {
      isHead: head.method === "HEAD",
      isHttp11: head.isHttp11,
      keepAlive: !isUnframed && this.#mayKeepAlive(head),
    });
  }

  /** A client that still waits for `100 Continue` may or may not send its body: what comes next could be either. */
  #mayKeepAlive(head: RequestHead): boolean {
    const isBodyInDoubt = head.expectsContinue && !this.#isBodyAsked && this.#body?.isComplete === false;
    return head.keepAlive && !isBodyInDoubt && !this.#owner.isStopping;
  }

  /** Takes bytes of the body; returns those behind it. */
  #readBody(bytes: Buffer): Buffer | undefined {
    const body = this.#body;
    if (body === undefined) {
      return bytes;
    }
    let rest: Buffer | undefined;
    try {
      rest = body.push(bytes);
    } catch (error) {
      body.fail("malformed", error instanceof Error ? error.message : "malformed");
      this.#held = undefined;
      if (this.#request === undefined) {
        this.#refuse(400, "the chunked body is malformed");
      } else {
        this.#head = this.#head === undefined ? undefined : { ...this.#head, keepAlive: false };
      }
      return undefined;
    }
    if (body.isWaiting) {
      this.#extend(this.#owner.limits.bodyGapMs);
    } else if (body.discardedBytes > MAX_DISCARDED_BYTES) {
      this.close();
      return undefined;
    } else if (body.isComplete && this.#isReplySent) {
      this.#finish();
    } else if (this.#request !== undefined) {
      this.#pauseUnasked(); // Before there is a request, its handler has not had a chance to ask.
    }
    return rest;
  }

  /** Once a reply is out and its request's body is in (or thrown away), the next request may come. */
  #finish(): void {
    const head = this.#head;
    if (head === undefined || this.#phase === "closing") {
      return;
    }
    const mayKeepAlive = this.#mayKeepAlive(head);
    if (this.#body?.isComplete === false && (mayKeepAlive || !head.expectsContinue)) {
      // Read to its end, then go on or close: a close in the midst would reset the answer away.
      this.#body.discard();
      this.#resume();
      this.#extend(this.#owner.limits.bodyGapMs);
      return;
    }
    if (!mayKeepAlive) {
      this.close();
      return;
    }
    this.#phase = "idle";
    this.#head = undefined;
    this.#body?.release();
    this.#body = undefined;
    this.#writer = undefined;
    this.#extend(this.#owner.limits.idleMs);
    this.#resume();
    if (this.#held !== undefined) {
      this.#readHead();
    }
  }

  #refuse(status: number, message: string): void {
    this.#phase = "closing";
    this.#held = undefined;
    new ReplyWriter(this.#socket, { onReplySent: () => this.#endNow(), onReplyBroken: () => this.#endNow() }).send(
      this.#owner.toFaultReply(status, message),
      { isHead: false, isHttp11: true, keepAlive: false },
    );
  }

  /** The request needs no more of the gateway. */
  #uncount(): void {
    if (this.#isCounted) {
      this.#isCounted = false;
      requestEnds();
    }
  }

  #endNow(): void {
    this.#socket.end();
    this.#owner.onClosed(this);
  }

  #extend(limitMs: number): void {
    this.deadlineMs = this.#owner.nowMs + limitMs;
  }
}
