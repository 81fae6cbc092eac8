import type { Deployment } from "../deployment.ts";
import type { Choice, Draw, RoutingStrategy } from "../strategy.ts";

const WEIGHT_FIELDS = ["weight", "rpm", "tpm"] as const;

type WeightField = (typeof WEIGHT_FIELDS)[number];

/**
 * A random deployment, by `weight`, else `rpm`, else `tpm`: the first that any of them has counts for all, and one
 * without it counts 0. Evenly when none has any. (LiteLLM looks at the first deployment alone; contract 4.3.)
 */
export const simpleShuffle: RoutingStrategy = {
  honoursLimits: false,
  choose: (pool, choice) => {
    let count = 0;
    let weights = 0;
    let rpms = 0;
    let tpms = 0;
    for (const deployment of pool) {
      if (choice.isEligible(deployment)) {
        const { weight, rpm, tpm } = deployment.entry.params;
        count++;
        weights += weight ?? 0;
        rpms += rpm ?? 0;
        tpms += tpm ?? 0;
      }
    }
    if (weights > 0) {
      return pickWeighted(pool, choice, "weight", weights);
    }
    if (rpms > 0) {
      return pickWeighted(pool, choice, "rpm", rpms);
    }
    return tpms > 0 ? pickWeighted(pool, choice, "tpm", tpms) : pickEvenly(pool, choice, count);
  },
  prepare: (pool) => {
    const field = WEIGHT_FIELDS.find((name) => pool.some(({ entry }) => (entry.params[name] ?? 0) > 0));
    return field === undefined
      ? (random) => pool[Math.floor(random * pool.length)]
      : drawWeighted(
          pool.filter(({ entry }) => (entry.params[field] ?? 0) > 0),
          field,
        );
  },
};

/** Finds the first whose weights, summed up to it, pass the point drawn. */
function drawWeighted(pool: readonly Deployment[], field: WeightField): Draw {
  const sums = new Float64Array(pool.length);
  let total = 0;
  for (const [index, { entry }] of pool.entries()) {
    total += entry.params[field] ?? 0;
    sums[index] = total;
  }
  return (random) => {
    const point = random * total;
    let low = 0;
    let high = pool.length - 1; // What rounding leaves over falls to the last.
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > point) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return pool[low];
  };
}

function pickWeighted(
  pool: readonly Deployment[],
  choice: Choice,
  field: WeightField,
  total: number,
): Deployment | undefined {
  let left = choice.random() * total;
  let last: Deployment | undefined;
  for (const deployment of pool) {
    const weight = deployment.entry.params[field] ?? 0;
    if (weight > 0 && choice.isEligible(deployment)) {
      left -= weight;
      last = deployment; // What rounding leaves over falls to the last that may be picked.
      if (left < 0) {
        break;
      }
    }
  }
  return last;
}

function pickEvenly(pool: readonly Deployment[], choice: Choice, count: number): Deployment | undefined {
  let left = Math.floor(choice.random() * count);
  if (count === pool.length) {
    return pool[left];
  }
  for (const deployment of pool) {
    if (choice.isEligible(deployment) && left-- === 0) {
      return deployment;
    }
  }
  return undefined;
}
