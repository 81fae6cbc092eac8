import { GatewayError } from "../core/errors.ts";
import { type InboundReply, joinLines } from "../inbound/inbound.ts";
import type { Call } from "./call.ts";
import { firstAbleOf, isOneVendor } from "./client-credentials.ts";
import { abandonPart, giveUpPart, toPart } from "./partial-call.ts";
import { lookUpGroup } from "./plan.ts";
import { AnswerHeaders, JSON_LINES } from "./response-headers.ts";

/** Answers one call; never throws. */
type AnswerCall = (call: Call) => Promise<InboundReply>;

/** The names of a comma list, trimmed; `undefined` for a call that asks for one model. Chat calls alone have lists (contract 2.4). */
export function namesOf(call: Call): readonly string[] | undefined {
  const { requestedModel } = call;
  if (call.operation !== "chat" || requestedModel === undefined || !requestedModel.includes(",")) {
    return undefined;
  }
  return requestedModel.split(",").map((name) => name.trim());
}

/**
 * Answers a call to several models (contract 2.4): all at once, each with its own retries and fallbacks, as a JSON array
 * in the order of the names. With `fastest_response` the first answer is the answer.
 * @throws GatewayError `invalid-request` for too many names, a stream of several answers, or one key for several vendors
 */
export function answerBatch(call: Call, names: readonly string[], answer: AnswerCall): Promise<InboundReply> {
  const most = call.state.config.general.maxBatchModels;
  if (names.length > most) {
    throw new GatewayError(
      "invalid-request",
      `'model' names ${names.length} models; at most ${most} may be asked at once (general_settings.max_batch_models).`,
      { param: "model" },
    );
  }
  if (call.isStream && !call.routing.wantsFastest) {
    throw new GatewayError(
      "invalid-request",
      "The answers of several models cannot be streamed: leave out 'stream', ask one model, or set 'fastest_response' to true.",
      { param: "stream" },
    );
  }
  checkKeyOfList(call, names);
  const items = names.map((name) => toPart(call, name));
  call.request.onGone = () => {
    call.isClientGone = true;
    for (const item of items) {
      abandonPart(item);
    }
  };
  return call.routing.wantsFastest ? answerFirst(call, items, answer) : answerAll(call, items, answer);
}

/**
 * Looks whether the models of a list are of one vendor, where the caller brings a key: each would get it.
 * @throws GatewayError `invalid-request`
 */
function checkKeyOfList(call: Call, names: readonly string[]): void {
  if (call.credentials === undefined) {
    return;
  }
  const firsts = names.flatMap((name) => {
    const group = lookUpGroup(call, name);
    return (group && firstAbleOf(call, group)) ?? [];
  });
  const [first] = firsts;
  if (first !== undefined && !firsts.every((deployment) => isOneVendor(call, first, deployment))) {
    throw new GatewayError(
      "invalid-request",
      "The models of the list are of different vendors, and 'api_key' is for one: ask them one by one, or bring a 'user_config'.",
      { param: "api_key" },
    );
  }
}

const isFailure = (reply: InboundReply): boolean => reply.status >= 300;

async function answerAll(call: Call, items: readonly Call[], answer: AnswerCall): Promise<InboundReply> {
  const replies = await Promise.all(items.map((item) => answer(item)));
  const [first] = replies;
  if (first !== undefined && replies.every(isFailure)) {
    return first;
  }
  const pieces: Uint8Array[] = [];
  for (const [index, reply] of replies.entries()) {
    pieces.push(index === 0 ? OPEN : COMMA, toItemBytes(reply, items[index]?.requestedModel ?? ""));
  }
  pieces.push(CLOSE);
  return { status: 200, headers: new AnswerHeaders(call, { lines: JSON_LINES }), body: Buffer.concat(pieces) };
}

const OPEN = Buffer.from("[");
const COMMA = Buffer.from(",");
const CLOSE = Buffer.from("]");

/** An answer's bytes as they came; a failure as an error object that names the model. */
function toItemBytes(reply: InboundReply, model: string): Uint8Array {
  const { body } = reply;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    throw new Error("an answer of a list was a stream");
  }
  if (!isFailure(reply)) {
    return typeof body === "string" ? Buffer.from(body) : body;
  }
  const failure: unknown = JSON.parse(typeof body === "string" ? body : Buffer.from(body).toString("utf8"));
  return Buffer.from(JSON.stringify({ ...(failure as object), model }));
}

/** The first answer wins and the others are given up; when all fail, the first failure that came. */
async function answerFirst(call: Call, items: readonly Call[], answer: AnswerCall): Promise<InboundReply> {
  const winner = Promise.withResolvers<{ readonly reply: InboundReply; readonly item: Call | undefined }>();
  let firstFailure: InboundReply | undefined;
  let left = items.length;
  for (const item of items) {
    answer(item)
      .then((reply) => {
        left--;
        if (!isFailure(reply)) {
          winner.resolve({ reply, item });
          return;
        }
        firstFailure ??= reply;
        if (left === 0) {
          winner.resolve({ reply: firstFailure, item: undefined });
        }
      })
      .catch(winner.reject);
  }
  const { reply, item } = await winner.promise;
  if (item !== undefined) {
    for (const other of items) {
      if (other !== item) {
        giveUpPart(other);
      }
    }
    call.request.onGone = () => item.request.onGone?.();
  }
  return { ...reply, headers: joinLines(reply.headers, "x-litellm-fastest_response_batch_completion: True\r\n") };
}
