import type { FailureCounts, RouterSettings } from "../config/gateway-config.ts";
import { ERROR_POLICY } from "../core/error-policy.ts";
import type { ErrorKind, GatewayError } from "../core/errors.ts";
import { failureClassOf, widerClassOf } from "../core/failure-class.ts";
import type { Deployment } from "./deployment.ts";
import { type ModelGroup, settingFor } from "./model-table.ts";

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 8000;
const MAX_JITTER_MS = 750;

/** A vendor that asks for a longer wait than this is not waited for that long. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Where the number of retries of a call may stand. */
export interface RetrySources {
  readonly group: ModelGroup;
  readonly settings: Pick<RouterSettings, "modelGroupRetryPolicy" | "retryPolicy" | "numRetries">;
  /** The one that failed. */
  readonly deployment: Deployment | undefined;
  /** `num_retries` of the call's body or header. */
  readonly requested: number | undefined;
}

/** Retries that a policy sets for this kind of failure: the group's own policy, else the router's (contract 4.4). */
export function policyRetriesFor(
  kind: ErrorKind,
  { group, settings }: Pick<RetrySources, "group" | "settings">,
): number | undefined {
  const failureClass = failureClassOf(kind);
  if (failureClass === undefined) {
    return undefined;
  }
  const wider = widerClassOf(failureClass);
  const find = (policy: FailureCounts | undefined): number | undefined =>
    policy?.[failureClass] ?? (wider === undefined ? undefined : policy?.[wider]);
  return find(settingFor(settings.modelGroupRetryPolicy, group)) ?? find(settings.retryPolicy);
}

/** How often a call that failed so may be tried again: a policy's word, the deployment's, the call's, the router's. */
export function retriesFor(kind: ErrorKind, sources: RetrySources): number {
  const { deployment, requested, settings } = sources;
  return policyRetriesFor(kind, sources) ?? deployment?.entry.params.numRetries ?? requested ?? settings.numRetries;
}

/** What decides whether another try makes sense. */
export interface RetryFacts {
  /** Deployments in the group. */
  readonly groupSize: number;
  /** Whether some deployment of the group may still be asked; true when absent. */
  readonly hasHealthy?: boolean;
  /** Whether this error has fallbacks to go to; false when absent. */
  readonly hasFallbacks?: boolean;
  /** Whether a retry policy names this class of failure: then it decides, whatever the status. False when absent. */
  readonly hasPolicy?: boolean;
}

/** Whether another try of the same group makes sense after this failure (contract 4.4). */
export function mayRetry(error: GatewayError, facts: RetryFacts): boolean {
  const { kind } = error;
  if (ERROR_POLICY[kind].exceptionClass === undefined) {
    return false; // The gateway's own refusals stay what they are.
  }
  const belongsElsewhere = kind === "context-window-exceeded" || kind === "content-policy-violation";
  if (facts.hasFallbacks === true && (belongsElsewhere || facts.hasHealthy === false)) {
    return false;
  }
  return facts.hasPolicy === true || isRetryable(error.status ?? ERROR_POLICY[kind].status, facts.groupSize);
}

function isRetryable(status: number, groupSize: number): boolean {
  if (status === 401 || status === 403) {
    return groupSize > 1; // Another deployment may have a key that works.
  }
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/** What a wait before a retry depends on. */
export interface RetryWaitFacts {
  /** Another deployment of the group may be asked at once. */
  readonly hasOtherHealthy: boolean;
  /** `retry_after` of the router: the shortest wait, in milliseconds. */
  readonly retryAfterMs: number;
  /** A number from 0 up to, but not including, 1. */
  readonly random: number;
}

/**
 * Milliseconds to wait before the next try: none when another deployment can be asked, else what the vendor asks for,
 * else twice as long each time.
 * @param attempt tries that have failed before this one; 0 for the first
 */
export function retryWaitMs(error: GatewayError, attempt: number, facts: RetryWaitFacts): number {
  if (facts.hasOtherHealthy) {
    return 0;
  }
  const asked = error.retryAfterMs ?? 0;
  const jitterMs = facts.random * MAX_JITTER_MS;
  if (asked > 0 && asked <= MAX_RETRY_AFTER_MS) {
    return asked + Math.min(jitterMs, facts.random * asked); // A short wait is not to become a long one.
  }
  return Math.max(facts.retryAfterMs, Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt)) + jitterMs;
}
