import type { FallbackMap, FallbackTarget, RouterSettings } from "../config/gateway-config.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import type { GatewayError } from "../core/errors.ts";

/** The lists that a call falls back by: the router's, or the call's own in their place. */
export type FallbackLists = Pick<RouterSettings, "fallbacks" | "contextWindowFallbacks" | "contentPolicyFallbacks">;

const NONE: readonly FallbackTarget[] = [];

/**
 * Where a failed call goes next, in order. The failing group itself is left out, unless it is to get other fields. Failures that another group cannot mend
 * (the caller's key, budgets, a closed connection) go nowhere (contract 4.5).
 */
export function fallbacksFor(error: GatewayError, groupName: string, lists: FallbackLists): readonly FallbackTarget[] {
  const list = listFor(error, lists);
  const targets = list === undefined || list.size === 0 ? undefined : findTargets(list, groupName);
  return targets === undefined
    ? NONE
    : targets.filter(({ model, overrides }) => model !== groupName || Object.keys(overrides).length > 0);
}

/** A special list that is configured at all is the only one for its kind of failure. */
function listFor({ kind }: GatewayError, lists: FallbackLists): FallbackMap | undefined {
  switch (kind) {
    case "context-window-exceeded":
      return lists.contextWindowFallbacks ?? lists.fallbacks;
    case "content-policy-violation":
      return lists.contentPolicyFallbacks ?? lists.fallbacks;
    case "invalid-request":
    case "unsupported-params":
    case "no-deployment-available":
      return lists.fallbacks;
    default:
      return ERROR_POLICY[kind].exceptionClass === undefined ? undefined : lists.fallbacks;
  }
}

/** The group's own entry, that of its name without the provider, that of any group. */
function findTargets(list: FallbackMap, groupName: string): readonly FallbackTarget[] | undefined {
  const bareName = groupName.slice(groupName.indexOf("/") + 1);
  return list.get(groupName) ?? list.get(bareName) ?? list.get("*");
}
