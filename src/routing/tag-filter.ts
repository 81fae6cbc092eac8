import type { Deployment } from "./deployment.ts";

/** Deployments with this tag answer calls that no other tag speaks for. */
const DEFAULT_TAG = "default";

/**
 * Which deployments a call's tags allow (contract 4.9): those that match; else those tagged `default`. A call without
 * tags gets those tagged `default`, or any when there is none. `undefined`: none.
 */
export function tagRuleFor(
  pool: readonly Deployment[],
  tags: readonly string[] | undefined,
  isAnyEnough: boolean,
): ((deployment: Deployment) => boolean) | undefined {
  if (tags === undefined || tags.length === 0) {
    return pool.some(isDefault) ? isDefault : isAny;
  }
  const matches = ({ entry }: Deployment): boolean => {
    const own = entry.params.tags;
    return isAnyEnough ? tags.some((tag) => own.includes(tag)) : tags.every((tag) => own.includes(tag));
  };
  if (pool.some(matches)) {
    return matches;
  }
  return pool.some(isDefault) ? isDefault : undefined;
}

const isDefault = ({ entry }: Deployment): boolean => entry.params.tags.includes(DEFAULT_TAG);
const isAny = (): boolean => true;
