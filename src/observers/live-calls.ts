import type { CallFinished } from "../core/call-event.ts";
import type { LiveCall, LiveCallsAnswer, LiveCallsRequest, LiveHourAnswer } from "../core/live-feed.ts";
import type { CallObserver } from "./call-observer.ts";
import { type KeptCall, toKeptCall, toLiveCall } from "./kept-call.ts";
import { LiveHour } from "./live-hour.ts";

/** Calls that are kept. */
export const KEPT_CALLS = 500;

/**
 * The calls that have just ended and the last hour's numbers, for the page at `/ui`. Bounded in memory, whatever callers
 * send: of a call's texts only short copies are kept, of its conversation nothing.
 */
export class LiveCalls implements CallObserver {
  readonly name = "live-calls";
  readonly kind = "meter";
  readonly #processId: string;
  readonly #hour = new LiveHour();
  readonly #ring: (KeptCall | undefined)[] = new Array(KEPT_CALLS).fill(undefined);
  /** Calls seen; the latest has this number. */
  #count = 0;

  /** @param processId tells this process from all others, those before it too; letters and digits */
  constructor(processId: string) {
    this.#processId = processId;
  }

  observe(batch: readonly CallFinished[]): void {
    for (const event of batch) {
      const kept = toKeptCall(event, ++this.#count);
      this.#ring[this.#count % KEPT_CALLS] = kept;
      this.#hour.count(event, kept.gatewayMs);
    }
  }

  /** The calls after a place in the sequence, oldest first. */
  answerCalls({ after, limit }: LiveCallsRequest): LiveCallsAnswer {
    const known = Object.hasOwn(after, this.#processId) ? (after[this.#processId] ?? 0) : 0;
    const from = known > this.#count ? 0 : known;
    const begin = Math.max(from, this.#count - KEPT_CALLS);
    const last = Math.min(this.#count, begin + limit);
    const calls: LiveCall[] = [];
    for (let sequence = begin + 1; sequence <= last; sequence++) {
      const kept = this.#ring[sequence % KEPT_CALLS];
      if (kept !== undefined) {
        calls.push(toLiveCall(kept, this.#processId));
      }
    }
    // Who asks for the first time has missed nothing.
    const missed = from === 0 ? 0 : begin - from;
    return { process: this.#processId, last, missed, hasMore: last < this.#count, calls };
  }

  /** The last hour's minutes. */
  answerHour(): LiveHourAnswer {
    return this.#hour.answer();
  }
}
