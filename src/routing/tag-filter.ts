import type { DeploymentParams } from "../config/gateway-config.ts";
import type { Deployment } from "./deployment.ts";

/** Deployments with this tag answer calls that no other tag speaks for. */
const DEFAULT_TAG = "default";

/** What a call says of itself that tags are held against. */
export interface TagFacts {
  readonly tags: readonly string[] | undefined;
  /** Texts that `tag_regex` is searched with: `User-Agent: curl/8`. */
  readonly texts: readonly string[];
}

/**
 * Which deployments a call's tags allow (contract 4.9): those that match, else those whose `tag_regex` finds one of its
 * texts, else those tagged `default`. A call that nothing speaks for and without tags gets any when there is no default.
 * `undefined`: none.
 */
export function tagRuleFor(
  pool: readonly Deployment[],
  { tags = [], texts }: TagFacts,
  isAnyEnough: boolean,
): ((deployment: Deployment) => boolean) | undefined {
  const matches = ({ entry }: Deployment): boolean => {
    const own = entry.params.tags;
    return isAnyEnough ? tags.some((tag) => own.includes(tag)) : tags.every((tag) => own.includes(tag));
  };
  if (tags.length > 0 && pool.some(matches)) {
    return matches;
  }
  const isFound = ({ entry }: Deployment): boolean =>
    patternsOf(entry.params).some((pattern) => texts.some((text) => pattern.test(text)));
  if (texts.length > 0 && pool.some(isFound)) {
    return isFound;
  }
  return pool.some(isDefault) ? isDefault : tags.length === 0 ? isAny : undefined;
}

const isDefault = ({ entry }: Deployment): boolean => entry.params.tags.includes(DEFAULT_TAG);
const isAny = (): boolean => true;

const NO_PATTERNS: readonly RegExp[] = [];

/** Compiled once; the checker has seen that they compile. */
const patternsByParams = new WeakMap<DeploymentParams, readonly RegExp[]>();

function patternsOf(params: DeploymentParams): readonly RegExp[] {
  if (params.tagPatterns === undefined) {
    return NO_PATTERNS;
  }
  let patterns = patternsByParams.get(params);
  if (patterns === undefined) {
    patterns = params.tagPatterns.map((source) => new RegExp(source));
    patternsByParams.set(params, patterns);
  }
  return patterns;
}
