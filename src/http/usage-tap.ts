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
  readonly #keptPages: number;
  /** The beginning, page by page. */
  #pages: Buffer[] = [];
  /** What came last; the byte number `n` of the stream stands at `n % TAIL_BYTES`. */
  #ring: Buffer | undefined;
  #totalBytes = 0;

  /** @param keptBytes how much of the beginning is kept, rounded up to whole pages */
  constructor(keptBytes = 0) {
    this.#keptPages = Math.ceil(keptBytes / TAIL_BYTES);
  }

  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** Copies ranges instead of viewing them: a view makes the engine move a small buffer out of the collector's heap. */
  push(given: Uint8Array): void {
    const bytes = toBuffer(given);
    if (this.#keptPages > 0) {
      this.#keep(bytes);
    }
    const from = Math.max(0, bytes.length - TAIL_BYTES);
    this.#totalBytes += bytes.length;
    this.#ring ??= takePage();
    const ring = this.#ring;
    const end = this.#totalBytes % TAIL_BYTES;
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
    const end = this.#totalBytes % TAIL_BYTES;
    if (ring === undefined || this.#totalBytes < TAIL_BYTES) {
      return ring?.subarray(0, end) ?? NOTHING;
    }
    return Buffer.concat([ring.subarray(end), ring.subarray(0, end)]);
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
    return this.#totalBytes > this.#keptPages * TAIL_BYTES;
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
    const limit = this.#keptPages * TAIL_BYTES;
    while (from < bytes.length && at < limit) {
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
