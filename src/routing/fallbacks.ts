import type { FallbackMap, FallbackTarget, RouterSettings } from "../config/gateway-config.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import type { GatewayError } from "../core/errors.ts";
import { type ModelGroup, settingFor } from "./model-table.ts";

/** The lists that a call falls back by: the router's, or the call's own in their place. */
export type FallbackLists = Pick<RouterSettings, "fallbacks" | "contextWindowFallbacks" | "contentPolicyFallbacks">;

const NONE: readonly FallbackTarget[] = [];

/**
 * Where a failed call goes next, in order. The failing group itself is left out, unless it is to get other fields. Failures that another group cannot mend
 * (the caller's key, budgets, a closed connection) go nowhere (contract 4.5).
 */
export function fallbacksFor(error: GatewayError, group: ModelGroup, lists: FallbackLists): readonly FallbackTarget[] {
  const list = listFor(error, lists);
  return list === undefined || list.size === 0
    ? NONE
    : findTargets(list, group).filter(
        ({ model, overrides }) => (model !== group.name && model !== group.alias) || Object.keys(overrides).length > 0,
      );
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

/** A group's targets: its own entry's, that of its name without the provider, that of any group. */
export function findTargets(list: FallbackMap, group: ModelGroup): readonly FallbackTarget[] {
  const bareName = group.name.slice(group.name.indexOf("/") + 1);
  return settingFor(list, group) ?? list.get(bareName) ?? list.get("*") ?? NONE;
}
