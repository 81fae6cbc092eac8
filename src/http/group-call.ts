import { GatewayError } from "../core/errors.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import { mayRetry, policyRetriesFor, retriesFor, retryWaitMs } from "../routing/retry-policy.ts";
import type { SelectRequest } from "../routing/router.ts";
import { attempt } from "./attempt.ts";
import { type Call, toGatewayError } from "./call.ts";
import { readTags, readTagTexts } from "./call-tags.ts";
import { routeOf } from "./client-credentials.ts";
import { hasFallbacks, isGone } from "./fallback-targets.ts";
import { estimatePromptTokens } from "./prompt-tokens.ts";
import { timeLimitsOf } from "./time-limits.ts";

/** Most retries of a group, whatever the settings say: they may be a caller's. */
const MAX_RETRIES = 100;

/**
 * Has one model group answer, trying other deployments of it as the retry settings say (contract 4.4).
 * @param avoided deployments that are asked only when no other is left
 * @throws GatewayError of the last attempt
 */
export async function answerFromGroup(
  call: Call,
  group: ModelGroup,
  avoided?: ReadonlySet<Deployment>,
): Promise<InboundReply> {
  const { scope } = call;
  call.group = group;
  call.retries = 0;
  call.maxRetries = 0;
  let tried: ReadonlySet<Deployment> | undefined = avoided;
  let error: GatewayError | undefined;
  for (;;) {
    let deployment: Deployment;
    try {
      deployment = scope.router.select(group, toSelectRequest(call, tried));
    } catch (thrown) {
      throw error ?? thrown; // What a vendor said tells more than that nobody is left to ask.
    }
    if (error !== undefined) {
      call.retries++;
    }
    try {
      const route = routeOf(call, deployment);
      const turn = takeTurn(call, deployment);
      if (turn !== undefined) {
        await call.waitFor(turn);
        if (isBetterLeft(call, group, deployment)) {
          scope.gate.release(deployment);
          continue;
        }
      }
      call.hold(deployment, route);
      const outcome = await attempt(call);
      if (!(outcome instanceof GatewayError)) {
        return outcome;
      }
      error = outcome;
    } catch (thrown) {
      error = toGatewayError(thrown);
    }
    call.fail(error);
    tried = new Set(tried).add(deployment);
    const waitMs = planRetry(call, group, { deployment, error });
    if (waitMs > 0) {
      await call.waitFor(pause(call, waitMs));
    }
    if (isGone(call)) {
      throw new GatewayError("client-closed", "The caller closed the connection.");
    }
  }
}

/** Whether a deployment has failed while the call waited for it, and another could be asked in its place. */
function isBetterLeft(call: Call, group: ModelGroup, deployment: Deployment): boolean {
  return deployment.stats.isCooling(call.services.now()) && hasAnother(call, group, deployment);
}

/** Whether the group has a deployment beside this one that the call could go to now. */
export function hasAnother(call: Call, group: ModelGroup, deployment: Deployment | undefined): boolean {
  return call.scope.router.hasOtherHealthy(group, deployment, toSelectRequest(call, undefined));
}

interface FailedTry {
  readonly deployment: Deployment;
  readonly error: GatewayError;
}

/** Milliseconds until the next try is due. @throws GatewayError the failure itself when there is to be none */
function planRetry(call: Call, group: ModelGroup, { deployment, error }: FailedTry): number {
  const { settings } = call.scope;
  const hasOtherHealthy = hasAnother(call, group, deployment);
  const hasHealthy = hasOtherHealthy || !deployment.stats.isCooling(call.services.now());
  const sources = { group, settings, deployment, requested: call.routing.numRetries };
  const isWorthwhile = mayRetry(error, {
    groupSize: group.deployments.length,
    hasHealthy,
    hasFallbacks: hasFallbacks(call, error, group),
    hasPolicy: policyRetriesFor(error.kind, sources) !== undefined,
  });
  const allowed = isWorthwhile && !isGone(call) ? Math.min(MAX_RETRIES, retriesFor(error.kind, sources)) : 0;
  call.maxRetries = Math.max(call.maxRetries, allowed);
  if (call.retries >= allowed) {
    throw error;
  }
  const facts = { hasOtherHealthy, retryAfterMs: settings.retryAfterMs, random: call.services.random() };
  const waitMs = retryWaitMs(error, call.retries, facts);
  const dueAtMs = call.services.now() + waitMs;
  if (group.deployments.every(({ stats }) => stats.isCooling(dueAtMs))) {
    throw error; // Nobody would be there to ask.
  }
  return waitMs;
}

/**
 * Takes the call's place at a deployment that answers so many at a time; `undefined` when there is one at once. Waiting
 * ends with the client or with the call's time limit. A call to a host of the caller's choosing takes no place.
 */
function takeTurn(call: Call, deployment: Deployment): Promise<void> | undefined {
  const { gate, settings } = call.scope;
  if (call.credentials?.apiBase !== undefined || gate.tryAcquire(deployment)) {
    return undefined;
  }
  const gone = new AbortController();
  call.onAbandoned = () => gone.abort(new GatewayError("client-closed", "The caller closed the connection."));
  call.request.onGone = () => call.abort();
  const limitMs = timeLimitsOf(call, deployment).firstByteMs;
  const timer = setTimeout(() => {
    const message = `Request timed out: no place at the deployment within ${limitMs / 1000} s`;
    gone.abort(new GatewayError("upstream-timeout", message));
  }, limitMs);
  const end = (): void => {
    clearTimeout(timer);
    call.onAbandoned = undefined;
  };
  let turn: Promise<void> | undefined;
  try {
    turn = gate.acquire(deployment, gone.signal, call.routing.priority ?? settings.defaultPriority);
  } finally {
    if (turn === undefined) {
      end(); // There is a place after all, or too many wait already.
    }
  }
  return turn?.finally(end);
}

const NO_TEXTS: readonly string[] = [];

/** What the router must know of a call to choose for it. */
export function toSelectRequest(call: Call, tried: ReadonlySet<Deployment> | undefined): SelectRequest {
  const region = call.scope.settings.enablePreCallChecks
    ? call.body?.readString(call.body.find("allowed_model_region"))
    : undefined;
  const request: SelectRequest = {
    operation: call.operation,
    promptTokens: call.scope.router.looksAtPrompts && call.body !== undefined ? estimatePromptTokens(call.body) : 0,
    isStream: call.isStream,
    tags: call.scope.settings.enableTagFiltering ? readTags(call) : undefined,
    tagTexts: call.scope.settings.enableTagFiltering ? readTagTexts(call) : NO_TEXTS,
    tried,
  };
  return region === undefined ? request : { ...request, region };
}

/** Waits before a retry; a client that goes meanwhile ends the wait. */
async function pause(call: Call, waitMs: number): Promise<void> {
  call.request.onGone = () => call.abort();
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    call.onAbandoned = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  call.onAbandoned = undefined;
}
