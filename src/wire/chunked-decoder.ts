/** Longest chunk-size or trailer line accepted, in bytes. */
const MAX_LINE_BYTES = 16 * 1024;
/** Most trailer bytes accepted. */
const MAX_TRAILER_BYTES = 64 * 1024;

const CR = 13;
const LF = 10;

type State = "size" | "data" | "data-end" | "trailers" | "done";

/**
 * Incremental decoder of the chunked transfer coding (RFC 9112 7.1). Any split of the bytes gives the same pieces of
 * body, handed out without a copy.
 */
export class ChunkedDecoder {
  readonly #onData: (bytes: Buffer) => void;
  #state: State = "size";
  #held: Buffer | undefined;
  #remaining = 0;
  #trailerBytes = 0;

  constructor(onData: (bytes: Buffer) => void) {
    this.#onData = onData;
  }

  get isDone(): boolean {
    return this.#state === "done";
  }

  /**
   * Takes the next bytes.
   * @returns what came behind the end of the body; `undefined` when nothing did
   * @throws Error with a plain message on malformed input
   */
  push(bytes: Buffer): Buffer | undefined {
    let rest: Buffer | undefined = bytes;
    while (rest !== undefined && rest.length > 0 && this.#state !== "done") {
      rest = this.#state === "data" ? this.#readData(rest) : this.#readLine(rest);
    }
    return rest === undefined || rest.length === 0 ? undefined : rest;
  }

  #readData(bytes: Buffer): Buffer | undefined {
    if (bytes.length < this.#remaining) {
      this.#remaining -= bytes.length;
      this.#onData(bytes);
      return undefined;
    }
    const size = this.#remaining;
    this.#remaining = 0;
    this.#state = "data-end";
    this.#onData(bytes.length === size ? bytes : bytes.subarray(0, size));
    return bytes.length === size ? undefined : bytes.subarray(size);
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
      line = this.#held.toString("latin1") + line;
      this.#held = undefined;
    }
    if (line.charCodeAt(line.length - 1) !== CR) {
      throw new Error("chunk line not ended by CRLF");
    }
    this.#takeLine(line.slice(0, -1));
    return bytes.subarray(newline + 1);
  }

  #takeLine(line: string): void {
    if (this.#state === "data-end") {
      if (line !== "") {
        throw new Error("chunk longer than its size");
      }
      this.#state = "size";
    } else if (this.#state === "size") {
      const match = /^([0-9a-fA-F]{1,12})[ \t]*(;[^\r\n\0]*)?$/.exec(line);
      if (match === null) {
        throw new Error(`bad chunk size '${line.slice(0, 40)}'`);
      }
      this.#remaining = Number.parseInt(match[1] ?? "", 16);
      this.#state = this.#remaining === 0 ? "trailers" : "data";
    } else if (line === "") {
      this.#state = "done";
    } else {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > MAX_TRAILER_BYTES) {
        throw new Error("trailers too long");
      }
    }
  }
}
