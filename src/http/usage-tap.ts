import type { Usage } from "../core/usage.ts";
import { readLastUsage } from "../dialects/openai/usage.ts";
import { toBuffer } from "../wire/utf8.ts";
import type { RepeatedHead } from "./repeated-head.ts";

/** Usage stands at a stream's end: this much of it is looked at, in bytes. */
const TAIL_BYTES = 8 * 1024;
/** Size of a page of what is kept, in bytes: a stream of a hundred words fills three. */
const PAGE_BYTES = 4 * 1024;

/** Pages that are kept for the next streams, at most. */
const MAX_SPARE_PAGES = 256;

const sparePages: Buffer[] = [];

/**
 * Remembers the beginning of a stream up to a limit, and its end, so that usage can be read once it is over and text counted
 * or logged. Copies into pages of its own: a piece kept is a piece that grows old.
 */
export class UsageTap {
  readonly #keptLimit: number;
  readonly #head: RepeatedHead | undefined;
  /** The beginning, page by page. */
  #pages: Buffer[] = [];
  /** What came last, once there is more than is kept; the byte number `n` of the record stands at `n % TAIL_BYTES`. */
  #ring: Buffer | undefined;
  /** Bytes of the record: the stream, or the stream without its repeated heads. */
  #recordBytes = 0;
  #totalBytes = 0;

  /**
   * @param keptBytes how much of the beginning is kept, rounded up to whole pages
   * @param head left out of what is remembered wherever an event repeats it
   */
  constructor(keptBytes = 0, head?: RepeatedHead) {
    this.#keptLimit = Math.ceil(keptBytes / PAGE_BYTES) * PAGE_BYTES;
    this.#head = head;
  }

  /** Bytes of the stream so far. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  push(given: Uint8Array): void {
    const bytes = toBuffer(given);
    this.#totalBytes += bytes.length;
    const repeated = this.#head?.sizeIn(bytes) ?? 0;
    if (this.#head !== undefined && repeated > 0) {
      this.#record(this.#head.opening, 0);
    }
    this.#record(bytes, repeated);
  }

  /** Copies ranges instead of viewing them: a view makes the engine move a small buffer out of the collector's heap. */
  #record(bytes: Buffer, from: number): void {
    const size = bytes.length - from;
    if (this.#ring === undefined) {
      const tail = this.#recordBytes + size > this.#keptLimit ? this.readTail() : undefined;
      this.#keep(bytes, from);
      if (tail === undefined) {
        this.#recordBytes += size;
        return;
      }
      this.#ring = Buffer.allocUnsafeSlow(TAIL_BYTES);
      this.#turn(this.#ring, tail, 0, this.#recordBytes);
    }
    this.#recordBytes += size;
    this.#turn(this.#ring, bytes, from, this.#recordBytes);
  }

  /** Writes bytes into the ring of which the last is followed by byte number `total`. */
  #turn(ring: Buffer, bytes: Buffer, start: number, total: number): void {
    const from = Math.max(start, bytes.length - TAIL_BYTES);
    const end = total % TAIL_BYTES;
    const before = bytes.length - from - end;
    if (before <= 0) {
      bytes.copy(ring, -before, from);
    } else {
      bytes.copy(ring, TAIL_BYTES - before, from, from + before);
      bytes.copy(ring, 0, from + before);
    }
  }

  /** The end of the record so far: the last 8 KiB of it, or all there was. Good until {@link release}. */
  readTail(): Buffer {
    const size = Math.min(this.#recordBytes, TAIL_BYTES);
    const start = this.#recordBytes - size;
    if (this.#ring !== undefined) {
      const offset = start % TAIL_BYTES;
      return Buffer.concat([this.#ring.subarray(offset), this.#ring.subarray(0, offset)], size);
    }
    const pages = this.#pages.slice(Math.floor(start / PAGE_BYTES));
    return Buffer.concat(pages).subarray(start % PAGE_BYTES, (start % PAGE_BYTES) + size);
  }

  readUsage(): Usage | undefined {
    return readLastUsage(this.readTail());
  }

  /** A copy of the record's beginning, as much as is kept of it. */
  readKept(): Buffer {
    return Buffer.concat(this.#pages, Math.min(this.#recordBytes, this.#pages.length * PAGE_BYTES));
  }

  /** Whether the record was longer than what is kept. */
  get isKeptCut(): boolean {
    return this.#recordBytes > this.#keptLimit;
  }

  /** Gives the memory back; nothing can be read any more. */
  release(): void {
    for (const page of this.#pages) {
      givePage(page);
    }
    this.#pages = [];
    this.#ring = undefined;
  }

  #keep(bytes: Buffer, start: number): void {
    let from = start;
    let at = this.#recordBytes;
    while (from < bytes.length && at < this.#keptLimit) {
      const index = Math.floor(at / PAGE_BYTES);
      const page = this.#pages[index] ?? takePage();
      this.#pages[index] = page;
      const offset = at % PAGE_BYTES;
      const size = Math.min(bytes.length - from, PAGE_BYTES - offset);
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
