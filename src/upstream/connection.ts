import type { Socket } from "bun";
import { joinPieces } from "../wire/join-pieces.ts";
import { SCRATCH, SCRATCH_BYTES } from "../wire/scratch.ts";
import { readInTurn, settleReads, type TurnReader, type TurnWriter, writeInTurn } from "../wire/turn.ts";
import type { HttpExchange } from "./http-exchange.ts";
import type { Origin } from "./origin.ts";
import { ReplyParser } from "./reply-parser.ts";
import type { UpstreamRequest } from "./transport.ts";

/** What a connection tells the pool that owns it. */
export interface ConnectionOwner {
  /** The connection may carry another request. */
  onIdle(connection: Connection): void;
  /** The connection is gone and must not be used again. */
  onClosed(connection: Connection): void;
}

/** A request on its way: its head and its body. */
type OutgoingRequest = Pick<UpstreamRequest, "head" | "ownLines" | "body">;

/** A request up to this size is put together in the scratch memory, where the line of its length has to fit in as well. */
const MAX_SMALL_BYTES = SCRATCH_BYTES - 64;

const CONTENT_LENGTH = Buffer.from("content-length: ");
const HEAD_END = Buffer.from("\r\n\r\n");

/** One socket to an origin, carrying one exchange at a time. */
export class Connection implements TurnReader, TurnWriter {
  readonly origin: Origin;
  readonly #owner: ConnectionOwner;
  readonly #parser: ReplyParser;
  #socket: Socket<Connection> | undefined;
  #unsent: Uint8Array[] = [];
  /** A request that goes out at the end of the turn. */
  #small: OutgoingRequest | undefined;
  /** Set while an exchange is under way. */
  exchange: HttpExchange | undefined;
  /** When the connection fell idle, in `performance.now()` milliseconds. */
  idleSinceMs = 0;
  #isClosed = false;

