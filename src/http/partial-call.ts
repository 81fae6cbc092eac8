import { GatewayError } from "../core/errors.ts";
import { toSiblingTrace } from "../core/trace-context.ts";
import { Call, type CallRequest } from "./call.ts";

/** A call of its own for one model of a list, or one of two deployments that are asked: same request, own routing. */
export function toPart(call: Call, model: string): Call {
  const request: { -readonly [Key in keyof CallRequest]: CallRequest[Key] } = {
    headers: call.request.headers,
    isGone: call.isClientGone || call.request.isGone,
    onGone: undefined,
    clientAddress: call.state.capture.details ? call.request.clientAddress : undefined,
    readBody: call.request.readBody,
  };
  const part = new Call(request, call, call.operation, call.target, call.id);
  part.keyHash = call.keyHash;
  part.body = call.body;
  part.requestedModel = model;
  part.isStream = call.isStream;
  part.wantsBase64 = call.wantsBase64;
  part.mocks = call.mocks;
  part.editOptions = call.editOptions;
  part.timeoutMs = call.timeoutMs;
  part.streamTimeoutMs = call.streamTimeoutMs;
  part.routing = call.routing;
  part.scope = call.scope;
  part.credentials = call.credentials;
  part.apiVersion = call.apiVersion;
  part.organization = call.organization;
  part.fallbacks = call.fallbacks;
  part.trace = call.trace && toSiblingTrace(call.trace);
  return part;
}

/** Gives a part up, as if its own client had gone. */
export function abandonPart(part: Call): void {
  const request = part.request as { isGone: boolean; onGone: (() => void) | undefined };
  request.isGone = true;
  part.isClientGone = true;
  part.onAbandoned?.();
  request.onGone?.();
}

/** Gives up a part that lost: another answered first. If it was asked at all, the log says so. */
export function giveUpPart(part: Call): void {
  part.isGivenUp = true;
  if (part.deployment !== undefined) {
    part.upstreamMs ||= performance.now() - part.upstreamStartedAtMs; // Unless it has answered, all was waiting.
    part.settleError(new GatewayError("given-up", "Given up: another deployment answered first."), 499);
  }
  abandonPart(part);
}
