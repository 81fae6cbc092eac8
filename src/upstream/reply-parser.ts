/** Longest reply head accepted, in bytes. */
export const MAX_HEAD_BYTES = 128 * 1024;
/** Longest chunk-size or trailer line accepted, in bytes. */
const MAX_LINE_BYTES = 16 * 1024;

const CR = 13;
const LF = 10;
const SPACE = 32;

/** What the parser tells its owner, in order: one head, any chunks, one end. */
export interface ReplyEvents {
  onHead(status: number, headers: readonly string[]): void;
  onChunk(bytes: Uint8Array): void;
  /** The reply is complete. `isReusable`: the connection may carry another request. */
  onEnd(isReusable: boolean): void;
}

type State = "head" | "length" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "until-close" | "done";

/**
 * Incremental HTTP/1.1 response parser (RFC 9112): any split of the bytes gives the same events; body pieces are
 * handed out without a copy. `push` throws an Error with a plain message on malformed input; the owner closes the connection.
 */
export class ReplyParser {
  readonly #events: ReplyEvents;
  #state: State = "head";
  /** Bytes of an unfinished head or line. */
  #held: Buffer | undefined;
  #remaining = 0;
  #keepAlive = true;

  constructor(events: ReplyEvents) {
    this.#events = events;
  }

  /** Whether any byte of this reply has been seen. */
  get hasStarted(): boolean {
    return this.#state !== "head" || this.#held !== undefined;
  }

  /** Makes the parser ready for the next reply of the connection. */
  reset(): void {
    this.#state = "head";
    this.#held = undefined;
    this.#keepAlive = true;
  }

  /** @throws Error when the bytes are not a valid reply. */
  push(bytes: Buffer): void {
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
        return this.#readBody(bytes, "done");
      case "chunk-data":
        return this.#readBody(bytes, "chunk-end");
      case "chunk-size":
      case "chunk-end":
      case "trailers":
        return this.#readLine(bytes);
      case "until-close":
        this.#events.onChunk(bytes);
        return undefined;
      case "done":
        throw new Error("bytes after the end of the reply");
    }
  }

  #readHead(bytes: Buffer): Buffer | undefined {
    const block = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    const end = block.indexOf("\r\n\r\n");
    if (end < 0) {
      if (block.length > MAX_HEAD_BYTES) {
        throw new Error(`reply head longer than ${MAX_HEAD_BYTES} bytes`);
      }
      this.#held = block;
      return undefined;
    }
    this.#held = undefined;
    this.#takeHead(block.toString("latin1", 0, end));
    return block.subarray(end + 4);
  }

  #takeHead(text: string): void {
    const lineEnd = text.indexOf("\r\n");
    const statusLine = lineEnd < 0 ? text : text.slice(0, lineEnd);
    const status = readStatus(statusLine);
    if (status >= 100 && status < 200) {
      if (status === 101) {
        throw new Error("unexpected 101 Switching Protocols");
      }
      return;
    }
    const headers = readHeaders(text, lineEnd < 0 ? text.length : lineEnd + 2);
    this.#keepAlive = statusLine.startsWith("HTTP/1.1");
    this.#chooseFraming(status, headers);
    this.#events.onHead(status, headers);
    if (this.#state === "length" && this.#remaining === 0) {
      this.#finish();
    }
  }

  #chooseFraming(status: number, headers: readonly string[]): void {
    let length: string | undefined;
    let isChunked = false;
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index];
      const value = headers[index + 1] ?? "";
      if (name === "content-length") {
        if (length !== undefined && length !== value) {
          throw new Error("two different content-length headers");
        }
        length = value;
      } else if (name === "transfer-encoding") {
        if (value.toLowerCase() !== "chunked") {
          throw new Error(`unknown transfer-encoding '${value}'`);
        }
        isChunked = true;
      } else if (name === "connection") {
        this.#keepAlive = this.#keepAlive ? !/\bclose\b/i.test(value) : /\bkeep-alive\b/i.test(value);
      }
    }
    if (status === 204 || status === 304) {
      this.#remaining = 0;
      this.#state = "length";
    } else if (isChunked) {
      // Both framings at once is how replies are smuggled: believe the chunks, trust the connection no more.
      this.#keepAlive = this.#keepAlive && length === undefined;
      this.#state = "chunk-size";
    } else if (length !== undefined) {
      if (!/^\d{1,15}$/.test(length)) {
        throw new Error(`bad content-length '${length}'`);
      }
      this.#remaining = Number(length);
      this.#state = "length";
    } else {
      this.#state = "until-close";
    }
  }

  #readBody(bytes: Buffer, next: "done" | "chunk-end"): Buffer | undefined {
    if (bytes.length < this.#remaining) {
      this.#remaining -= bytes.length;
      this.#events.onChunk(bytes);
      return undefined;
    }
    const piece = bytes.length === this.#remaining ? bytes : bytes.subarray(0, this.#remaining);
    const rest = bytes.length === this.#remaining ? undefined : bytes.subarray(this.#remaining);
    this.#remaining = 0;
    this.#state = next;
    this.#events.onChunk(piece);
    if (next === "done") {
      this.#finish(rest === undefined);
    }
    return rest;
  }

  #readLine(bytes: Buffer): Buffer | undefined {
    const newline = bytes.indexOf(LF);
    if (newline < 0) {
      this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
      if (this.#held.length > MAX_LINE_BYTES) {
        throw new Error("chunk line too long");
      }
      return undefined;
    }
    let line = bytes.toString("latin1", 0, newline);
    if (this.#held !== undefined) {
      line = this.#held.toString("latin1", 0, this.#held.length) + line;
      this.#held = undefined;
    }
    if (line.charCodeAt(line.length - 1) !== CR) {
      throw new Error("chunk line not ended by CRLF");
    }
    this.#takeLine(line.slice(0, -1));
    return bytes.subarray(newline + 1);
  }

  #takeLine(line: string): void {
    if (this.#state === "chunk-end") {
      if (line !== "") {
        throw new Error("chunk longer than its size");
      }
      this.#state = "chunk-size";
    } else if (this.#state === "chunk-size") {
      const match = /^([0-9a-fA-F]{1,12})[ \t]*(;.*)?$/.exec(line);
      if (match === null) {
        throw new Error(`bad chunk size '${line.slice(0, 40)}'`);
      }
      this.#remaining = Number.parseInt(match[1] ?? "", 16);
      this.#state = this.#remaining === 0 ? "trailers" : "chunk-data";
    } else if (line === "") {
      this.#finish();
    }
  }

  #finish(isReusable = true): void {
    this.#state = "done";
    this.#events.onEnd(isReusable && this.#keepAlive);
  }
}

