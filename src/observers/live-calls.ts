import type { CallFinished } from "../core/call-event.ts";
import type { LiveCall, LiveCallsAnswer, LiveCallsRequest, LiveHourAnswer } from "../core/live-feed.ts";
import type { CallObserver } from "./call-observer.ts";
import { type KeptCall, toKeptCall, toLiveCall } from "./kept-call.ts";
import { LiveHour } from "./live-hour.ts";
import { overheadMsOf } from "./standard-payload.ts";

/** Calls that are kept. */
export const KEPT_CALLS = 500;

/**
 * Calls of one second that are kept. Nobody reads more, and under load keeping each would cost more than the call: what
 * is kept for some time grows old in memory, and old memory is costly to collect.
 */
const MAX_KEPT_PER_SECOND = 250;

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
  /** By place in the ring: calls that were not kept until then. */
  readonly #skippedUntil = new Float64Array(KEPT_CALLS);
  /** Calls kept; the latest has this number. */
  #count = 0;
  #skipped = 0;
  #second = 0;
  #keptInSecond = 0;

  /** @param processId tells this process from all others, those before it too; letters and digits */
  constructor(processId: string) {
    this.#processId = processId;
  }

  observe(batch: readonly CallFinished[]): void {
    for (const event of batch) {
      this.#hour.count(event, overheadMsOf(event));
      if (this.#hasRoom(event)) {
        const place = ++this.#count % KEPT_CALLS;
        this.#ring[place] = toKeptCall(event, this.#count);
        this.#skippedUntil[place] = this.#skipped;
      } else {
        this.#skipped++;
      }
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
    const missed = from === 0 ? 0 : begin - from + this.#skippedBetween(Math.max(from, begin + 1), last);
    return { process: this.#processId, last, missed, hasMore: last < this.#count, calls };
  }

  #hasRoom({ startedAt, durationMs }: CallFinished): boolean {
    const second = Math.floor((startedAt + durationMs) / 1000);
    if (second > this.#second) {
      this.#second = second;
      this.#keptInSecond = 0;
    }
    return this.#keptInSecond++ < MAX_KEPT_PER_SECOND;
  }

  /** Calls that were not kept between two that were. */
  #skippedBetween(first: number, last: number): number {
    const until = (sequence: number): number => this.#skippedUntil[sequence % KEPT_CALLS] ?? 0;
    return Math.max(0, until(last) - until(first));
  }

  /** The last hour's minutes. */
  answerHour(): LiveHourAnswer {
    return this.#hour.answer();
  }
}
