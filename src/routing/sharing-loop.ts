import type { SharedState } from "../store/shared-state.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import type { SharedStats } from "./shared-stats.ts";

/** Milliseconds from the end of one exchange to the start of the next. */
const PERIOD_MS = 200;
/** After slow exchanges it is longer, so that many processes or deployments do not wear the store out. */
const MAX_PERIOD_MS = 1000;
/** How many times as long as an exchange took the wait for the next one is at least. */
const PERIOD_FACTOR = 10;
/** An exchange that takes longer has failed. */
const EXCHANGE_LIMIT_MS = 250;
/** A connection, with its handshakes, may take longer than an exchange over it. */
export const CONNECT_LIMIT_MS = 1000;

/** How the sharing with other processes goes. */
export interface SharingStatus {
  /** `open`: exchanges keep failing and are tried only now and then; each process goes by what it knows itself. */
  readonly state: "ok" | "open";
  /** Exchanges that succeeded. */
  readonly exchanges: number;
  readonly failures: number;
  /** Of the latest failure; for operators alone. */
  readonly lastError: string | undefined;
  /** Milliseconds since the latest exchange that succeeded; `undefined` before the first. */
  readonly lagMs: number | undefined;
}

/** Clock and timers, handed in. */
export interface SharingClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Runs something later, without keeping the process alive; returns what takes it back. */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

/** What the loop is made of. */
export interface SharingLoopOptions {
  readonly store: SharedState;
  readonly stats: SharedStats;
  readonly clock: SharingClock;
  /** Told once as exchanges are given up for a while, with the reason, and once (`undefined`) as they succeed again. */
  readonly onChange: (lostBecause: string | undefined) => void;
}

/** Exchanges state with the other processes, over and over, until it is stopped. No call ever waits for it. */
export class SharingLoop {
  readonly #options: SharingLoopOptions;
  readonly #breaker = new CircuitBreaker();
  #isStopped = false;
  #cancelNext: (() => void) | undefined;
  #exchanges = 0;
  #failures = 0;
  #lastError: string | undefined;
  #lastSuccessMs: number | undefined;
  #periodMs = PERIOD_MS;

  constructor(options: SharingLoopOptions) {
    this.#options = options;
  }

  get status(): SharingStatus {
    return {
      state: this.#breaker.isOpen ? "open" : "ok",
      exchanges: this.#exchanges,
      failures: this.#failures,
      lastError: this.#lastError,
      lagMs: this.#lastSuccessMs === undefined ? undefined : this.#options.clock.now() - this.#lastSuccessMs,
    };
  }

  /** Starts with an exchange at once. To be called once. */
  start(): void {
    this.#plan(0);
  }

  /** Ends it at once; what the others told is forgotten, cooldowns apart. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelNext?.();
    this.#options.store.disconnect();
    this.#options.stats.dropOthers();
  }

  #plan(delayMs: number): void {
    this.#cancelNext = this.#options.clock.after(delayMs, () => void this.#turn());
  }

  /** Never rejects. */
  async #turn(): Promise<void> {
    try {
      await this.#exchange();
    } catch (error) {
      if (!this.#isStopped) {
        this.#fail(error instanceof Error ? error.message : String(error));
      }
    }
    if (!this.#isStopped) {
      this.#plan(this.#breaker.isOpen ? this.#breaker.pauseMs : this.#periodMs);
    }
  }

  async #exchange(): Promise<void> {
    const { store, stats, clock, onChange } = this.#options;
    await this.#within(store.connect(), CONNECT_LIMIT_MS, "connecting");
    if (this.#isStopped) {
      return;
    }
    const startedAtMs = clock.now();
    const outgoing = stats.toOutgoing(startedAtMs);
    const incoming = await this.#within(store.exchange(outgoing), EXCHANGE_LIMIT_MS, "an exchange");
    if (this.#isStopped) {
      return;
    }
    const nowMs = clock.now();
    stats.takeIn(outgoing, incoming, nowMs);
    this.#exchanges++;
    this.#lastSuccessMs = nowMs;
    this.#periodMs = Math.min(MAX_PERIOD_MS, Math.max(PERIOD_MS, PERIOD_FACTOR * (nowMs - startedAtMs)));
    if (this.#breaker.succeeded()) {
      onChange(undefined);
    }
  }

  #fail(message: string): void {
    const { store, stats, onChange } = this.#options;
    this.#failures++;
    this.#periodMs = PERIOD_MS;
    this.#lastError = message;
    store.disconnect();
    stats.forgetSent();
    if (this.#breaker.failed()) {
      stats.dropInFlight();
      onChange(message);
    }
  }

  async #within<Value>(promise: Promise<Value>, limitMs: number, what: string): Promise<Value> {
    const limit = Promise.withResolvers<never>();
    const cancel = this.#options.clock.after(limitMs, () =>
      limit.reject(new Error(`${what} took longer than ${limitMs} ms`)),
    );
    try {
      return await Promise.race([promise, limit.promise]);
    } finally {
      cancel();
    }
  }
}
