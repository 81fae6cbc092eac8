import { GatewayError } from "../core/errors.ts";
import type { Usage } from "../core/usage.ts";
import { addServiceTier, readLastUsage, readRerankUsage } from "../dialects/openai/usage.ts";
import type { InboundReply } from "../inbound/inbound.ts";
import { toEmbeddingEncoding } from "../translators/embedding-encoding.ts";
import { decodeReply } from "../upstream/reply-encoding.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";
import { costOf, hasServiceTiers } from "./call-price.ts";
import { findFilteredAnswer } from "./filtered-answer.ts";
import { findErrorInAnswer } from "./judge.ts";
import { AnswerHeaders, JSON_LINES } from "./response-headers.ts";
import { StreamRelay } from "./stream-relay.ts";

/** Longest reply that is not a stream, in bytes. */
const MAX_REPLY_BYTES = 512 * 1024 * 1024;

/** Longest body that is looked at for an error where a stream was promised. */
const MAX_ERROR_BYTES = 1024 * 1024;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Answers with the vendor's whole reply, its bytes as they came. */
export function relayWhole(call: Call, reply: UpstreamReply): InboundReply | Promise<InboundReply> {
  const body = reply.readBody(MAX_REPLY_BYTES);
  const isHere = !(body instanceof Promise) && reply.header("content-encoding") === undefined;
  return isHere ? answerWhole(call, reply, body) : answerSlowly(call, reply, body);
}

/** The way of replies that are still under way, or encoded. */
async function answerSlowly(
  call: Call,
  reply: UpstreamReply,
  body: Uint8Array | Promise<Uint8Array>,
): Promise<InboundReply> {
  const bytes = await decodeReply(reply, await body, MAX_REPLY_BYTES);
  call.upstreamMs = performance.now() - call.upstreamStartedAtMs;
  return answerWhole(call, reply, bytes);
}

function answerWhole(call: Call, reply: UpstreamReply, bytes: Uint8Array): InboundReply {
  if (!looksLikeJson(bytes)) {
    throw new GatewayError(
      "upstream-malformed",
      `the reply is not JSON (content-type '${reply.header("content-type") ?? ""}')`,
    );
  }
  const failure = findErrorInAnswer(call, bytes);
  if (failure !== undefined) {
    throw failure;
  }
  const filtered = findFilteredAnswer(call, bytes);
  if (filtered !== undefined) {
    throw filtered;
  }
  const body = call.operation === "embedding" ? toEmbeddingEncoding(bytes, call.wantsBase64) : bytes;
  const usage = readUsage(call, bytes);
  const cost = costOf(call, usage);
  call.settle({
    status: 200,
    usage,
    cost,
    responseBytes: body.length,
    response: body,
  });
  return { status: 200, headers: new AnswerHeaders(call, { reply, cost, lines: JSON_LINES }), body };
}

function readUsage(call: Call, bytes: Uint8Array): Usage | undefined {
  const usage = call.usage ?? (call.operation === "rerank" ? readRerankUsage(bytes) : readLastUsage(bytes));
  return usage !== undefined && hasServiceTiers(call) ? addServiceTier(usage, bytes) : usage;
}

/**
 * Answers with the vendor's stream once its first event has come; a stream that begins with an error is an ordinary
 * failure.
 * @throws GatewayError when the stream fails before its first event.
 */
export async function relayStream(call: Call, reply: UpstreamReply): Promise<InboundReply> {
  const type = reply.header("content-type") ?? "";
  if (type.startsWith("application/json")) {
    const bytes = await decodeReply(reply, await reply.readBody(MAX_ERROR_BYTES), MAX_ERROR_BYTES);
    const message = "a stream was asked for, and the reply is a JSON body";
    throw findErrorInAnswer(call, bytes) ?? new GatewayError("upstream-malformed", message);
  }
  const relay = new StreamRelay(call, reply);
  await relay.firstEvent;
  call.upstreamMs = performance.now() - call.upstreamStartedAtMs;
  return { status: 200, headers: new AnswerHeaders(call, { reply, lines: STREAM_LINES }), body: relay };
}

const STREAM_LINES = Buffer.from(
  "content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-accel-buffering: no\r\n",
);

function looksLikeJson(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) {
    at++;
  }
  return bytes[at] === OPEN_BRACE || bytes[at] === OPEN_BRACKET;
}
