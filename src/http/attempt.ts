import type { Attempt } from "../core/call-event.ts";
import { GatewayError } from "../core/errors.ts";
import { newSpanId } from "../core/trace-context.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import { type Call, toGatewayError } from "./call.ts";
import { FannedExchange } from "./fanned-exchange.ts";
import { answerInProcess, isAnsweredInProcess } from "./in-process.ts";
import { readFailure } from "./judge.ts";
import { prepareRequest } from "./prepare.ts";
import { relayStream, relayWhole } from "./relay.ts";
import { translateReply } from "./translate-reply.ts";

/**
 * One try at the call's deployment, and the one way out to vendors. Settles with the answer once its whole body has come,
 * or a stream's first event; what goes wrong before that another attempt can make good.
 * @returns the failure where the vendor answered with one: it is expected, and throwing would cost as much as all else of it
 * @throws GatewayError for all other failures
 */
export async function attempt(call: Call): Promise<InboundReply | GatewayError> {
  const { body, deployment, route } = call;
  if (body === undefined || deployment === undefined || route === undefined) {
    throw new Error("a call was sent before it was planned");
  }
  const startedAtMs = performance.now();
  call.upstreamStartedAtMs = startedAtMs;
  call.attemptSpanId = call.trace && newSpanId();
  let reply: UpstreamReply;
  try {
    const isInProcess = isAnsweredInProcess(call, deployment);
    call.translator = isInProcess ? undefined : route.translator;
    const prepared = prepareRequest(call, route, body);
    const requests = prepared instanceof Promise ? await prepared : prepared;
    const [request] = requests;
    if (call.request.isGone || call.isClientGone) {
      throw new GatewayError("client-closed", "The caller closed the connection.");
    }
    call.services.debugLog?.request(call, request);
    if (isInProcess) {
      call.exchange = answerInProcess(call, deployment, request);
    } else {
      const { transport } = call.services;
      call.exchange = requests.length === 1 ? transport.open(request) : new FannedExchange(transport, requests);
    }
    call.request.onGone = () => call.abort();
    reply = await call.exchange.reply;
  } catch (thrown) {
    const error = toGatewayError(thrown);
    call.upstreamMs = performance.now() - startedAtMs;
    call.attempts.push({ ...toAttempt(call, deployment, undefined), failure: call.failureOf(error) });
    throw error;
  }
  call.reply = reply;
  call.upstreamMs = performance.now() - startedAtMs;
  call.services.debugLog?.reply(call, reply);
  call.attempts.push(toAttempt(call, deployment, reply.status));
  if (reply.status >= 300) {
    return readFailure(call, reply);
  }
  const readable = call.translator === undefined ? reply : translateReply(call, route, call.translator, reply);
  const answer = call.isStream ? relayStream(call, readable) : relayWhole(call, readable);
  return answer instanceof Promise ? await answer : answer;
}

const toAttempt = (
  { upstreamStartedAtMs, upstreamMs, route, attemptSpanId, state }: Call,
  { id, provider, upstreamModel }: Deployment,
  status: number | undefined,
): Attempt => ({
  deploymentId: id,
  provider: provider.name,
  upstreamModel: state.scrubber.scrubName(upstreamModel),
  startedAtMs: upstreamStartedAtMs,
  durationMs: upstreamMs,
  status,
  apiBase: route?.apiBase,
  spanId: attemptSpanId,
});
