import { type RequestHead, readRequestHead, withHeaders } from "./request-head.ts";

/** Heads longer than this are not remembered, in bytes. */
const MAX_REMEMBERED_BYTES = 4096;
/** Heads that are remembered, by their length: a body that is ten times as long makes the head one byte longer. */
const SLOTS = 4;
/** After so many heads in a row that were unlike the one before, the connection's are taken to differ always. */
const MAX_MISSES = 8;

const ZERO = 0x30;
const NINE = 0x39;

interface Remembered {
  readonly bytes: Buffer;
  readonly head: RequestHead;
  /** Where the digits of `content-length` stand; at the end where there are none. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the heads of one connection. Clients send the same head with each request, but for the length of the body: such a
 * head need not be taken apart again. It is told by all its bytes, and the memory ends with the connection, so that nothing
 * of it (the caller's key, say) reaches another.
 */
export class HeadMemory {
  readonly #known: (Remembered | undefined)[] = [];
  #heads = 0;
  #misses = 0;

  /**
   * As `readRequestHead`.
   * @throws HeadError
   */
  read(bytes: Buffer, end: number): RequestHead {
    const last = this.#known[end % SLOTS];
    const known = last?.bytes.length === end ? findKnown(last, bytes, end) : undefined;
    if (known !== undefined) {
      this.#misses = 0;
      return known;
    }
    const head = readRequestHead(bytes, end);
    this.#remember(bytes, end, head);
    return head;
  }

  /** From a connection's second request on: many have only one. */
  #remember(bytes: Buffer, end: number, head: RequestHead): void {
    this.#heads++;
    this.#misses++;
    if (this.#misses > MAX_MISSES) {
      this.#known.length = 0;
      return;
    }
    if (this.#heads === 1 || end > MAX_REMEMBERED_BYTES) {
      return;
    }
    const digits = head.headers.digitsRange("content-length") ?? { start: end, end };
    this.#known[end % SLOTS] = { bytes: Buffer.from(bytes.subarray(0, end)), head, ...digits };
  }
}

function findKnown(last: Remembered, bytes: Buffer, end: number): RequestHead | undefined {
  if (!isSame(last.bytes, bytes, 0, last.start) || !isSame(last.bytes, bytes, last.end, end)) {
    return undefined;
  }
  let isSameLength = true;
  for (let at = last.start; at < last.end; at++) {
    const digit = bytes[at] as number;
    if (digit < ZERO || digit > NINE) {
      return undefined;
    }
    isSameLength &&= digit === last.bytes[at];
  }
  return isSameLength
    ? last.head
    : withHeaders(last.head, last.head.headers.withText(bytes.toString("latin1", 0, end)));
}

/** Heads are short: a call into the engine would cost more than the look at each byte. */
function isSame(one: Buffer, other: Buffer, start: number, end: number): boolean {
  let difference = 0;
  for (let at = start; at < end; at++) {
    difference |= (one[at] as number) ^ (other[at] as number);
  }
  return difference === 0;
}
