import type { ByteWriter } from "../wire/byte-writer.ts";

/** Looks up headers by lower-case name; web `Headers` fit too. */
export interface HeaderReader {
  /** The value, those of repeated headers joined by `, `; `null` when absent. */
  get(name: string): string | null;
  forEach(visit: (value: string, name: string) => void): void;
  /**
   * False where surely no name begins with this letter, or with `x-` and this letter: a quick look that saves many.
   * Absent where there is none.
   */
  mayHaveNames?(letter: string): boolean;
}

/** One request whose head has come. */
export interface InboundRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: HeaderReader;
  /** The address that the connection came from. */
  readonly clientAddress: string | undefined;
  /** Whether the client has gone. */
  readonly isGone: boolean;
  /** Called once if the client goes before it has its whole answer. */
  onGone: (() => void) | undefined;
  /**
   * The whole body; to be called once. A client that waits for `100 Continue` is told to go on. The bytes are good until
   * the answer has been sent: who needs them longer copies them.
   * @throws BodyError (or rejects with it)
   */
  readBody(limitBytes: number): Uint8Array | Promise<Uint8Array>;
}

/** Why a body cannot be had. */
export type BodyFault = "too-large" | "gone" | "too-slow" | "malformed";

/** Thrown by `readBody`. */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly fault: BodyFault;

  constructor(fault: BodyFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** Takes the pieces of a streamed answer. */
export interface StreamSink {
  /** Sends a piece. `false`: the client is behind; hold further pieces until `onDrain`. Pieces sent nonetheless are kept. */
  write(bytes: Uint8Array): boolean;
  /** The same with a piece that stands, from `start` to before `end`, in one chunk of the chunked coding: goes out as it is, if it can. */
  writeFramed(bytes: Buffer, start: number, end: number): boolean;
  /** The answer is complete. */
  end(): void;
  /** The answer broke off: the connection ends without the mark of a complete body. */
  breakOff(): void;
}

/** What makes a streamed answer. */
export interface StreamSource {
  /** Called once, when the head is ready to go out; may write at once. */
  start(sink: StreamSink): void;
  /** The client has caught up. */
  onDrain(): void;
}

/** Header lines in latin-1, each ended by CRLF. */
export type HeaderLines = string | HeaderSource;

/** Header lines that are written where the answer is put together, instead of being made before. */
export interface HeaderSource {
  /** To be called once, when the answer goes out. Must not throw. */
  writeTo(out: ByteWriter): void;
}

/** Writes header lines, whatever they are. */
export function writeLines(out: ByteWriter, lines: HeaderLines): void {
  if (typeof lines === "string") {
    out.latin1(lines);
  } else {
    lines.writeTo(out);
  }
}

/** Header lines and more of them. */
export function joinLines(lines: HeaderLines, more: string): HeaderLines {
  if (typeof lines === "string") {
    return lines + more;
  }
  return {
    writeTo(out) {
      lines.writeTo(out);
      out.latin1(more);
    },
  };
}

/** An answer. Framing, `date` and `connection` are added to the headers. */
export interface InboundReply {
  readonly status: number;
  readonly headers: HeaderLines;
  readonly body: Uint8Array | string | StreamSource;
}

/** Makes the answer to a request. Must not throw or reject. */
export type InboundHandler = (request: InboundRequest) => InboundReply | Promise<InboundReply>;

/** A header line. Characters that a head cannot carry are refused. */
export function headerLine(name: string, value: string): string {
  if (FORBIDDEN.test(value)) {
    throw new TypeError(`the value of header '${name}' holds a character that no header may carry`);
  }
  return `${name}: ${value}\r\n`;
}

/** Heads go out as latin-1: a character beyond it would become another one, maybe a line end. */
const FORBIDDEN = /[^\t\x20-\x7e\x80-\xff]/;
