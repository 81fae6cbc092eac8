/** Steps of each doubling: a percentile is off by 4.5% at most. */
const STEPS = 8;
/** Anything quicker counts as this, in milliseconds. */
const LEAST_MS = 0.25;
/** Doublings from the least: up to 35 minutes; anything slower counts as that. */
const DOUBLINGS = 23;

/** How many buckets there are. */
export const LATENCY_BUCKETS = STEPS * DOUBLINGS;

/** The bucket that a latency falls into. */
export function toLatencyBucket(ms: number): number {
  const bucket = Math.floor(Math.log2(ms / LEAST_MS) * STEPS);
  return bucket > 0 ? Math.min(bucket, LATENCY_BUCKETS - 1) : 0;
}

/** A latency that stands for a bucket, in milliseconds. */
export const bucketMs = (bucket: number): number => LEAST_MS * 2 ** ((bucket + 0.5) / STEPS);

/**
 * The latency that this share of the calls did not exceed, in milliseconds; `undefined` when there were none.
 * @param counts calls by bucket
 * @param share from 0 to 1
 */
export function findPercentile(counts: ArrayLike<number>, share: number): number | undefined {
  let total = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    total += counts[bucket] ?? 0;
  }
  const wanted = Math.max(1, Math.ceil(total * share));
  let seen = 0;
  for (let bucket = 0; bucket < counts.length; bucket++) {
    seen += counts[bucket] ?? 0;
    if (seen >= wanted) {
      return bucketMs(bucket);
    }
  }
  return undefined;
}
