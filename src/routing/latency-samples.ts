/** The latest latencies of a deployment, in the order they were taken; old ones stop counting. */
export class LatencySamples {
  readonly capacity: number;
  readonly #values: Float64Array;
  readonly #takenAtMs: Float64Array;
  #oldest = 0;
  #count = 0;
  #mean = 0;

  /** @param capacity how many samples are kept, at least one */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#values = new Float64Array(Math.max(1, capacity));
    this.#takenAtMs = new Float64Array(Math.max(1, capacity));
  }

  /** Adds a sample; the oldest gives way when there is no room. */
  add(valueMs: number, nowMs: number): void {
    const size = this.#values.length;
    if (this.#count === size) {
      this.#dropOldest();
    }
    const at = (this.#oldest + this.#count) % size;
    this.#values[at] = valueMs;
    this.#takenAtMs[at] = nowMs;
    this.#count++;
    this.#updateMean();
  }

  /** The mean of the samples younger than `ttlMs`; 0 when there is none. */
  mean(nowMs: number, ttlMs: number): number {
    const before = this.#count;
    while (this.#count > 0 && nowMs - (this.#takenAtMs[this.#oldest] ?? 0) >= ttlMs) {
      this.#dropOldest();
    }
    if (this.#count !== before) {
      this.#updateMean();
    }
    return this.#mean;
  }

  #dropOldest(): void {
    this.#oldest = (this.#oldest + 1) % this.#values.length;
    this.#count--;
  }

  /** Summed anew each time: a running sum would keep rounding errors of large samples that have gone. */
  #updateMean(): void {
    let sum = 0;
    for (let index = 0; index < this.#count; index++) {
      sum += this.#values[(this.#oldest + index) % this.#values.length] ?? 0;
    }
    this.#mean = this.#count === 0 ? 0 : sum / this.#count;
  }
}
