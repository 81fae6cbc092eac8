import type { GatewayError } from "../core/errors.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import { answerBatch, namesOf } from "./batch.ts";
import { type Call, toGatewayError } from "./call.ts";
import { readCallParams } from "./call-params.ts";
import { statusOf, toErrorReply } from "./errors.ts";
import { answerWithFallbacks } from "./fallback-chain.ts";
import { readRequestBody, scanBody } from "./intake.ts";
import { describeFailure } from "./judge.ts";
import { toCallHeaders, toTimingHeaders, toVendorHeaders } from "./response-headers.ts";

/**
 * Runs one call from acceptance to its answer. Never throws: failures are answers. What is there already is not waited
 * for: an `await` costs a turn and a promise, and most steps of most calls have nothing to wait for.
 */
export async function runCall(call: Call): Promise<InboundReply> {
  try {
    call.state.auth.authenticate(call.request.headers);
    const bytes = readRequestBody(call.request, call.state.config.general.maxRequestBytes);
    readCallParams(call, scanBody(bytes instanceof Promise ? await bytes : bytes));
    chooseScope(call);
    const names = namesOf(call);
    return await (names === undefined ? answerWithFallbacks(call) : answerBatch(call, names, answerOne));
  } catch (thrown) {
    return toFailedCall(call, thrown);
  }
}

/** The answer of one model, failures included. */
async function answerOne(call: Call): Promise<InboundReply> {
  try {
    return await answerWithFallbacks(call);
  } catch (thrown) {
    return toFailedCall(call, thrown);
  }
}

/** A call that brings its own models is routed among those alone (contract 2.8). */
function chooseScope(call: Call): void {
  const field = call.body?.find("user_config");
  if (field !== undefined && field.kind !== "null") {
    call.scope = call.state.userConfigs.scopeOf(call, field);
  }
}

function toFailedCall(call: Call, thrown: unknown): InboundReply {
  const error: GatewayError = describeFailure(call, toGatewayError(thrown));
  if (error.kind === "internal") {
    call.services.logError(`call ${call.id} failed`, error.cause);
  }
  call.settleError(error, statusOf(error));
  const vendorHeaders = call.reply === undefined ? "" : toVendorHeaders(call.reply);
  return toErrorReply(error, toCallHeaders(call) + vendorHeaders + toTimingHeaders(call));
}
