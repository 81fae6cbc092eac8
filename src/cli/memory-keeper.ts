/** What the keeper looks at and does; replaced in tests. */
export interface MemoryProcess {
  /** Resident memory, in bytes. */
  rss(): number;
  /** Collects everything and gives free memory back to the system. */
  collect(): void;
  /** `performance.now()` milliseconds. */
  now(): number;
}

/** Resident memory above which a collection is worth its pause, in bytes. */
export const HIGH_WATER_BYTES = 86 * 1024 * 1024;
/** A collection that freed less than this share, and left memory above the mark, was in vain. */
const WORTHWHILE_SHARE = 0.08;
/** Shortest and longest time between two collections, in milliseconds. */
const SHORTEST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 120_000;
const LOOK_INTERVAL_MS = 100;

const THIS_PROCESS: MemoryProcess = {
  rss: () => process.memoryUsage.rss(),
  collect: () => Bun.gc(true),
  now: () => performance.now(),
};

/**
 * Keeps a busy process small. The engine lets garbage that has grown old lie until the heap has doubled; above the high
 * water mark it is collected at once, for a pause of some ten milliseconds. When that frees little and memory stays above the
 * mark, it is in real use, and the wait until the next try doubles.
 */
export class MemoryKeeper {
  readonly #process: MemoryProcess;
  #waitMs = SHORTEST_WAIT_MS;
  #collectedAtMs = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(watched: MemoryProcess = THIS_PROCESS) {
    this.#process = watched;
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Collects if memory is above the mark and the last collection is long enough ago. */
  look(): void {
    const now = this.#process.now();
    if (now - this.#collectedAtMs < this.#waitMs) {
      return;
    }
    const before = this.#process.rss();
    if (before <= HIGH_WATER_BYTES) {
      this.#waitMs = SHORTEST_WAIT_MS;
      return;
    }
    this.#process.collect();
    const after = this.#process.rss();
    const isWorthwhile = after <= HIGH_WATER_BYTES || after < before * (1 - WORTHWHILE_SHARE);
    this.#waitMs = isWorthwhile ? SHORTEST_WAIT_MS : Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
    this.#collectedAtMs = this.#process.now();
  }
}
