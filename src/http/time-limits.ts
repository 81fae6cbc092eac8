import type { Deployment } from "../routing/deployment.ts";
import type { TimeLimits } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** Longest wait for a connection, in milliseconds. */
const CONNECT_MS = 10_000;

/**
 * The call's time limits (contract 4.6): what the caller says, else the deployment, else the router, else
 * `litellm_settings.request_timeout`. On a stream the limit is for the first chunk and between chunks; otherwise for the
 * whole reply. What the command line forces beats all.
 */
export function timeLimitsOf(call: Call, deployment: Deployment | undefined = call.deployment): TimeLimits {
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
