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

/** Vendors' failures and a group without anybody left; not what the caller did wrong towards the gateway itself. */
export function mayFallBack(call: Call, error: GatewayError): boolean {
  const isVendors = ERROR_POLICY[error.kind].exceptionClass !== undefined || error.kind === "unsupported-params";
  return (
    (isVendors || error.kind === "no-deployment-available") &&
    !call.routing.disableFallbacks &&
    !call.isClientGone &&
    !call.request.isGone
  );
}

/** Where the call goes next, by its own lists or the configured ones. */
export function targetsOf(call: Call, error: GatewayError, group: ModelGroup): readonly FallbackTarget[] {
  const { routing, scope } = call;
  return fallbacksFor(error, group.name, {
    fallbacks: routing.fallbacks ?? scope.settings.fallbacks,
    contextWindowFallbacks: routing.contextWindowFallbacks ?? scope.settings.contextWindowFallbacks,
    contentPolicyFallbacks: routing.contentPolicyFallbacks ?? scope.settings.contentPolicyFallbacks,
  });
}
