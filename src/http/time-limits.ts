import type { Deployment } from "../routing/deployment.ts";
import type { TimeLimits } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** What time limits depend on. */
type TimedCall = Pick<Call, "state" | "scope" | "isStream" | "timeoutMs" | "streamTimeoutMs" | "deployment">;

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * The call's time limits (contract 4.6): what the caller says, else the deployment, else the router, else
 * `litellm_settings.request_timeout`. On a stream the limit is for the first chunk and between chunks; otherwise for the
 * whole reply. What the command line forces beats all.
 */
export function timeLimitsOf(call: TimedCall, deployment: Deployment | undefined = call.deployment): TimeLimits {
  const { config } = call.state;
  const params = deployment?.entry.params;
  const wholeMs =
    config.forced.requestTimeoutMs ??
    (call.timeoutMs || params?.timeoutMs || call.scope.settings.timeoutMs || config.litellm.requestTimeoutMs);
  if (!call.isStream) {
    return { connectMs: Math.min(CONNECT_MS, wholeMs), firstByteMs: wholeMs, gapMs: wholeMs, totalMs: wholeMs };
  }
  const gapMs =
    config.forced.requestTimeoutMs ??
    (call.streamTimeoutMs || params?.streamTimeoutMs || call.scope.settings.streamTimeoutMs || wholeMs);
  return { connectMs: Math.min(CONNECT_MS, gapMs), firstByteMs: gapMs, gapMs, totalMs: Number.POSITIVE_INFINITY };
}

/** Whether a call that has waited so long for the deployment would still wait, had it no limits of its own. */
export function isHasty(call: Call, deployment: Deployment, waitedMs: number): boolean {
  const { state, scope, isStream } = call;
  const ownMs = timeLimitsOf(call, deployment).firstByteMs;
  const usual = timeLimitsOf({ state, scope, isStream, deployment, timeoutMs: 0, streamTimeoutMs: 0 });
  return ownMs < usual.firstByteMs && waitedMs >= ownMs;
}
