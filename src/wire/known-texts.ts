/** Longest text that is remembered, in bytes. */
const MAX_BYTES_KEPT = 32;

/**
 * Texts that were seen before, told by their bytes: comparing them is cheaper than making a string. A bounded number of
 * places; of two texts that share one, the later takes it.
 */
export class KnownTexts {
  readonly #kept: string[];

  /** @param places a power of two */
  constructor(places: number) {
    this.#kept = new Array<string>(places).fill("");
  }

  /** The text that these bytes are, if it is known. Bytes beyond ASCII never are. */
  find(bytes: Uint8Array, start: number, end: number): string | undefined {
    const size = end - start;
    if (size === 0 || size > MAX_BYTES_KEPT) {
      return undefined;
    }
    const known = this.#kept[this.#placeOf(size, bytes[start], bytes[start + (size >> 1)], bytes[end - 1])] ?? "";
    return known.length === size && isSame(bytes, start, known) ? known : undefined;
  }

  /** Remembers a text. */
  keep(text: string): void {
    const size = text.length;
    if (size === 0 || size > MAX_BYTES_KEPT) {
      return;
    }
    const place = this.#placeOf(size, text.charCodeAt(0), text.charCodeAt(size >> 1), text.charCodeAt(size - 1));
    if (this.#kept[place] !== text) {
      this.#kept[place] = text;
    }
  }

  /** Three characters and the length tell the parameters of every known API apart well enough; a clash only costs a decode. */
  #placeOf(size: number, first = 0, middle = 0, last = 0): number {
    return (size * 61 + first * 7 + middle * 29 + last * 3) & (this.#kept.length - 1);
  }
}

function isSame(bytes: Uint8Array, start: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[start + index] !== text.charCodeAt(index)) {
      return false;
    }
  }
  return true;
}
