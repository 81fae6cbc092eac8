import type { GatewayError } from "../core/errors.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import { answerBatch, namesOf } from "./batch.ts";
import { type Call, toGatewayError } from "./call.ts";
import { readCallParams } from "./call-params.ts";
import { NO_COST_LINES } from "./call-price.ts";
import { statusOf, toErrorReply } from "./errors.ts";
import { answerFrom, fallBack } from "./fallback-chain.ts";
import { readRequestBody, scanBody } from "./intake.ts";
import { describeFailure } from "./judge.ts";
import { findGroup } from "./plan.ts";
import type { PreCallChecks } from "./pre-call.ts";
import { AnswerHeaders } from "./response-headers.ts";
import { chooseScope } from "./user-config.ts";

/**
 * Runs one call from acceptance to its answer. Never throws: failures are answers. What is there already is not waited
 * for: each promise on the way costs memory and a turn, and most steps of most calls have nothing to wait for.
 */
export function runCall(call: Call): InboundReply | Promise<InboundReply> {
  const reply = begin(call);
  const { watch } = call.services;
  return watch.isOn && reply instanceof Promise ? watch.until(call, reply) : reply;
}

function begin(call: Call): InboundReply | Promise<InboundReply> {
  try {
    call.keyHash = call.state.auth.authenticate(call.request.headers);
    const bytes = readRequestBody(call.request, call.state.config.general.maxRequestBytes);
    return bytes instanceof Promise ? runLater(call, bytes) : answer(call, bytes);
  } catch (thrown) {
    return toFailedCall(call, thrown);
  }
}

async function runLater(call: Call, body: Promise<Uint8Array>): Promise<InboundReply> {
  try {
    return await answer(call, await body);
  } catch (thrown) {
    return toFailedCall(call, thrown);
  }
}

/** @throws GatewayError for what is wrong with the request as a whole */
function answer(call: Call, bytes: Uint8Array): Promise<InboundReply> {
  readCallParams(call, scanBody(bytes));
  const { preCall } = call.state;
  return preCall === undefined ? answerModels(call) : answerChecked(call, preCall);
}

/** The answer of a call that the operator's checks have let pass. Never rejects. */
async function answerChecked(call: Call, checks: PreCallChecks): Promise<InboundReply> {
  try {
    await checks.run(call);
    return await answerModels(call);
  } catch (thrown) {
    return toFailedCall(call, thrown);
  }
}

/** @throws GatewayError for a `user_config` that cannot be */
function answerModels(call: Call): Promise<InboundReply> {
  chooseScope(call);
  const names = namesOf(call);
  return names === undefined
    ? answerOne(call)
    : answerBatch(call, names, answerOne).catch((thrown) => toFailedCall(call, thrown));
}

/** The answer of one model, failures included. Never rejects. */
async function answerOne(call: Call): Promise<InboundReply> {
  let group: ModelGroup | undefined;
  try {
    group = findGroup(call);
    return await answerFrom(call, group);
  } catch (thrown) {
    return group === undefined ? toFailedCall(call, thrown) : answerLater(call, group, toGatewayError(thrown));
  }
}

/** The answer of those that a failed group falls back on. Never rejects. */
async function answerLater(call: Call, group: ModelGroup, failure: GatewayError): Promise<InboundReply> {
  try {
    return await fallBack(call, group, failure);
  } catch (thrown) {
    return toFailedCall(call, thrown);
  }
}

function toFailedCall(call: Call, thrown: unknown): InboundReply {
  const error: GatewayError = describeFailure(call, toGatewayError(thrown));
  if (error.kind === "internal") {
    call.services.logError(`call ${call.id} failed`, error.cause);
  }
  call.settleError(error, statusOf(error));
  const lines = call.deployment === undefined ? undefined : NO_COST_LINES;
  return toErrorReply(error, new AnswerHeaders(call, { reply: call.reply, lines }));
}