const STATUS_AT = "HTTP/1.1 ".length;

function readStatus(line: string): number {
  const status = Number(line.slice(STATUS_AT, STATUS_AT + 3));
  const isKnownVersion = line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 ");
  const isEnded = line.length === STATUS_AT + 3 || line.charCodeAt(STATUS_AT + 3) === SPACE;
  if (!isKnownVersion || !isEnded || !(status >= 100 && status <= 999)) {
    throw new Error(`bad status line '${line.slice(0, 60)}'`);
  }
  return status;
}

function readHeaders(text: string, from: number): string[] {
  const headers: string[] = [];
  let start = from;
  while (start < text.length) {
    let end = text.indexOf("\r\n", start);
    if (end < 0) {
      end = text.length;
    }
    const colon = text.indexOf(":", start);
    if (colon <= start || colon >= end) {
      throw new Error(`bad header line '${text.slice(start, Math.min(end, start + 60))}'`);
    }
    headers.push(toLowerName(text.slice(start, colon)), readValue(text, colon + 1, end));
    start = end + 2;
  }
  return headers;
}

/** Nearly every value stands behind one space and ends with its line. */
function readValue(text: string, from: number, end: number): string {
  const isPlain =
    text.charCodeAt(from) === SPACE && text.charCodeAt(from + 1) > SPACE && text.charCodeAt(end - 1) > SPACE;
  return isPlain ? text.slice(from + 1, end) : text.slice(from, end).trim();
}

/** Vendors send the same few dozen names all day: their lower-case forms are remembered, up to this many. */
const MAX_NAMES = 1024;
const lowerNames = new Map<string, string>();

function toLowerName(name: string): string {
  let lower = lowerNames.get(name);
  if (lower === undefined) {
    lower = name.toLowerCase();
    if (lowerNames.size < MAX_NAMES) {
      lowerNames.set(name, lower);
    }
  }
  return lower;
}
