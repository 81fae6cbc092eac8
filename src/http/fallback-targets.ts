import type { FallbackTarget } from "../config/gateway-config.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import type { GatewayError } from "../core/errors.ts";
import { fallbacksFor } from "../routing/fallbacks.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import type { Call } from "./call.ts";

/** Whether this failure has somewhere to go. */
export function hasFallbacks(call: Call, error: GatewayError, group: ModelGroup): boolean {
  return mayFallBack(call, error) && targetsOf(call, error, group).length > 0;
}

/** Vendors' failures, a group without anybody left, and a group that cannot take the request; not what is refused to the caller. */
export function mayFallBack(call: Call, { kind }: GatewayError): boolean {
  const isOwn = kind === "invalid-request" || kind === "unsupported-params" || kind === "no-deployment-available";
  return (isOwn || ERROR_POLICY[kind].exceptionClass !== undefined) && !call.routing.disableFallbacks && !isGone(call);
}

/** Whether nobody waits for the answer any more. */
export const isGone = (call: Call): boolean => call.isClientGone || call.request.isGone;

/** Where the call goes next, by its own lists or the configured ones. */
export function targetsOf(call: Call, error: GatewayError, group: ModelGroup): readonly FallbackTarget[] {
  const { routing, scope } = call;
  return fallbacksFor(error, group, {
    fallbacks: routing.fallbacks ?? scope.settings.fallbacks,
    contextWindowFallbacks: routing.contextWindowFallbacks ?? scope.settings.contextWindowFallbacks,
    contentPolicyFallbacks: routing.contentPolicyFallbacks ?? scope.settings.contentPolicyFallbacks,
  });
}
