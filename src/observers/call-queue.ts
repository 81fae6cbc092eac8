import type { CallFinished } from "../core/call-event.ts";

/** Consumes finished calls in batches, off the request path. */
export interface CallObserver {
  readonly name: string;
  /** Takes a batch. Errors are counted and contained; the batch is not offered again. */
  observe(batch: readonly CallFinished[]): void | Promise<void>;
}

/** Events that wait at most; beyond it new ones are dropped and counted. */
export const MAX_QUEUED_CALLS = 20_000;
/** A batch of this size goes out at once: events that wait long grow old in memory, and old memory is costly to collect. */
const FULL_BATCH = 128;
/** How long an event may wait before its batch goes out, in milliseconds. */
const FLUSH_INTERVAL_MS = 250;

/** Bounded queue between the request path and the observers. */
export class CallQueue {
  readonly #observers: readonly CallObserver[];
  readonly #onError: (message: string, cause: unknown) => void;
  #queued: CallFinished[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #droppedCount = 0;

  constructor(observers: readonly CallObserver[], onError: (message: string, cause: unknown) => void) {
    this.#observers = observers;
    this.#onError = onError;
  }

  /** Calls that were not observed because the queue was full. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** Takes an event and returns at once. */
  push(event: CallFinished): void {
    if (this.#queued.length >= MAX_QUEUED_CALLS) {
      this.#droppedCount++;
      return;
    }
    this.#queued.push(event);
    this.#timer ??= setTimeout(() => this.#onTimer(), FLUSH_INTERVAL_MS);
    if (this.#queued.length === FULL_BATCH) {
      setImmediate(() => this.#onTimer());
    }
  }

  /** Hands over what waits; settles when every observer is done with it. Never rejects. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#queued;
    this.#queued = [];
    if (batch.length > 0) {
      await Promise.all(this.#observers.map((observer) => this.#offer(observer, batch)));
    }
  }

  #onTimer(): void {
    this.flush().catch((cause) => this.#onError("flushing finished calls failed", cause));
  }

  async #offer(observer: CallObserver, batch: readonly CallFinished[]): Promise<void> {
    try {
      await observer.observe(batch);
    } catch (cause) {
      this.#onError(`observer '${observer.name}' failed`, cause);
    }
  }
}
