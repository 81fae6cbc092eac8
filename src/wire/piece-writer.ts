import { copyBytes } from "./copy-bytes.ts";

/** Texts up to this size are put together in one buffer: views and writes of their own would cost more than the copy. */
export const MAX_JOINED_BYTES = 8 * 1024;

/** A text in pieces, to be written one after the other. */
export interface PieceText {
  readonly pieces: readonly Uint8Array[];
  readonly byteLength: number;
}

/** Puts a text together from ranges of a source and new text. Small texts become one piece, of large ones nothing is copied. */
export class PieceWriter {
  readonly #source: Uint8Array;
  /** Texts, and ranges of the source as two numbers each. */
  readonly #parts: (string | Uint8Array | number)[] = [];
  #byteLength = 0;
  /** Range taken last and not yet a part; empty when both are equal. */
  #start = 0;
  #end = 0;

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  /** Adds bytes of the source. */
  range(start: number, end: number): void {
    if (start === end) {
      return;
    }
    if (start !== this.#end) {
      this.#pushRange();
      this.#start = start;
    }
    this.#end = end;
  }

  /** Adds text of one's own. */
  text(text: string | Uint8Array): void {
    if (text.length > 0) {
      this.#pushRange();
      this.#parts.push(text);
      this.#byteLength += typeof text === "string" ? Buffer.byteLength(text) : text.length;
    }
  }

  /** The pieces so far; the source itself when they come to all of it. */
  finish(): PieceText {
    this.#pushRange();
    const byteLength = this.#byteLength;
    const [first, second] = this.#parts;
    const isSource = this.#parts.length === 2 && first === 0 && second === this.#source.length;
    if (isSource) {
      return { pieces: [this.#source], byteLength };
    }
    return { pieces: byteLength <= MAX_JOINED_BYTES ? [this.#join()] : this.#toPieces(), byteLength };
  }

  #pushRange(): void {
    if (this.#start !== this.#end) {
      this.#parts.push(this.#start, this.#end);
      this.#byteLength += this.#end - this.#start;
      this.#start = this.#end;
    }
  }

  #join(): Uint8Array {
    const joined = Buffer.allocUnsafe(this.#byteLength);
    const parts = this.#parts;
    let at = 0;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (typeof part === "number") {
        at = copyBytes(this.#source, part, parts[++index] as number, joined, at);
      } else if (typeof part === "string") {
        at += joined.write(part, at);
      } else {
        at = copyBytes(part as Uint8Array, 0, (part as Uint8Array).length, joined, at);
      }
    }
    return joined;
  }

  #toPieces(): readonly Uint8Array[] {
    const parts = this.#parts;
    const pieces: Uint8Array[] = [];
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (typeof part === "number") {
        pieces.push(this.#source.subarray(part, parts[++index] as number));
      } else {
        pieces.push(typeof part === "string" ? Buffer.from(part) : (part as Uint8Array));
      }
    }
    return pieces;
  }
}
