import { readUtf8 } from "./utf8.ts";

const LF = 0x0a;

/** Longest line that is read. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** Reads a stream of JSON values, one to a line; blank lines are skipped. */
export class JsonLineReader {
  readonly #onLine: (line: string) => void;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes of the stream. @throws RangeError on a line beyond 64 MiB */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, start)) {
      this.#hold(chunk.subarray(start, at));
      this.#finish();
      start = at + 1;
    }
    if (start < chunk.length) {
      this.#hold(chunk.subarray(start));
    }
  }

  /** The stream is over; the last line may lack its end. */
  end(): void {
    this.#finish();
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_LINE_BYTES) {
      throw new RangeError(`a line of the stream is longer than ${MAX_LINE_BYTES} bytes`);
    }
    this.#held.push(bytes);
  }

  #finish(): void {
    const line = this.#held.length === 1 ? (this.#held[0] as Uint8Array) : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    const text = readUtf8(line, 0, line.length).trim();
    if (text !== "") {
      this.#onLine(text);
    }
  }
}
