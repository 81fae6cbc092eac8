import type { Usage } from "../core/usage.ts";
import { readLastUsage } from "../dialects/openai/usage.ts";
import { toBuffer } from "../wire/utf8.ts";

/** Usage stands at a stream's end: this much of it is looked at, in bytes. Also the size of a page of what is kept. */
const TAIL_BYTES = 8 * 1024;

/** Pages that are kept for the next streams, at most. */
const MAX_SPARE_PAGES = 256;

const sparePages: Buffer[] = [];

/**
 * Remembers the beginning of a stream up to a limit, and its end, so that usage can be read once it is over and text counted
 * or logged. Copies into pages of its own: a piece kept is a piece that grows old.
 */
export class UsageTap {
  readonly #keptLimit: number;
  /** The beginning, page by page. */
  #pages: Buffer[] = [];
  /** What came last, once there is more than is kept; the byte number `n` of the stream stands at `n % TAIL_BYTES`. */
  #ring: Buffer | undefined;
  #totalBytes = 0;

  /** @param keptBytes how much of the beginning is kept, rounded up to whole pages */
  constructor(keptBytes = 0) {
    this.#keptLimit = Math.ceil(keptBytes / TAIL_BYTES) * TAIL_BYTES;
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Copies ranges instead of viewing them: a view makes the engine move a small buffer out of the collector's heap. */
  push(given: Uint8Array): void {
    const bytes = toBuffer(given);
    if (this.#ring === undefined) {
      const tail = this.#totalBytes + bytes.length > this.#keptLimit ? this.readTail() : undefined;
      this.#keep(bytes);
      if (tail === undefined) {
        this.#totalBytes += bytes.length;
        return;
      }
      this.#ring = takePage();
      this.#turn(this.#ring, tail, this.#totalBytes);
    }
    this.#totalBytes += bytes.length;
    this.#turn(this.#ring, bytes, this.#totalBytes);
  }

  /** Writes bytes into the ring of which the last is followed by byte number `total`. */
  #turn(ring: Buffer, bytes: Buffer, total: number): void {
    const from = Math.max(0, bytes.length - TAIL_BYTES);
    const end = total % TAIL_BYTES;
    const before = bytes.length - from - end;
    if (before <= 0) {
      bytes.copy(ring, -before, from);
    } else {
      bytes.copy(ring, TAIL_BYTES - before, from, from + before);
      bytes.copy(ring, 0, from + before);
    }
  }

  /** The end of the stream so far: the last 8 KiB of it, or all there was. Good until {@link release}. */
  readTail(): Buffer {
    const ring = this.#ring;
    const size = Math.min(this.#totalBytes, TAIL_BYTES);
    const start = this.#totalBytes - size;
    const offset = start % TAIL_BYTES;
    if (ring !== undefined) {
      return Buffer.concat([ring.subarray(offset), ring.subarray(0, offset)], size);
    }
    const index = start / TAIL_BYTES;
    const first = this.#pages[Math.floor(index)]?.subarray(offset, offset + size) ?? NOTHING;
    const second = this.#pages[Math.floor(index) + 1]?.subarray(0, size - first.length) ?? NOTHING;
    return second.length === 0 ? first : Buffer.concat([first, second]);
  }

  readUsage(): Usage | undefined {
    return readLastUsage(this.readTail());
  }

  /** A copy of the stream's beginning, as much as is kept of it. */
  readKept(): Buffer {
    return Buffer.concat(this.#pages, Math.min(this.#totalBytes, this.#pages.length * TAIL_BYTES));
  }

  /** Whether the stream was longer than what is kept. */
  get isKeptCut(): boolean {
    return this.#totalBytes > this.#keptLimit;
  }

  /** Gives the memory back; nothing can be read any more. */
  release(): void {
    for (const page of this.#pages) {
      givePage(page);
    }
    this.#pages = [];
    if (this.#ring !== undefined) {
      givePage(this.#ring);
      this.#ring = undefined;
    }
  }

  #keep(bytes: Buffer): void {
    let from = 0;
    let at = this.#totalBytes;
    while (from < bytes.length && at < this.#keptLimit) {
      const index = Math.floor(at / TAIL_BYTES);
      const page = this.#pages[index] ?? takePage();
      this.#pages[index] = page;
      const offset = at % TAIL_BYTES;
      const size = Math.min(bytes.length - from, TAIL_BYTES - offset);
      bytes.copy(page, offset, from, from + size);
      from += size;
      at += size;
    }
  }
}

const NOTHING = Buffer.alloc(0);

const takePage = (): Buffer => sparePages.pop() ?? Buffer.allocUnsafeSlow(TAIL_BYTES);

function givePage(page: Buffer): void {
  if (sparePages.length < MAX_SPARE_PAGES) {
    sparePages.push(page);
  }
}
