import { byteRange } from "../wire/byte-range.ts";
import { ChunkedDecoder } from "../wire/chunked-decoder.ts";
import { readDigits } from "../wire/digits.ts";
import { HeaderBlock } from "../wire/header-block.ts";
import { standsAt } from "../wire/stands-at.ts";

/** Longest reply head accepted, in bytes. */
export const MAX_HEAD_BYTES = 128 * 1024;

const LF = 10;
const CR = 13;
const SPACE = 32;
const ZERO = 48;
const ONE = 49;
/** As bytes: a search for text would encode it anew each time. */
const HEAD_END = Buffer.from("\r\n\r\n");

const NO_CHUNKS = new ChunkedDecoder(() => undefined);

/** What the parser tells its owner, in order: one head, any chunks, one end. */
export interface ReplyEvents {
  onHead(status: number, headers: HeaderBlock): void;
  onChunk(bytes: Uint8Array): void;
  /** A piece of the body that came as one chunk of the chunked coding, as it came: the piece itself stands from `start` to before `end`. */
  onFramedChunk(bytes: Buffer, start: number, end: number): void;
  /** The reply is complete. `isReusable`: the connection may carry another request. */
  onEnd(isReusable: boolean): void;
}

type State = "head" | "length" | "chunked" | "until-close" | "done";

/**
 * Incremental HTTP/1.1 response parser (RFC 9112): any split of the bytes gives the same events; body pieces are
 * handed out without a copy (small ones aside), the chunks of one read in one. `push` throws an Error with a plain message
 * on malformed input; the owner closes the connection.
 */
export class ReplyParser {
  readonly #events: ReplyEvents;
  #state: State = "head";
  /** Bytes of an unfinished head or line. */
  #held: Buffer | undefined;
  #remaining = 0;
  #chunks = NO_CHUNKS;
  #keepAlive = true;
  #hasStarted = false;

  constructor(events: ReplyEvents) {
    this.#events = events;
  }

  /** Whether any byte of this reply, or of an interim one before it, has been seen. */
  get hasStarted(): boolean {
    return this.#hasStarted;
  }

  /** Makes the parser ready for the next reply of the connection. */
  reset(): void {
    this.#state = "head";
    this.#held = undefined;
    this.#keepAlive = true;
    this.#hasStarted = false;
  }

  /** Takes bytes, which are the parser's from now on. @throws Error when they are not a valid reply. */
  push(bytes: Buffer): void {
    this.#hasStarted = true;
    let rest: Buffer | undefined = bytes;
    while (rest !== undefined && rest.length > 0) {
      rest = this.#step(rest);
    }
  }

