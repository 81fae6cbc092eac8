import { GatewayError } from "../core/errors.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import { type Call, toGatewayError } from "./call.ts";
import { readCallParams } from "./call-params.ts";
import { statusOf, toErrorReply } from "./errors.ts";
import { answerInProcess, isAnsweredInProcess } from "./in-process.ts";
import { readRequestBody, scanBody } from "./intake.ts";
import { describeFailure, readFailure } from "./judge.ts";
import { planCall } from "./plan.ts";
import { prepareRequest } from "./prepare.ts";
import { relayStream, relayWhole } from "./relay.ts";
import { toCallHeaders, toTimingHeaders, toVendorHeaders } from "./response-headers.ts";

/**
 * Runs one call from acceptance to its answer. Never throws: failures are answers. What is there already is not waited
 * for: an `await` costs a turn and a promise, and most steps of most calls have nothing to wait for.
 */
export async function runCall(call: Call): Promise<InboundReply> {
  let reply: UpstreamReply | undefined;
  try {
    call.state.auth.authenticate(call.request.headers);
    const bytes = readRequestBody(call.request, call.state.config.general.maxRequestBytes);
    readCallParams(call, scanBody(bytes instanceof Promise ? await bytes : bytes));
    planCall(call);
    reply = await send(call);
    if (reply.status >= 300) {
      throw await readFailure(call, reply);
    }
    const answer = call.isStream ? relayStream(call, reply) : relayWhole(call, reply);
    return answer instanceof Promise ? await answer : answer;
  } catch (thrown) {
    return toFailedCall(call, describeFailure(call, toGatewayError(thrown)), reply);
  }
}

/** Prepares the request and sends it to the call's deployment; records the attempt. The one way out to vendors. */
export async function send(call: Call): Promise<UpstreamReply> {
  const { body, deployment, route } = call;
  if (body === undefined || deployment === undefined || route === undefined) {
    throw new Error("a call was sent before it was planned");
  }
  const prepared = prepareRequest(call, route, body);
  const request = prepared instanceof Promise ? await prepared : prepared;
  const startedAtMs = performance.now();
  call.upstreamStartedAtMs = startedAtMs;
  if (call.request.isGone) {
    throw new GatewayError("client-closed", "The caller closed the connection.");
  }
  call.services.debugLog?.request(call, request);
  call.exchange = isAnsweredInProcess(call, deployment)
    ? answerInProcess(call, deployment, request)
    : call.services.transport.open(request);
  call.request.onGone = () => call.abort();
  try {
    const reply = await call.exchange.reply;
    call.upstreamMs = performance.now() - startedAtMs;
    call.services.debugLog?.reply(call, reply);
    call.attempts.push({ deploymentId: deployment.id, startedAtMs, durationMs: call.upstreamMs });
    return reply;
  } catch (thrown) {
    const error = toGatewayError(thrown);
    call.upstreamMs = performance.now() - startedAtMs;
    call.attempts.push({
      deploymentId: deployment.id,
      startedAtMs,
      durationMs: call.upstreamMs,
      failure: error.kind,
    });
    throw error;
  }
}

function toFailedCall(call: Call, error: GatewayError, reply: UpstreamReply | undefined): InboundReply {
  if (error.kind === "internal") {
    call.services.logError(`call ${call.id} failed`, error.cause);
  }
  call.settleError(error, statusOf(error));
  const vendorHeaders = reply === undefined ? "" : toVendorHeaders(reply);
  return toErrorReply(error, toCallHeaders(call) + vendorHeaders + toTimingHeaders(call));
}
