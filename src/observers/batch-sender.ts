import type { ObserverStats } from "./call-observer.ts";

/** What became of a sending: `retry` later, or `refused` for good. */
export type SendOutcome<Item = never> =
  | { readonly kind: "sent" }
  /** Some were refused for good. */
  | { readonly kind: "partly"; readonly refusedCount: number; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string }
  | {
      readonly kind: "retry";
      readonly reason: string;
      /** As the receiver asks; up to an hour. */
      readonly afterMs?: number | undefined;
      /** What is to be sent again, where that is not the whole batch. */
      readonly remaining?: readonly Item[];
      /** How many of the others were refused for good; the rest has arrived. */
      readonly refusedCount?: number;
    };

/** How a sender works. Times in milliseconds. */
export interface BatchSenderOptions<Item> {
  readonly name: string;
  /** What its items are, for the log; `calls` when absent. */
  readonly unit?: string;
  /** Sends one batch; must end by itself in time, though what does not is left behind at the end. A throw counts as `retry`. */
  readonly send: (batch: readonly Item[], signal: AbortSignal) => Promise<SendOutcome<NoInfer<Item>>>;
  /** The size of an item in memory, in bytes, roughly. */
  readonly sizeOf: (item: Item) => number;
  /** Told once of each item that it was given, when the item is sent or dropped. */
  readonly release?: (item: Item) => void;
  readonly maxQueuedItems: number;
  readonly maxQueuedBytes: number;
  readonly maxBatchItems: number;
  readonly maxBatchBytes: number;
  /** How long an item may wait for its batch to fill. */
  readonly intervalMs: number;
  /** Tries of a batch beyond the first. */
  readonly maxRetries: number;
  readonly log: (message: string, cause: unknown) => void;
  readonly random: () => number;
}

/**
 * So much is worth a sending at once, though a batch may hold more: what waits grows old in memory, and old memory is costly
 * to collect. A receiver that takes its time gets larger batches by itself.
 */
const EAGER_ITEMS = 100;
const EAGER_BYTES = 512 * 1024;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** Longest wait that a receiver may ask for. */
const MAX_ASKED_MS = 3_600_000;
const QUEUE_FULL = "its queue is full";
const STOPPED = "the gateway stopped";
/** A failing sender says so at most this often. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Queue and timer of an observer that sends batches over the network. Bounded in items and bytes: what comes when it is
 * full is dropped and counted, so that a server that hangs costs memory within the bound and nothing else. One batch is
 * under way at a time.
 */
