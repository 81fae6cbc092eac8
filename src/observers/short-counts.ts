import { setImmediate as nextTurn } from "node:timers/promises";
import { type CountReply, type CountRequest, countConversation } from "./count-conversation.ts";

/** Longest conversation that is counted here, in bytes: it takes half a millisecond; text made to be slow, five. */
const SHORT_BYTES = 32 * 1024;
/** What may wait here, in bytes: some sixty milliseconds of counting. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How long other work waits for counts, at a time. */
const TURN_MS = 1;

/**
 * Counts short conversations in the thread that carries the calls, between them, some each turn. Most streams without usage are
 * such: a caller who leaves ends one. Counting one takes less CPU than handing it to another thread, whose start alone takes fifty
 * milliseconds and whose being there 20 MB.
 */
export class ShortCounts {
  readonly #onReply: (reply: CountReply) => void;
  readonly #onBroken: (cause: unknown) => void;
  readonly #waiting: CountRequest[] = [];
  #waitingBytes = 0;
  #isCounting = false;

  /** @param onBroken hears what `onReply` throws; the others are counted all the same once one more comes */
  constructor(onReply: (reply: CountReply) => void, onBroken: (cause: unknown) => void) {
    this.#onReply = onReply;
    this.#onBroken = onBroken;
  }

  /** Takes a conversation if it is short and not too many wait. @returns whether it was taken; it is then replied to in a later turn */
  take(request: CountRequest): boolean {
    const bytes = sizeOf(request);
    if (bytes > SHORT_BYTES || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      return false;
    }
    this.#waiting.push(request);
    this.#waitingBytes += bytes;
    if (!this.#isCounting) {
      this.#countAll().catch(this.#onBroken);
    }
    return true;
  }

  async #countAll(): Promise<void> {
    this.#isCounting = true;
    try {
      while (this.#waiting.length > 0) {
        await nextTurn();
        await this.#countSome(performance.now() + TURN_MS);
      }
    } finally {
      this.#isCounting = false;
    }
  }

  async #countSome(until: number): Promise<void> {
    do {
      const request = this.#waiting.shift();
      if (request === undefined) {
        return;
      }
      this.#waitingBytes -= sizeOf(request);
      this.#onReply(await countConversation(request));
    } while (performance.now() < until);
  }
}

const sizeOf = ({ request, response }: CountRequest): number => request.length + response.length;
