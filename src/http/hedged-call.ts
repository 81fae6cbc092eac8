import type { HedgePolicy } from "../config/gateway-config.ts";
import type { GatewayError } from "../core/errors.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import type { Deployment } from "../routing/deployment.ts";
import { HedgeDelay } from "../routing/hedge-delay.ts";
import { type ModelGroup, settingFor } from "../routing/model-table.ts";
import { type Call, toGatewayError } from "./call.ts";
import { answerFromGroup, hasAnother } from "./group-call.ts";
import { abandonPart, giveUpPart, toPart } from "./partial-call.ts";

/** The delays of a router's groups; they go with its settings. */
const delaysOf = new WeakMap<HedgePolicy, HedgeDelay>();

/** How the group's calls are hedged, if this one may be: there must be a second deployment to ask. */
export function hedgePolicyOf(call: Call, group: ModelGroup): HedgePolicy | undefined {
  const policy = settingFor(call.scope.settings.hedge, group);
  const isBarred =
    policy === undefined ||
    group.deployments.length < 2 ||
    policy.neverWith.some((name) => call.body?.find(name) !== undefined);
  return isBarred ? undefined : policy;
}

/**
 * Has a group answer and, when the answer is late, asks a second deployment of it: the first to answer is the answer, the
 * other is given up at once. Each is a call of its own to the log and the router.
 * @throws GatewayError of the first when both fail
 */
export async function answerHedged(call: Call, group: ModelGroup, policy: HedgePolicy): Promise<InboundReply> {
  const delay = delayOf(policy);
  const first = toPart(call, call.requestedModel ?? group.name);
  const second = toPart(call, call.requestedModel ?? group.name);
  const parts = [first, second];
  first.attempts.push(...call.attempts.splice(0)); // Those at groups before this one.
  call.request.onGone = () => {
    call.isClientGone = true;
    parts.forEach(abandonPart);
  };
  const startedAtMs = performance.now();
  const race = Promise.withResolvers<{ readonly reply: InboundReply; readonly part: Call }>();
  let failure: GatewayError | undefined;
  let running = 1;
  const run = (part: Call, tried: Set<Deployment>): void => {
    answerFromGroup(part, group, tried).then(
      (reply) => race.resolve({ reply, part }),
      (thrown) => {
        running--;
        failure ??= toGatewayError(thrown);
        if (running === 0) {
          race.reject(failure);
        }
      },
    );
  };
  run(first, new Set());
  const timer =
    delay.ms === undefined
      ? undefined
      : setTimeout(() => {
          if (hasAnother(second, group, first.deployment)) {
            running++;
            second.waitedMs = performance.now() - startedAtMs;
            run(second, new Set(first.deployment && [first.deployment]));
          }
        }, delay.ms);
  try {
    const { reply, part } = await race.promise;
    delay.record(performance.now() - startedAtMs);
    call.request.onGone = () => part.request.onGone?.();
    giveUpPart(part === first ? second : first);
    return reply;
  } catch (thrown) {
    adopt(call, parts);
    throw thrown;
  } finally {
    clearTimeout(timer);
  }
}

function delayOf(policy: HedgePolicy): HedgeDelay {
  let delay = delaysOf.get(policy);
  if (delay === undefined) {
    delay = new HedgeDelay(policy);
    delaysOf.set(policy, delay);
  }
  return delay;
}

/** When all have failed the call fails with all that was tried. */
function adopt(call: Call, parts: readonly Call[]): void {
  const [first] = parts;
  call.group = first?.group;
  call.deployment = first?.deployment;
  call.route = first?.route;
  const [longest] = parts.toSorted((one, other) => other.waitedMs + other.upstreamMs - one.waitedMs - one.upstreamMs);
  call.waitedMs += call.upstreamMs + (longest?.waitedMs ?? 0); // They ran at the same time.
  call.upstreamMs = longest?.upstreamMs ?? 0;
  call.reply = first?.reply;
  call.retries = first?.retries ?? 0;
  call.maxRetries = first?.maxRetries ?? 0;
  call.attempts.push(...parts.flatMap(({ attempts }) => attempts));
}
