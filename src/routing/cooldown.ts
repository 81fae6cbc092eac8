import type { RouterSettings } from "../config/gateway-config.ts";
import type { ErrorKind } from "../core/errors.ts";
import { type FailureClass, failureClassOf, widerClassOf } from "../core/failure-class.ts";

/** Of more failures than this share in a minute, a deployment cools. */
const MAX_FAILURE_RATE = 0.5;

/** Fewer answers and failures than this in a minute say nothing. */
const MIN_REQUESTS = 5;

/** A group's only deployment cools when so many calls of a minute have all failed. */
const MIN_REQUESTS_OF_SINGLE = 1000;

/** LiteLLM's default of `allowed_fails`. It cannot tell a written 3 from none, so 3 means the rules per minute. */
const DEFAULT_ALLOWED_FAILS = 3;

/** Settings that decide on cooldowns. */
export type CooldownSettings = Pick<
  RouterSettings,
  "allowedFails" | "allowedFailsPolicy" | "cooldownMs" | "disableCooldowns"
>;

/** A failure and what came before it; counts include it. */
export interface CooldownFacts {
  readonly kind: ErrorKind;
  /** The vendor's status; `undefined` when it sent none. */
  readonly status: number | undefined;
  /** What the vendor asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Deployments in the group. */
  readonly groupSize: number;
  /** Whether all others of the group cool down; true where there are none. */
  readonly isLast: boolean;
  readonly isWildcard: boolean;
  /** `cooldown_time` of the deployment, in milliseconds. */
  readonly ownCooldownMs: number | undefined;
  /** Of the current minute. */
  readonly successes: number;
  readonly failures: number;
  /** Failures of a class, or of any, within the window. */
  readonly failuresInWindow: (failureClass: FailureClass | "any") => number;
}

/**
 * Whether a failure says something of the deployment's health: one of the vendor's or of the way to it, with status 401,
 * 404, 408, 429, 5xx or none. Other 4xx speak of the request (contract 4.7).
 */
export function countsAsFailure(kind: ErrorKind, status: number | undefined): boolean {
  return (
    kind.startsWith("upstream-") &&
    (status === undefined || status === 401 || status === 404 || status === 408 || status === 429 || status >= 500)
  );
}

/** How long a deployment cools after a failure, in milliseconds; 0: it does not (contract 4.7). */
export function cooldownAfter(facts: CooldownFacts, settings: CooldownSettings): number {
  const isOff = settings.disableCooldowns || settings.cooldownMs <= 0 || facts.isWildcard;
  if (isOff || !countsAsFailure(facts.kind, facts.status)) {
    return 0;
  }
  const allowed = allowedFailures(facts, settings);
  const cools = allowed === undefined ? coolsByRate(facts) : allowed.failures > allowed.limit;
  return cools ? lengthOf(facts, settings) : 0;
}

/** The window within which failures are counted against `allowed_fails`. */
export const failureWindowMs = (ownCooldownMs: number | undefined, settings: CooldownSettings): number =>
  ownCooldownMs ?? settings.cooldownMs;

/** Failures so far and how many may be, where `allowed_fails` or a policy for the class says so. */
function allowedFailures(
  { kind, failuresInWindow }: CooldownFacts,
  { allowedFails, allowedFailsPolicy }: CooldownSettings,
): { readonly failures: number; readonly limit: number } | undefined {
  const failureClass = failureClassOf(kind);
  for (const name of failureClass === undefined ? [] : [failureClass, widerClassOf(failureClass)]) {
    const limit = name === undefined ? undefined : allowedFailsPolicy?.[name];
    if (name !== undefined && limit !== undefined) {
      return { failures: failuresInWindow(name), limit };
    }
  }
  const isDefault = allowedFails === undefined || allowedFails === DEFAULT_ALLOWED_FAILS;
  return isDefault && allowedFailsPolicy === undefined
    ? undefined
    : { failures: failuresInWindow("any"), limit: allowedFails ?? DEFAULT_ALLOWED_FAILS };
}

/**
 * The rules per minute: at once where the next call would fare no better, else by the share of failures. A refusal (401,
 * 404) never takes a group's last deployment away: the vendor's own words tell callers more than that nobody is left.
 */
function coolsByRate({ status, groupSize, isLast, successes, failures }: CooldownFacts): boolean {
  if (status === 401 || status === 404) {
    return !isLast;
  }
  if (status === 429 && groupSize > 1) {
    return true;
  }
  const total = successes + failures;
  return groupSize > 1
    ? total >= MIN_REQUESTS && failures / total > MAX_FAILURE_RATE
    : total >= MIN_REQUESTS_OF_SINGLE && failures === total;
}

/** The deployment's own length, else what the vendor asks for, else the router's. */
function lengthOf({ ownCooldownMs, retryAfterMs }: CooldownFacts, { cooldownMs }: CooldownSettings): number {
  if (ownCooldownMs !== undefined) {
    return ownCooldownMs;
  }
  return retryAfterMs !== undefined && retryAfterMs > 0 ? retryAfterMs : cooldownMs;
}
