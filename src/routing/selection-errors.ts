import { GatewayError } from "../core/errors.ts";
import { OPERATION_PATHS, type Operation } from "../core/operation.ts";
import { type Deployment, maxPromptTokensOf } from "./deployment.ts";
import { msToNextMinute } from "./deployment-stats.ts";
import type { ModelGroup } from "./model-table.ts";
import { findReachedLimit } from "./rate-limits.ts";

/** Most ids that an error text lists. */
const MAX_LISTED = 20;

/** No deployment of the group answers this operation. */
export function noOperation(group: ModelGroup, operation: Operation): GatewayError {
  const provider = group.deployments[0]?.provider.name ?? "";
  return new GatewayError(
    "invalid-request",
    `${OPERATION_PATHS[operation]}: model=${group.name} is served by '${provider}', which has no ${operation} operation.`,
    { param: "model" },
  );
}

/** All deployments cool down (contract 3.6). */
export function allCooling(group: ModelGroup, hasPreCallChecks: boolean, nowMs: number): GatewayError {
  const cooling = group.deployments.filter(({ stats }) => stats.isCooling(nowMs));
  const soonestMs = cooling.reduce((soonest, { stats }) => Math.min(soonest, stats.cooldownUntilMs), Infinity);
  const listed = cooling.slice(0, MAX_LISTED).map(({ id }) => `'${id}'`);
  const facts = `pre-call-checks=${hasPreCallChecks ? "True" : "False"}, cooldown_list=[${listed.join(", ")}]`;
  return unavailable(group, Number.isFinite(soonestMs) ? soonestMs - nowMs : 0, facts);
}

/** The prompt is longer than any deployment takes. */
export function promptTooLong(
  group: ModelGroup,
  { operation, promptTokens }: { readonly operation: Operation; readonly promptTokens: number },
): GatewayError {
  const windows = group.deployments.map((deployment) => maxPromptTokensOf(deployment, operation));
  const largest = Math.max(...windows.filter(Number.isFinite));
  return new GatewayError(
    "context-window-exceeded",
    `The prompt has ${promptTokens} tokens; the largest context window of model=${group.name} takes ${largest}`,
    { param: "messages" },
  );
}

/** Pre-call checks have left no deployment. */
export function noneFits(group: ModelGroup, nowMs: number): GatewayError {
  return unavailable(group, msToNextMinute(nowMs), "pre-call-checks=True, no deployment passed them");
}

/** No deployment has the call's tags (contract 3.6). */
export const wrongTags = (): GatewayError =>
  new GatewayError("unauthenticated", "Not allowed to access model due to tags configuration");

/** Every deployment has reached its `rpm` or `tpm`; the first is named. */
export function limitsReached(
  group: ModelGroup,
  full: Deployment | undefined,
  promptTokens: number,
  nowMs: number,
): GatewayError {
  const limit = full === undefined ? undefined : findReachedLimit(full, promptTokens, nowMs);
  const facts =
    full === undefined || limit === undefined
      ? "rate limits reached"
      : `Model rate limit exceeded: deployment=${full.id}, ${limit}=${full.entry.params[limit]}`;
  return unavailable(group, msToNextMinute(nowMs), facts);
}

function unavailable(group: ModelGroup, retryAfterMs: number, facts: string): GatewayError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return new GatewayError(
    "no-deployment-available",
    `No deployments available for selected model, Try again in ${seconds} seconds. Passed model=${group.name}. ${facts}`,
    { retryAfterMs },
  );
}