  constructor(origin: Origin, owner: ConnectionOwner) {
    this.origin = origin;
    this.#owner = owner;
    this.#parser = new ReplyParser({
      onHead: (status, headers) => this.exchange?.onHead(status, headers),
      onChunk: (bytes) => this.exchange?.onChunk(bytes),
      onFramedChunk: (bytes, start, end) => this.exchange?.onFramedChunk(bytes, start, end),
      onEnd: (isReusable) => this.#onReplyEnd(isReusable),
    });
  }

  /**
   * Opens the socket; the exchange in `this.exchange` is told of success or failure. Whatever the address, the
   * certificate must be the origin's.
   */
  connect(address: string = this.origin.hostname): void {
    const { origin } = this;
    Bun.connect<Connection>({
      hostname: address,
      port: origin.port,
      data: this,
      socket: origin.isTls ? TLS_HANDLERS : TCP_HANDLERS,
      ...(origin.isTls ? { tls: { serverName: origin.hostname } } : {}),
    }).catch(() => undefined); // `connectError` has told the exchange.
  }

  /** Writes a request, a small one in one write and a large one uncopied; the reply goes to `this.exchange`. */
  send(request: OutgoingRequest): void {
    const { head, ownLines, body } = request;
    if (head.length + ownLines.length + sizeOf(body) <= MAX_SMALL_BYTES) {
      this.#small = request;
      writeInTurn(this);
    } else {
      this.#unsent = joinPieces([takeHead(request), ...body]);
      this.#flush();
    }
  }

  /** @internal */
  writeNow(): void {
    const small = this.#small;
    const socket = this.#socket;
    if (small === undefined || socket === undefined) {
      return; // Given up meanwhile.
    }
    this.#small = undefined;
    writeHead(small);
    for (const piece of small.body) {
      SCRATCH.raw(piece);
    }
    const unsent = SCRATCH.sendTo(socket);
    if (unsent !== undefined) {
      this.#unsent = [unsent]; // `drain` goes on.
    }
  }

  /** Whether the whole request has been handed to the kernel. */
  get hasSentAll(): boolean {
    return this.#unsent.length === 0 && this.#small === undefined;
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Closes the socket at once; nothing more is told to the exchange. */
  destroy(): void {
    this.exchange = undefined;
    this.#unsent = [];
    this.#small = undefined;
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#socket?.terminate();
      this.#owner.onClosed(this);
    }
  }

  /** @internal Called by the socket's handlers. */
  onReady(socket: Socket<Connection>): void {
    this.#socket = socket;
    if (this.#isClosed) {
      socket.terminate();
      return;
    }
    this.exchange?.onConnected();
  }

  /** @internal */
  onData(bytes: Buffer): void {
    const { exchange } = this;
    if (exchange === undefined) {
      this.destroy(); // Bytes on an idle connection: a server that breaks the protocol.
      return;
    }
    this.#parser.push(bytes);
    if (this.exchange === exchange) {
      exchange.onRead();
    }
  }

  /** @internal */
  onWriteFault(cause: unknown): void {
    this.onFault(cause);
  }

  /** @internal */
  onFault(cause: unknown): void {
    const { exchange } = this;
    this.destroy();
    exchange?.onMalformed(cause instanceof Error ? cause.message : String(cause));
  }

  /** @internal */
  onDrain(): void {
    this.#flush();
  }

  /** @internal The peer closed, or the connection broke. */
  onClose(reason: string): void {
    const { exchange } = this;
    if (exchange !== undefined && this.#parser.close()) {
      return; // A body that the close delimits: ended properly.
    }
    this.destroy();
    exchange?.onBroken(reason, this.#parser.hasStarted);
  }

  #onReplyEnd(isReusable: boolean): void {
    const { exchange } = this;
    this.exchange = undefined;
    exchange?.onEnd();
    if (isReusable && this.hasSentAll && !this.#isClosed) {
      this.#parser.reset();
      this.#owner.onIdle(this);
    } else {
      this.destroy();
    }
  }

  #flush(): void {
    const socket = this.#socket;
    while (socket !== undefined && this.#unsent.length > 0) {
      const piece = this.#unsent[0] as Uint8Array;
      const written = socket.write(piece);
      if (written < piece.length) {
        if (written > 0) {
          this.#unsent[0] = piece.subarray(written);
        }
        return; // `drain` goes on; a write on a dead socket is followed by `close`.
      }
      this.#unsent.shift();
    }
  }
}

function sizeOf(body: readonly Uint8Array[]): number {
  let size = 0;
  for (const piece of body) {
    size += piece.length;
  }
  return size;
}

function writeHead({ head, ownLines, body }: OutgoingRequest): void {
  SCRATCH.clear();
  SCRATCH.raw(head);
  SCRATCH.latin1(ownLines);
  SCRATCH.raw(CONTENT_LENGTH);
  SCRATCH.integer(sizeOf(body));
  SCRATCH.raw(HEAD_END);
}

function takeHead(request: OutgoingRequest): Uint8Array {
  writeHead(request);
  return SCRATCH.take();
}

const CLOSED = "the connection was closed";

/** What came before the close is read first. */
function close(socket: Socket<Connection>, error: Error | undefined): void {
  settleReads();
  socket.data.onClose(error?.message ?? CLOSED);
}

const TCP_HANDLERS = {
  open: (socket: Socket<Connection>) => socket.data.onReady(socket),
  data: (socket: Socket<Connection>, bytes: Buffer) => readInTurn(socket.data, bytes),
  drain: (socket: Socket<Connection>) => socket.data.onDrain(),
  end: (socket: Socket<Connection>) => close(socket, undefined),
  close,
  error: close,
  connectError: (socket: Socket<Connection>, error: Error) => socket.data.onClose(error.message),
};

const TLS_HANDLERS = {
  ...TCP_HANDLERS,
  open: () => undefined,
  handshake: (socket: Socket<Connection>, isAuthorized: boolean, error: Error | null) => {
    if (isAuthorized && error === null) {
      socket.data.onReady(socket);
    } else {
      socket.data.onClose(`its TLS certificate was refused (${error?.message ?? "handshake failed"})`);
      socket.terminate();
    }
  },
};
