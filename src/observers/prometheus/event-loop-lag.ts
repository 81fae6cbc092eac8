/** How often lateness is looked at, in milliseconds, and how many looks are remembered: a minute. */
const INTERVAL_MS = 250;
const SAMPLES = 240;

/** How late this process' timers are: what a blocked event loop costs every call. */
export class EventLoopLag {
  readonly #samples = new Float64Array(SAMPLES);
  readonly #timer: ReturnType<typeof setInterval>;
  #count = 0;
  #dueAtMs = performance.now() + INTERVAL_MS;

  constructor() {
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Seconds of lateness that so many of the last minute's looks did not exceed. @param share from 0 to 1 */
  quantile(share: number): number {
    const known = this.#samples.slice(0, Math.min(this.#count, SAMPLES)).sort();
    return known[Math.min(known.length - 1, Math.floor(known.length * share))] ?? 0;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const nowMs = performance.now();
    this.#samples[this.#count++ % SAMPLES] = Math.max(0, nowMs - this.#dueAtMs) / 1000;
    this.#dueAtMs = nowMs + INTERVAL_MS;
  }
}
