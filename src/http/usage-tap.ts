import type { Usage } from "../core/usage.ts";
import { readLastUsage } from "../dialects/openai/usage.ts";
import { toBuffer } from "../wire/utf8.ts";
import { DeltaJoiner } from "./delta-joiner.ts";

/** Usage stands at a stream's end: this much of it is looked at, in bytes, and more where there is none. */
const TAIL_BYTES = 8 * 1024;
/** Perplexity's last chunk has usage at its beginning, then all that was found in the web. */
const LONG_TAIL_BYTES = 64 * 1024;
/** Size of a page of what is kept, in bytes: room for an answer of some hundred words whose events are joined. */
const PAGE_BYTES = 2 * 1024;

/** A copy of so few bytes takes longer to ask for than to make. */
const SHORT_BYTES = 48;

/** Pages that are kept for the next streams, at most. */
const MAX_SPARE_PAGES = 512;

const sparePages: Buffer[] = [];

/**
 * Remembers the beginning of a stream up to a limit, and its end, so that usage can be read once it is over and text counted
 * or logged. Copies into pages of its own: a piece kept is a piece that grows old.
 */
export class UsageTap {
  readonly #keptLimit: number;
  readonly #joiner: DeltaJoiner | undefined;
  /** The beginning, page by page. */
  #pages: Buffer[] = [];
  /** What came last, once there is more than is kept; the byte number `n` of the record stands at `n % LONG_TAIL_BYTES`. */
  #ring: Buffer | undefined;
  /** Bytes of the record: the stream, or the stream with its texts joined. */
  #recordBytes = 0;
  #totalBytes = 0;

  /**
   * @param keptBytes how much of the beginning is kept, rounded up to whole pages
   * @param isJoined events that differ in their text alone are remembered as one; for reading answers, not for showing events
   */
  constructor(keptBytes = 0, isJoined = false) {
    this.#keptLimit = Math.ceil(keptBytes / PAGE_BYTES) * PAGE_BYTES;
    this.#joiner = isJoined ? new DeltaJoiner((bytes, start, end) => this.#record(bytes, start, end)) : undefined;
  }

  /** Bytes of the stream so far. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Takes the next piece of the stream: the bytes from `start` to before `end`. */
  push(given: Uint8Array, start = 0, end = given.length): void {
    const bytes = toBuffer(given);
    this.#totalBytes += end - start;
    if (this.#joiner === undefined) {
      this.#record(bytes, start, end);
    } else {
      this.#joiner.push(bytes, start, end);
    }
  }

  /** Copies ranges instead of viewing them: a view makes the engine move a small buffer out of the collector's heap. */
  #record(bytes: Buffer, start: number, end: number): void {
    const size = end - start;
    const offset = this.#recordBytes % PAGE_BYTES;
    const page = this.#pages[(this.#recordBytes - offset) / PAGE_BYTES];
    if (size <= SHORT_BYTES && page !== undefined && offset + size <= PAGE_BYTES && this.#ring === undefined) {
      for (let index = 0; index < size; index++) {
        page[offset + index] = bytes[start + index] as number;
      }
      this.#recordBytes += size;
      return;
    }
    if (this.#ring === undefined) {
      const tail = this.#recordBytes + size > this.#keptLimit ? this.#copyTail(LONG_TAIL_BYTES) : undefined;
      this.#keep(bytes, start, end);
      if (tail === undefined) {
        this.#recordBytes += size;
        return;
      }
      this.#ring = Buffer.allocUnsafeSlow(LONG_TAIL_BYTES);
      this.#turn(this.#ring, tail, 0, tail.length);
    }
    this.#recordBytes += size;
    this.#turn(this.#ring, bytes, start, end);
  }

  /** Writes bytes into the ring; `#recordBytes` counts them already. */
  #turn(ring: Buffer, bytes: Buffer, start: number, end: number): void {
    const from = Math.max(start, end - LONG_TAIL_BYTES);
    const place = this.#recordBytes % LONG_TAIL_BYTES;
    const before = end - from - place;
    if (before <= 0) {
      bytes.copy(ring, -before, from, end);
    } else {
      bytes.copy(ring, LONG_TAIL_BYTES - before, from, from + before);
      bytes.copy(ring, 0, from + before, end);
    }
  }

  /** The end of the record so far: the last 8 KiB of it, or all there was. */
  readTail(): Buffer {
    return this.#readTail(TAIL_BYTES);
  }

  #readTail(limitBytes: number): Buffer {
    this.#joiner?.close();
    return this.#copyTail(limitBytes);
  }

  #copyTail(limitBytes: number): Buffer {
    const size = Math.min(this.#recordBytes, limitBytes);
    const start = this.#recordBytes - size;
    if (this.#ring !== undefined) {
      const offset = start % LONG_TAIL_BYTES;
      return Buffer.concat([this.#ring.subarray(offset), this.#ring.subarray(0, offset)], size);
    }
    const pages = this.#pages.slice(Math.floor(start / PAGE_BYTES));
    return Buffer.concat(pages).subarray(start % PAGE_BYTES, (start % PAGE_BYTES) + size);
  }

  readUsage(): Usage | undefined {
    return readLastUsage(this.readTail()) ?? readLastUsage(this.#readTail(LONG_TAIL_BYTES));
  }

  /** A copy of the record's beginning, as much as is kept of it. */
  readKept(): Buffer {
    this.#joiner?.close();
    return Buffer.concat(this.#pages, Math.min(this.#recordBytes, this.#pages.length * PAGE_BYTES));
  }

  /** How much of the record is kept, as a share of it: 1 for all. */
  get keptShare(): number {
    return Math.min(1, this.#keptLimit / Math.max(1, this.#recordBytes));
  }

  /** Gives the memory back; nothing can be read any more. */
  release(): void {
    for (const page of this.#pages) {
      givePage(page);
    }
    this.#pages = [];
    this.#ring = undefined;
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    let from = start;
    let at = this.#recordBytes;
    while (from < end && at < this.#keptLimit) {
      const index = Math.floor(at / PAGE_BYTES);
      const page = this.#pages[index] ?? takePage();
      this.#pages[index] = page;
      const offset = at % PAGE_BYTES;
      const size = Math.min(end - from, PAGE_BYTES - offset);
      bytes.copy(page, offset, from, from + size);
      from += size;
      at += size;
    }
  }
}

const takePage = (): Buffer => sparePages.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES);

function givePage(page: Buffer): void {
  if (sparePages.length < MAX_SPARE_PAGES) {
    sparePages.push(page);
  }
}
