import { expect, test } from "bun:test";
import { bucketMs, findPercentile, LATENCY_BUCKETS, toLatencyBucket } from "./latency-buckets.ts";

test("a bucket's latency is near all that fall into it", () => {
  for (let ms = 0.3; ms < 1_000_000; ms *= 1.013) {
    const off = bucketMs(toLatencyBucket(ms)) / ms;
    expect(off).toBeGreaterThan(0.956);
    expect(off).toBeLessThan(1.046);
  }
});

test("impossible latencies fall into the outermost buckets", () => {
  for (const ms of [0, -5, Number.NaN]) expect(toLatencyBucket(ms)).toBe(0);
  expect(toLatencyBucket(Number.POSITIVE_INFINITY)).toBe(LATENCY_BUCKETS - 1);
});

test("percentiles are those of the calls counted", () => {
  const counts = new Uint32Array(LATENCY_BUCKETS);
  for (let ms = 1; ms <= 1000; ms++) {
    const bucket = toLatencyBucket(ms);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  expect(Math.abs((findPercentile(counts, 0.5) ?? 0) / 500 - 1)).toBeLessThan(0.1);
  expect(Math.abs((findPercentile(counts, 0.99) ?? 0) / 990 - 1)).toBeLessThan(0.1);
  expect(findPercentile(new Uint32Array(4), 0.5)).toBeUndefined();
});
