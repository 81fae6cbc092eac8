/** Puts a text together from ranges of a source and new text; neighbouring ranges and neighbouring texts become one piece. */
export class PieceWriter {
  readonly #source: Uint8Array;
  readonly #pieces: Uint8Array[] = [];
  #byteLength = 0;
  /** Range taken last and not yet a piece; empty when both are equal. */
  #start = 0;
  #end = 0;
  #text = "";

  constructor(source: Uint8Array) {
    this.#source = source;
  }

  /** Adds bytes of the source, uncopied. */
  range(start: number, end: number): void {
    if (start === end) {
      return;
    }
    if (this.#text !== "") {
      this.#pushText();
    }
    if (start !== this.#end) {
      this.#pushRange();
      this.#start = start;
    }
    this.#end = end;
  }

  /** Adds text of one's own. */
  text(text: string | Uint8Array): void {
    this.#pushRange();
    if (typeof text === "string") {
      this.#text += text;
    } else {
      this.#pushText();
      this.#push(text);
    }
  }

  /** The pieces so far; the source itself when they come to all of it. */
  finish(): { readonly pieces: readonly Uint8Array[]; readonly byteLength: number } {
    this.#pushText();
    this.#pushRange();
    return { pieces: this.#pieces, byteLength: this.#byteLength };
  }

  #pushRange(): void {
    if (this.#start === this.#end) {
      return;
    }
    const isWhole = this.#start === 0 && this.#end === this.#source.length;
    this.#push(isWhole ? this.#source : this.#source.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  #pushText(): void {
    if (this.#text !== "") {
      this.#push(Buffer.from(this.#text));
      this.#text = "";
    }
  }

  #push(piece: Uint8Array): void {
    if (piece.length > 0) {
      this.#pieces.push(piece);
      this.#byteLength += piece.length;
    }
  }
}
