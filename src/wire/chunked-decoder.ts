import { byteRange } from "./byte-range.ts";
import { standsAt } from "./stands-at.ts";

/** Most hex digits of a chunk size: 16^12 is far above any body. */
const MAX_SIZE_DIGITS = 12;
/** Most bytes of chunk extensions and trailers accepted in one body; nobody reads them. */
const MAX_IGNORED_BYTES = 64 * 1024;

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const SEMICOLON = 59;
const LINE_END = Buffer.from("\r\n");

/** Takes a chunk as it came, size line and line ends included; its data stands from `start` to before `end`. */
export type WholeChunk = (bytes: Buffer, start: number, end: number) => void;

type State =
  | "size"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailer-start"
  | "trailer"
  | "trailer-lf"
  | "final-lf"
  | "done";

/**
 * Incremental decoder of the chunked transfer coding (RFC 9112 7.1), a byte at a time outside the data, so that any
 * split of the bytes gives the same body and nothing is held back. The body of all chunks that came together is handed
 * out in one piece: each piece costs its receiver a write. One whole chunk that came by itself, as the events of a stream
 * mostly do, can be had as it came: who passes it on need not take it out of its coding and put it into the same again.
 */
export class ChunkedDecoder {
  readonly #onData: (bytes: Buffer) => void;
  readonly #onChunk: WholeChunk | undefined;
  #state: State = "size";
  #digits = 0;
  #remaining = 0;
  #ignoredBytes = 0;
  /** Where the body stands in the bytes being taken; empty when both are equal. */
  #bodyStart = 0;
  #bodyEnd = 0;

  /** @param onChunk takes whole chunks instead, where they came one by one and without extensions */
  constructor(onData: (bytes: Buffer) => void, onChunk?: WholeChunk) {
    this.#onData = onData;
    this.#onChunk = onChunk;
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /**
   * Takes the next bytes, which are the decoder's from now on: chunks are moved together within them.
   * @returns what came behind the end of the body; `undefined` when nothing did
   * @throws Error with a plain message on malformed input; the body before it has been handed out
   */
  push(bytes: Buffer): Buffer | undefined {
    if (this.#onChunk !== undefined && this.#state === "size" && this.#digits === 0) {
      const start = startOfWholeChunk(bytes);
      if (start > 0) {
        this.#onChunk(bytes, start, bytes.length - LINE_END.length);
        return undefined;
      }
    }
    this.#bodyStart = 0;
    this.#bodyEnd = 0;
    let at = 0;
    try {
      while (at < bytes.length && this.#state !== "done") {
        if (this.#state === "data") {
          at = this.#takeData(bytes, at);
        } else {
          this.#takeByte(bytes[at] ?? 0);
          at++;
        }
      }
    } finally {
      this.#handOut(bytes);
    }
    return at < bytes.length ? bytes.subarray(at) : undefined;
  }

  #takeData(bytes: Buffer, start: number): number {
    const end = Math.min(bytes.length, start + this.#remaining);
    this.#remaining -= end - start;
    if (this.#remaining === 0) {
      this.#state = "data-cr";
    }
    if (this.#bodyEnd === this.#bodyStart) {
      this.#bodyStart = start;
      this.#bodyEnd = end;
    } else {
      bytes.copyWithin(this.#bodyEnd, start, end);
      this.#bodyEnd += end - start;
    }
    return end;
  }

  #handOut(bytes: Buffer): void {
    const start = this.#bodyStart;
    const end = this.#bodyEnd;
    if (end > start) {
      this.#onData(end - start === bytes.length ? bytes : byteRange(bytes, start, end));
    }
  }

  #takeByte(byte: number): void {
    switch (this.#state) {
      case "size":
        this.#takeSizeByte(byte);
        return;
      case "extension":
        this.#state = byte === CR ? "size-lf" : this.#ignore(byte, "extension");
        return;
      case "size-lf":
        this.#expect(byte, LF, "chunk line not ended by CRLF");
        this.#state = this.#remaining === 0 ? "trailer-start" : "data";
        return;
      case "data-cr":
        this.#expect(byte, CR, "chunk longer than its size");
        this.#state = "data-lf";
        return;
      case "data-lf":
        this.#expect(byte, LF, "chunk longer than its size");
        this.#state = "size";
        this.#digits = 0;
        return;
      case "trailer-start":
        this.#state = byte === CR ? "final-lf" : this.#ignore(byte, "trailer");
        return;
      case "trailer":
        this.#state = byte === CR ? "trailer-lf" : this.#ignore(byte, "trailer");
        return;
      case "trailer-lf":
        this.#expect(byte, LF, "chunk line not ended by CRLF");
        this.#state = "trailer-start";
        return;
      case "final-lf":
        this.#expect(byte, LF, "chunk line not ended by CRLF");
        this.#state = "done";
        return;
      case "data":
      case "done":
        return;
      default:
        this.#state satisfies never;
    }
  }

  #takeSizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0 && this.#digits < MAX_SIZE_DIGITS) {
      this.#remaining = this.#digits === 0 ? digit : this.#remaining * 16 + digit;
      this.#digits++;
    } else if (this.#digits > 0 && byte === CR) {
      this.#state = "size-lf";
    } else if (this.#digits > 0 && (byte === SEMICOLON || byte === SPACE || byte === TAB)) {
      this.#state = "extension";
    } else {
      throw new Error("bad chunk size");
    }
  }

  #expect(byte: number, wanted: number, message: string): void {
    if (byte !== wanted) {
      throw new Error(message);
    }
  }

  /** A byte of what nobody reads. */
  #ignore(byte: number, state: State): State {
    this.#ignoredBytes++;
    if (byte === LF || byte === 0 || this.#ignoredBytes > MAX_IGNORED_BYTES) {
      throw new Error(
        byte === LF || byte === 0 ? "chunk line not ended by CRLF" : "chunk extensions or trailers too long",
      );
    }
    return state;
  }
}

/** Where the data starts if the bytes are one chunk with data, no more and no less, of the plainest spelling; 0 otherwise. */
function startOfWholeChunk(bytes: Buffer): number {
  let size = 0;
  let at = 0;
  let digit = hexDigit(bytes[at] ?? 0);
  while (digit >= 0 && at < MAX_SIZE_DIGITS) {
    size = size * 16 + digit;
    at++;
    digit = hexDigit(bytes[at] ?? 0);
  }
  const start = at + LINE_END.length;
  const end = start + size;
  const isWhole = size > 0 && bytes.length === end + LINE_END.length;
  return isWhole && standsAt(bytes, at, LINE_END) && standsAt(bytes, end, LINE_END) ? start : 0;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) {
    return byte - 0x30;
  }
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