  /** The peer closed its side. Returns whether that ends a reply properly (a body delimited by the close). */
  close(): boolean {
    if (this.#state !== "until-close") {
      return this.#state === "done";
    }
    this.#state = "done";
    this.#events.onEnd(false);
    return true;
  }

  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case "head":
        return this.#readHead(bytes);
      case "length":
        return this.#readBody(bytes);
      case "chunked":
        return this.#readChunks(bytes);
      case "until-close":
        this.#events.onChunk(bytes);
        return undefined;
      case "done":
        throw new Error("bytes after the end of the reply");
    }
  }

  #readHead(bytes: Buffer): Buffer | undefined {
    const block = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    const end = block.indexOf(HEAD_END);
    if (end < 0) {
      if (block.length > MAX_HEAD_BYTES) {
        throw new Error(`reply head longer than ${MAX_HEAD_BYTES} bytes`);
      }
      this.#held = block;
      return undefined;
    }
    this.#held = undefined;
    this.#takeHead(block, block.toString("latin1", 0, end));
    return byteRange(block, end + HEAD_END.length);
  }

  #takeHead(bytes: Buffer, text: string): void {
    const lineEnd = findLineEnd(bytes, text.length);
    const status = readStatus(bytes, lineEnd);
    if (status >= 100 && status < 200) {
      if (status === 101) {
        throw new Error("unexpected 101 Switching Protocols");
      }
      return;
    }
    const headers = HeaderBlock.read(bytes, text, lineEnd);
    this.#keepAlive = bytes[MINOR_VERSION_AT] === ONE;
    this.#chooseFraming(status, headers);
    this.#events.onHead(status, headers);
    if (this.#state === "length" && this.#remaining === 0) {
      this.#finish();
    }
  }

  #chooseFraming(status: number, headers: HeaderBlock): void {
    const length = readLength(headers);
    const coding = headers.get("transfer-encoding");
    if (coding !== null && coding !== "chunked" && coding.toLowerCase() !== "chunked") {
      throw new Error(`unknown transfer-encoding '${coding}'`);
    }
    const connection = headers.get("connection");
    if (connection === "keep-alive") {
      this.#keepAlive = true; // As nearly all write it.
    } else if (connection !== null) {
      this.#keepAlive = this.#keepAlive ? !/\bclose\b/i.test(connection) : /\bkeep-alive\b/i.test(connection);
    }
    if (status === 204 || status === 304) {
      this.#remaining = 0;
      this.#state = "length";
    } else if (coding !== null) {
      // Both framings at once is how replies are smuggled: believe the chunks, trust the connection no more.
      this.#keepAlive = this.#keepAlive && length === undefined;
      this.#chunks = new ChunkedDecoder(
        (bytes) => this.#events.onChunk(bytes),
        (bytes, start, end) => this.#events.onFramedChunk(bytes, start, end),
      );
      this.#state = "chunked";
    } else if (length !== undefined) {
      this.#remaining = length;
      this.#state = "length";
    } else {
      this.#state = "until-close";
    }
  }

  #readBody(bytes: Buffer): Buffer | undefined {
    if (bytes.length < this.#remaining) {
      this.#remaining -= bytes.length;
      this.#events.onChunk(bytes);
      return undefined;
    }
    const size = this.#remaining;
    this.#remaining = 0;
    const isExact = bytes.length === size;
    this.#events.onChunk(isExact ? bytes : byteRange(bytes, 0, size));
    this.#finish(isExact);
    return isExact ? undefined : byteRange(bytes, size);
  }

  #readChunks(bytes: Buffer): Buffer | undefined {
    const rest = this.#chunks.push(bytes);
    if (this.#chunks.isDone) {
      this.#finish(rest === undefined);
    }
    return rest;
  }

  #finish(isReusable = true): void {
    this.#state = "done";
    this.#events.onEnd(isReusable && this.#keepAlive);
  }
}

/** The declared length; repeated lines may say the same (RFC 9110 8.6). */
function readLength(headers: HeaderBlock): number | undefined {
  const length = headers.digits("content-length");
  if (length !== null && length < 0) {
    return readOddLength(headers.get("content-length") ?? "");
  }
  return length ?? undefined;
}

/** What is no number, or said by several lines: those may say the same. */
function readOddLength(text: string): number {
  const [first = "", ...others] = text.split(", ");
  if (others.some((other) => other !== first)) {
    throw new Error("two different content-length headers");
  }
  const length = readDigits(first);
  if (length < 0) {
    throw new Error(`bad content-length '${first}'`);
  }
  return length;
}

const VERSION = Buffer.from("HTTP/1.");
const MINOR_VERSION_AT = VERSION.length;
const STATUS_AT = MINOR_VERSION_AT + 2;
const STATUS_END = STATUS_AT + 3;

/** Where the first line ends. */
function findLineEnd(bytes: Uint8Array, end: number): number {
  let at = 0;
  while (at < end && !(bytes[at] === CR && bytes[at + 1] === LF)) {
    at++;
  }
  return at;
}

function readStatus(bytes: Buffer, lineEnd: number): number {
  const minor = bytes[MINOR_VERSION_AT];
  const hasVersion = standsAt(bytes, 0, VERSION) && (minor === ONE || minor === ZERO);
  let isStatusLine = hasVersion && bytes[STATUS_AT - 1] === SPACE;
  let status = 0;
  for (let at = STATUS_AT; at < STATUS_END; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    isStatusLine &&= digit >= 0 && digit <= 9;
    status = status * 10 + digit;
  }
  const isEnded = lineEnd === STATUS_END || bytes[STATUS_END] === SPACE;
  if (!isStatusLine || !isEnded || status < MIN_STATUS) {
    throw new Error(`bad status line '${bytes.toString("latin1", 0, Math.min(lineEnd, MAX_SHOWN))}'`);
  }
  return status;
}

const MIN_STATUS = 100;
/** Most characters of a bad line that are told. */
const MAX_SHOWN = 60;
