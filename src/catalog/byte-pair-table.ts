import { DIRECTORY_AT, ENTRY_HEAD, hash, isPacked, packTokens } from "./pack-tokens.ts";

/** Rank of bytes that are no token: they are merged last, which is never. */
const NO_RANK = 0x7fffffff;

/**
 * The tokens of one of OpenAI's encodings: bytes to rank and back, and merging of byte pairs.
 *
 * They are looked up in the packed file as it lies in memory, 2.5 MB for 200,000 tokens, which takes a millisecond to load. The same as a map of
 * strings takes 90 MB and half a second to build, which a gateway would pay for its first stream without usage.
 */
export class BytePairTable {
  readonly #packed: Uint8Array;
  /** Where each bucket starts in `#packed`; the last item is the end of the last one. */
  readonly #directory: Uint32Array;
  /** Where the entry of each rank is in `#packed`; made when first asked for. */
  #entries: Uint32Array | undefined;
  readonly #mask: number;
  /** How many tokens there are. */
  readonly size: number;
  /** Starts and ranks of the parts of the text that is merged; used again. */
  #partStarts = new Uint32Array(256);
  #partRanks = new Int32Array(256);

  /** @param file of `packTokens`, or one that it takes, which is packed first: a twentieth of a second */
  constructor(file: Uint8Array) {
    const packed = isPacked(file) ? file : packTokens(file);
    const [size = 0, bucketCount = 0] = readNumbers(packed, DIRECTORY_AT - 8, 2);
    this.#packed = packed;
    this.size = size;
    this.#mask = bucketCount - 1;
    this.#directory = readNumbers(packed, DIRECTORY_AT, bucketCount + 1);
  }

  /** The bytes of a token; not to be changed. `undefined` for ranks that there are not. */
  bytesOf(rank: number): Uint8Array | undefined {
    this.#entries ??= this.#findEntries();
    const at = this.#entries[rank];
    return at === undefined ? undefined : this.#packed.subarray(at + ENTRY_HEAD, at + ENTRY_HEAD + this.#lengthAt(at));
  }

  /** How many tokens the first `length` of these bytes are, as one piece of text that has been split off. */
  count(piece: Uint8Array, length: number): number {
    return length === 0 ? 0 : this.#rankOf(piece, 0, length) === NO_RANK ? this.#merge(piece, length) : 1;
  }

  #findEntries(): Uint32Array {
    const entries = new Uint32Array(this.size);
    for (let at = this.#directory[0] ?? 0; at < this.#packed.length; at += ENTRY_HEAD + this.#lengthAt(at)) {
      entries[this.#rankAt(at)] = at;
    }
    return entries;
  }

  #lengthAt(entry: number): number {
    return this.#packed[entry] as number;
  }

  #rankAt(entry: number): number {
    const packed = this.#packed;
    return (packed[entry + 1] as number) | ((packed[entry + 2] as number) << 8) | ((packed[entry + 3] as number) << 16);
  }

  #rankOf(from: Uint8Array, start: number, end: number): number {
    const bucket = hash(from, start, end) & this.#mask;
    const last = this.#directory[bucket + 1] as number;
    for (let at = this.#directory[bucket] as number; at < last; at += ENTRY_HEAD + this.#lengthAt(at)) {
      if (this.#lengthAt(at) === end - start && this.#isToken(at + ENTRY_HEAD, from, start, end)) {
        return this.#rankAt(at);
      }
    }
    return NO_RANK;
  }

  #isToken(tokenStart: number, from: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      if (this.#packed[tokenStart + at - start] !== from[at]) {
        return false;
      }
    }
    return true;
  }

  /** Joins the two neighbours of the lowest rank until none are a token: what is left is counted. */
  #merge(piece: Uint8Array, length: number): number {
    if (this.#partStarts.length <= length) {
      this.#partStarts = new Uint32Array(length * 2);
      this.#partRanks = new Int32Array(length * 2);
    }
    const starts = this.#partStarts;
    const ranks = this.#partRanks;
    let count = length;
    for (let at = 0; at < length; at++) {
      starts[at] = at;
      ranks[at] = at + 1 < length ? this.#rankOf(piece, at, at + 2) : NO_RANK;
    }
    starts[length] = length;
    for (;;) {
      let lowest = NO_RANK;
      let at = -1;
      for (let part = 0; part < count; part++) {
        if ((ranks[part] as number) < lowest) {
          lowest = ranks[part] as number;
          at = part;
        }
      }
      if (at === -1) {
        return count;
      }
      starts.copyWithin(at + 1, at + 2, count + 1);
      ranks.copyWithin(at + 1, at + 2, count);
      count--;
      ranks[at] = this.#rankOfPair(piece, at, count);
      if (at > 0) {
        ranks[at - 1] = this.#rankOfPair(piece, at - 1, count);
      }
    }
  }

  #rankOfPair(piece: Uint8Array, part: number, count: number): number {
    const isLast = part + 1 >= count;
    return isLast ? NO_RANK : this.#rankOf(piece, this.#partStarts[part] ?? 0, this.#partStarts[part + 2] ?? 0);
  }
}

/** Numbers of 32 bits within bytes, without a copy where they lie so that the machine can read them. */
function readNumbers(bytes: Uint8Array, at: number, count: number): Uint32Array {
  const start = bytes.byteOffset + at;
  return start % Uint32Array.BYTES_PER_ELEMENT === 0
    ? new Uint32Array(bytes.buffer, start, count)
    : new Uint32Array(bytes.slice(at, at + count * Uint32Array.BYTES_PER_ELEMENT).buffer);
}
