/** Upper bounds of latencies in seconds; LiteLLM's, with finer ones for what the gateway itself takes. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20,
  30, 60, 120, 180, 240, 300,
];

/** Counts by size. Numbers only: an observation allocates nothing. */
export class Histogram {
  readonly bounds: readonly number[];
  /** Not cumulative; the last one holds what is above every bound. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= (this.bounds[middle] ?? Infinity)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    this.counts[low] = (this.counts[low] ?? 0) + 1;
    this.sum += value;
  }

  /** Adds another one of the same bounds. */
  add(other: Histogram): void {
    for (let index = 0; index < this.counts.length; index++) {
      this.counts[index] = (this.counts[index] ?? 0) + (other.counts[index] ?? 0);
    }
    this.sum += other.sum;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
