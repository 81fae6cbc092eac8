import type { Deployment } from "./deployment.ts";

/** Fields that may weigh deployments, the first that any of them has counts for all (contract 4.3). */
const WEIGHT_FIELDS = ["weight", "rpm", "tpm"] as const;

/**
 * Picks one deployment at random, by `weight`, else `rpm`, else `tpm`; evenly when none has any.
 * @param random a number from 0 up to, but not including, 1
 */
export function pickSimpleShuffle(deployments: readonly Deployment[], random: number): Deployment | undefined {
  if (deployments.length <= 1) {
    return deployments[0];
  }
  for (const field of WEIGHT_FIELDS) {
    let total = 0;
    for (const deployment of deployments) {
      total += deployment.entry.params[field] ?? 0;
    }
    if (total > 0) {
      return pickWeighted(deployments, field, random * total);
    }
  }
  return deployments[Math.floor(random * deployments.length)];
}

function pickWeighted(
  deployments: readonly Deployment[],
  field: (typeof WEIGHT_FIELDS)[number],
  point: number,
): Deployment | undefined {
  let left = point;
  for (const deployment of deployments) {
    left -= deployment.entry.params[field] ?? 0;
    if (left < 0) {
      return deployment;
    }
  }
  return deployments.findLast((deployment) => (deployment.entry.params[field] ?? 0) > 0);
}
