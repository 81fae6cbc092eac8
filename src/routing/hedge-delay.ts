import type { HedgePolicy } from "../config/gateway-config.ts";

/** Waits remembered per group. */
const MAX_SAMPLES = 200;
/** Below this many a percentile says little: then nobody else is asked, unless there is a fixed delay. */
const MIN_SAMPLES = 20;
/** The percentile is worked out anew after so many waits. */
const REFRESH_EVERY = 20;

/**
 * How long a group's first answer is waited for before a second deployment is asked: fixed, or a percentile of the latest
 * waits of the group.
 */
export class HedgeDelay {
  readonly #policy: HedgePolicy;
  readonly #waits = new Float64Array(MAX_SAMPLES);
  #count = 0;
  #percentileMs: number | undefined;

  constructor(policy: HedgePolicy) {
    this.#policy = policy;
  }

  /** Milliseconds; `undefined` when too little is known. */
  get ms(): number | undefined {
    return this.#policy.afterPercentile === undefined ? this.#policy.afterMs : this.#percentileMs;
  }

  /** Takes in how long an answer was waited for. */
  record(waitMs: number): void {
    const { afterPercentile } = this.#policy;
    if (afterPercentile === undefined) {
      return;
    }
    this.#waits[this.#count % MAX_SAMPLES] = waitMs;
    this.#count++;
    if (this.#count >= MIN_SAMPLES && this.#count % REFRESH_EVERY === 0) {
      const known = this.#waits.slice(0, Math.min(this.#count, MAX_SAMPLES)).sort();
      this.#percentileMs = known[Math.min(known.length - 1, Math.floor((known.length * afterPercentile) / 100))];
    }
  }
}