export class BatchSender<Item> {
  readonly #options: BatchSenderOptions<Item>;
  readonly #given = new AbortController();
  #queue: Item[] = [];
  #queuedBytes = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> | undefined;
  /** Wakes a wait between tries. */
  #wake: (() => void) | undefined;
  #isClosing = false;
  #sentCount = 0;
  #droppedCount = 0;
  /** Of the dropped ones, those that the log has told of. */
  #toldCount = 0;
  #failedSendCount = 0;
  #underWayCount = 0;
  #lastReason = "";
  #loggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: BatchSenderOptions<Item>) {
    this.#options = options;
  }

  get stats(): ObserverStats {
    return {
      queuedCount: this.#queue.length + this.#underWayCount,
      sentCount: this.#sentCount,
      droppedCount: this.#droppedCount,
      failedSendCount: this.#failedSendCount,
    };
  }

  /** Whether a small item would be taken; one for which there is no room counts as dropped. For items that cost to make. */
  hasRoom(): boolean {
    const { maxQueuedItems, maxQueuedBytes } = this.#options;
    if (this.#isClosing || this.#queue.length >= maxQueuedItems || this.#queuedBytes >= maxQueuedBytes) {
      this.#drop(1, QUEUE_FULL);
      return false;
    }
    return true;
  }

  /** Takes an item, or drops it when the queue is full. Never throws. */
  push(item: Item): void {
    const { sizeOf, maxQueuedItems, maxQueuedBytes, maxBatchItems, maxBatchBytes, intervalMs } = this.#options;
    const bytes = sizeOf(item);
    const count = this.#queue.length;
    if (this.#isClosing || count >= maxQueuedItems || this.#queuedBytes + bytes > maxQueuedBytes) {
      this.#drop(1, QUEUE_FULL);
      this.#release([item]);
      return;
    }
    this.#queue.push(item);
    this.#queuedBytes += bytes;
    if (
      count + 1 >= Math.min(maxBatchItems, EAGER_ITEMS) ||
      this.#queuedBytes >= Math.min(maxBatchBytes, EAGER_BYTES)
    ) {
      this.#run();
    } else {
      this.#timer ??= setTimeout(() => this.#run(), intervalMs);
    }
  }

  /** Sends what waits; what has not gone within the time is dropped, counted and told. Never rejects. */
  async close(withinMs: number): Promise<void> {
    this.#isClosing = true;
    const deadline = setTimeout(() => {
      this.#given.abort();
      this.#wake?.();
    }, withinMs);
    this.#wake?.();
    this.#run();
    await this.#sending;
    clearTimeout(deadline);
    clearTimeout(this.#timer);
    const left = this.#queue.length;
    if (left > 0) {
      this.#release(this.#queue);
      this.#queue = [];
      this.#drop(left, STOPPED);
    }
    if (this.#droppedCount > this.#toldCount) {
      this.#tell(this.#lastReason);
    }
  }

  #run(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#queue.length > 0 && !this.#given.signal.aborted) {
        this.#timer ??= setTimeout(() => this.#run(), this.#isClosing ? 0 : this.#options.intervalMs);
      }
    });
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    do {
      const batch = this.#take();
      if (batch.length === 0) {
        return;
      }
      this.#underWayCount = batch.length;
      await this.#sendBatch(batch);
      this.#underWayCount = 0;
      this.#release(batch);
    } while (!this.#given.signal.aborted && (this.#isClosing || this.#isFull()));
  }

  #isFull(): boolean {
    const { maxBatchItems, maxBatchBytes } = this.#options;
    return (
      this.#queue.length >= Math.min(maxBatchItems, EAGER_ITEMS) ||
      this.#queuedBytes >= Math.min(maxBatchBytes, EAGER_BYTES)
    );
  }

  #take(): readonly Item[] {
    const { sizeOf, maxBatchItems, maxBatchBytes } = this.#options;
    let bytes = 0;
    let count = 0;
    for (; count < this.#queue.length && count < maxBatchItems; count++) {
      const size = sizeOf(this.#queue[count] as Item);
      if (count > 0 && bytes + size > maxBatchBytes) {
        break;
      }
      bytes += size;
    }
    this.#queuedBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  async #sendBatch(whole: readonly Item[]): Promise<void> {
    let batch = whole;
    for (let tries = 0; ; tries++) {
      const outcome = await this.#try(batch);
      switch (outcome.kind) {
        case "sent":
          this.#sentCount += batch.length;
          return;
        case "partly":
          this.#sentCount += batch.length - outcome.refusedCount;
          this.#drop(outcome.refusedCount, outcome.reason);
          return;
        case "refused":
          this.#failedSendCount++;
          this.#drop(batch.length, outcome.reason);
          return;
        case "retry":
          this.#failedSendCount++;
          batch = this.#settle(batch, outcome);
          if (tries >= this.#options.maxRetries || this.#given.signal.aborted) {
            this.#drop(batch.length, this.#given.signal.aborted ? STOPPED : outcome.reason);
            return;
          }
          await this.#wait(this.#waitMs(outcome.afterMs, tries));
          break;
        default:
          outcome satisfies never;
      }
    }
  }

  /** Counts what a failed sending has settled all the same; what remains is to be sent again. */
  #settle(
    batch: readonly Item[],
    { remaining = batch, refusedCount = 0, reason }: Extract<SendOutcome<Item>, { kind: "retry" }>,
  ): readonly Item[] {
    this.#sentCount += batch.length - remaining.length - refusedCount;
    this.#underWayCount = remaining.length;
    if (refusedCount > 0) {
      this.#drop(refusedCount, reason);
    }
    return remaining;
  }

  /** Given up, it does not wait for a sending that pays the signal no heed: a file's system may never answer. */
  async #try(batch: readonly Item[]): Promise<SendOutcome<Item>> {
    const { signal } = this.#given;
    const givenUp = Promise.withResolvers<SendOutcome<Item>>();
    const giveUp = (): void => givenUp.resolve({ kind: "retry", reason: STOPPED });
    signal.addEventListener("abort", giveUp);
    try {
      return await Promise.race([this.#options.send(batch, signal), givenUp.promise]);
    } catch (cause) {
      return { kind: "retry", reason: cause instanceof Error ? cause.message : "no answer" };
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  /** With jitter, so that many processes do not come back at once; never earlier than the receiver asks. */
  #waitMs(askedMs: number | undefined, tries: number): number {
    const jitter = this.#options.random() / 2;
    return askedMs === undefined
      ? Math.min(FIRST_RETRY_MS * 2 ** tries, MAX_RETRY_MS) * (0.75 + jitter)
      : Math.min(askedMs, MAX_ASKED_MS) * (1 + jitter / 2);
  }

  /** Cut short when closing. */
  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#isClosing ? Math.min(ms, FIRST_RETRY_MS) : ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #release(items: readonly Item[]): void {
    const { release } = this.#options;
    if (release !== undefined) {
      for (const item of items) {
        release(item);
      }
    }
  }

  #drop(count: number, reason: string): void {
    this.#droppedCount += count;
    this.#lastReason = reason;
    if (performance.now() - this.#loggedAtMs >= LOG_INTERVAL_MS) {
      this.#tell(reason);
    }
  }

  #tell(reason: string): void {
    this.#loggedAtMs = performance.now();
    this.#toldCount = this.#droppedCount;
    const { name, unit = "calls", log } = this.#options;
    log(`callback '${name}': ${this.#droppedCount} ${unit} not delivered so far`, reason);
  }
}
