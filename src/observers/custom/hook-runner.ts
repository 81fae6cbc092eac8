import type { ObserverStats } from "../call-observer.ts";

/** How hooks are run. */
export interface HookRunnerOptions<Item> {
  readonly name: string;
  /** Runs the hooks of one item. What it throws is contained. */
  readonly run: (item: Item) => void | Promise<void>;
  /** The size of an item in memory, in bytes, roughly. */
  readonly sizeOf: (item: Item) => number;
  readonly limits: HookLimits;
  readonly log: (message: string, cause: unknown) => void;
}

/** Bounds of a runner. */
export interface HookLimits {
  readonly maxQueuedItems: number;
  readonly maxQueuedBytes: number;
  /** Items whose hooks run at a time. */
  readonly maxAtOnce: number;
  /** How long the hooks of one item may take, in milliseconds; then the next one's turn comes. */
  readonly itemLimitMs: number;
}

/** Broken hooks are told of at most this often, in milliseconds. */
const LOG_INTERVAL_MS = 10_000;

/**
 * Runs an operator's hooks off the request path: some at a time, each with a time limit, in the order of the calls. A hook
 * that never ends costs its own events alone; what does not fit is dropped and counted.
 */
export class HookRunner<Item> {
  readonly #options: HookRunnerOptions<Item>;
  #queue: Item[] = [];
  #queuedBytes = 0;
  #running = 0;
  #sentCount = 0;
  #droppedCount = 0;
  #failedCount = 0;
  #isClosing = false;
  /** What still runs has been counted as lost. */
  #isGivenUp = false;
  #isScheduled = false;
  #loggedAtMs = Number.NEGATIVE_INFINITY;
  #onIdle: (() => void) | undefined;

  constructor(options: HookRunnerOptions<Item>) {
    this.#options = options;
  }

  get stats(): ObserverStats {
    return {
      queuedCount: this.#queue.length + this.#running,
      sentCount: this.#sentCount,
      droppedCount: this.#droppedCount,
      failedSendCount: this.#failedCount,
    };
  }

  /** Takes an item, or drops it when too many wait. Never throws. */
  push(item: Item): void {
    const { sizeOf, limits } = this.#options;
    const bytes = sizeOf(item);
    const isFull = this.#queue.length >= limits.maxQueuedItems || this.#queuedBytes + bytes > limits.maxQueuedBytes;
    if (isFull || this.#isClosing) {
      this.#droppedCount++;
      this.#tell("calls are dropped", "too many wait for its hooks");
      return;
    }
    this.#queue.push(item);
    this.#queuedBytes += bytes;
    this.#schedule();
  }

  /** Lets what waits run; what has not ended in time, in milliseconds, is dropped and counted. Never rejects. */
  async close(withinMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#queue.length + this.#running > 0) {
      await new Promise<void>((resolve) => {
        const deadline = setTimeout(resolve, withinMs);
        this.#onIdle = () => {
          clearTimeout(deadline);
          resolve();
        };
      });
    }
    const lostCount = this.#queue.length + this.#running;
    if (lostCount > 0) {
      this.#isGivenUp = true;
      this.#droppedCount += lostCount;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#running = 0;
      this.#loggedAtMs = Number.NEGATIVE_INFINITY; // The last word is not held back.
      this.#tell("calls are dropped", "the gateway stopped before their hooks had ended");
    }
  }

  /** Between calls, one at a time: a batch of a thousand must not hold up what else there is to do. */
  #schedule(): void {
    if (!this.#isScheduled && this.#running < this.#options.limits.maxAtOnce && this.#queue.length > 0) {
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.#startOne();
      });
    }
  }

  #startOne(): void {
    const item = this.#queue.shift();
    if (item !== undefined) {
      this.#queuedBytes -= this.#options.sizeOf(item);
      this.#running++;
      this.#runOne(item).then(
        () => this.#ended(),
        () => this.#ended(),
      );
    }
    this.#schedule();
  }

  #ended(): void {
    if (this.#isGivenUp) {
      return;
    }
    this.#running--;
    this.#schedule();
    if (this.#running === 0 && this.#queue.length === 0) {
      this.#onIdle?.();
    }
  }

  async #runOne(item: Item): Promise<void> {
    const { run, limits } = this.#options;
    const limit = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => limit.reject(new Error(`a hook did not end within ${limits.itemLimitMs} ms`)),
      limits.itemLimitMs,
    );
    try {
      await Promise.race([run(item), limit.promise]);
      this.#settle(undefined);
    } catch (cause) {
      this.#settle({ cause });
    } finally {
      clearTimeout(timer);
    }
  }

  #settle(failure: { readonly cause: unknown } | undefined): void {
    if (this.#isGivenUp) {
      return;
    }
    if (failure === undefined) {
      this.#sentCount++;
    } else {
      this.#failedCount++;
      this.#droppedCount++;
      this.#tell("a hook broke", failure.cause);
    }
  }

  #tell(what: string, cause: unknown): void {
    const nowMs = performance.now();
    if (nowMs - this.#loggedAtMs >= LOG_INTERVAL_MS) {
      this.#loggedAtMs = nowMs;
      const { name, log } = this.#options;
      log(`callback '${name}': ${what}; ${this.#droppedCount} calls lost so far`, cause);
    }
  }
}
