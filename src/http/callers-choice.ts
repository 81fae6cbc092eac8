import type { GatewayError } from "../core/errors.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { Call } from "./call.ts";
import { readQuery } from "./request-target.ts";
import { isHasty } from "./time-limits.ts";

/** An attempt's failure. */
export interface FailedAttempt {
  readonly deployment: Deployment;
  readonly error: GatewayError;
  /** Milliseconds since it began. */
  readonly waitedMs: number;
}

/**
 * Whether an attempt failed of what the caller chose for itself, so that the failure says nothing of the deployment: a time
 * limit shorter than the deployment's, an API version that the vendor does not have, something in the body that it
 * does not find, a made-up answer.
 */
export function isCallersChoice(call: Call, { deployment, error, waitedMs }: FailedAttempt): boolean {
  if (call.mocks !== undefined) {
    return true;
  }
  switch (error.kind) {
    case "upstream-timeout":
      return error.status === undefined && isHasty(call, deployment, waitedMs); // With a status it is the vendor's own word.
    case "upstream-not-found":
      return choosesVersion(call) || (error.param !== undefined && error.param !== "model");
    default:
      return false;
  }
}

/** Whether the call's `?api-version=` or `api_version` changes what its vendor is asked for. */
function choosesVersion({ route, target, apiVersion }: Call): boolean {
  const version = readQuery(target, "api-version") ?? apiVersion;
  return version !== undefined && route?.head(version, false).text !== route?.head(undefined, false).text;
}
