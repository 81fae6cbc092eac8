import type { FallbackTarget } from "../config/gateway-config.ts";
import { GatewayError } from "../core/errors.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import { type Call, toGatewayError } from "./call.ts";
import { readOverrides } from "./call-params.ts";
import { reachOf } from "./client-credentials.ts";
import { isGone, mayFallBack, targetsOf } from "./fallback-targets.ts";
import { answerFromGroup } from "./group-call.ts";
import { answerHedged, hedgePolicyOf } from "./hedged-call.ts";

/** Has a group answer, hedged if its settings say so. @throws GatewayError */
export function answerFrom(call: Call, group: ModelGroup): Promise<InboundReply> {
  actOutFailure(call);
  const policy = hedgePolicyOf(call, group);
  return policy === undefined ? answerFromGroup(call, group) : answerHedged(call, group, policy);
}

/**
 * Has those answer that a group falls back on, once it has failed for good (contract 4.5): each with its own retries and
 * its own fallbacks, no group twice.
 * @param visited groups that have been asked, to be added to
 * @throws GatewayError of the last group that was tried
 */
export async function fallBack(
  call: Call,
  group: ModelGroup,
  failure: GatewayError,
  visited = new Set([group.name]),
): Promise<InboundReply> {
  const { body } = call;
  let error = failure;
  for (const target of mayFallBack(call, failure) ? targetsOf(call, failure, group) : []) {
    const named = call.scope.models.resolve(target.model);
    const next = named && reachOf(call, named, call.deployment ?? group.deployments[0]);
    const isNew = next !== undefined && !visited.has(toVisit(next, target));
    if (next === undefined || !isNew || call.fallbacks >= call.scope.settings.maxFallbacks) {
      continue;
    }
    visited.add(toVisit(next, target));
    call.fallbacks++;
    try {
      if (body !== undefined && (body !== call.body || hasOverrides(target))) {
        readOverrides(call, body, target.overrides);
      }
      return await answerFrom(call, next).catch((thrown) => fallBack(call, next, toGatewayError(thrown), visited));
    } catch (thrown) {
      error = toGatewayError(thrown);
    }
    if (isGone(call)) {
      break;
    }
  }
  throw error;
}

const hasOverrides = ({ overrides }: FallbackTarget): boolean => Object.keys(overrides).length > 0;

/** The same group with other fields is another target. */
const toVisit = (group: ModelGroup, target: FallbackTarget): string =>
  hasOverrides(target) ? `${group.name}\n${JSON.stringify(target.overrides)}` : group.name;

/** `mock_testing_*`: the first group fails without a vendor being asked. */
function actOutFailure(call: Call): void {
  const kind = call.routing.mockFailure;
  if (kind !== undefined && call.fallbacks === 0) {
    throw new GatewayError(kind, `This is a mock exception for model=${call.requestedModel}, to trigger a fallback`);
  }
}
