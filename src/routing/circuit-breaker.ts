/** Failures in a row after which it is left alone for a while. */
const MAX_FAILURES = 3;

const FIRST_PAUSE_MS = 2000;
const MAX_PAUSE_MS = 30_000;

/**
 * Whether something that fails is still to be tried: after three failures in a row only once in a while, first after 2 s,
 * then after pauses twice as long each, up to 30 s.
 */
export class CircuitBreaker {
  #failures = 0;
  #pauseMs = 0;

  /** Whether tries are held back. */
  get isOpen(): boolean {
    return this.#pauseMs > 0;
  }

  /** Milliseconds to wait before the next try; 0 while tries are not held back. */
  get pauseMs(): number {
    return this.#pauseMs;
  }

  /** A try has failed; returns whether this one opened the circuit. */
  failed(): boolean {
    this.#failures++;
    if (this.isOpen) {
      this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs * 2);
      return false;
    }
    if (this.#failures < MAX_FAILURES) {
      return false;
    }
    this.#pauseMs = FIRST_PAUSE_MS;
    return true;
  }

  /** A try has succeeded; returns whether it closed the circuit. */
  succeeded(): boolean {
    const wasOpen = this.isOpen;
    this.#failures = 0;
    this.#pauseMs = 0;
    return wasOpen;
  }
}
