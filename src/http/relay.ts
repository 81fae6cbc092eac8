import { GatewayError } from "../core/errors.ts";
import { readLastUsage } from "../dialects/openai/usage.ts";
import { toEmbeddingEncoding } from "../translators/embedding-encoding.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";
import { findErrorInAnswer } from "./judge.ts";
import { decodeReply } from "./reply-encoding.ts";
import { addTimings, addVendorHeaders, toCallHeaders } from "./response-headers.ts";
import { StreamRelay } from "./stream-relay.ts";

/** Longest reply that is not a stream, in bytes. */
const MAX_REPLY_BYTES = 512 * 1024 * 1024;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Answers with the vendor's whole reply, its bytes as they came. */
export async function relayWhole(call: Call, reply: UpstreamReply): Promise<Response> {
  const bytes = await decodeReply(reply, await reply.readBody(MAX_REPLY_BYTES), MAX_REPLY_BYTES);
  call.upstreamMs = performance.now() - call.upstreamStartedAtMs;
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
  const body = call.operation === "embedding" ? toEmbeddingEncoding(bytes, call.wantsBase64) : bytes;
  const headers = toCallHeaders(call);
  addVendorHeaders(reply, headers);
  addTimings(call, headers);
  headers["content-type"] = "application/json";
  call.settle({ status: 200, usage: readLastUsage(bytes), responseBytes: body.length });
  return new Response(body, { status: 200, headers });
}

/**
 * Answers with the vendor's stream once its first event has come; a stream that begins with an error is an ordinary
 * failure.
 * @throws GatewayError when the stream fails before its first event.
 */
export async function relayStream(call: Call, reply: UpstreamReply): Promise<Response> {
  const type = reply.header("content-type") ?? "";
  if (type.startsWith("application/json")) {
    throw new GatewayError("upstream-malformed", "a stream was asked for, and the reply is a JSON body");
  }
  const relay = new StreamRelay(call, reply);
  await relay.firstEvent;
  call.upstreamMs = performance.now() - call.upstreamStartedAtMs;
  const headers = toCallHeaders(call);
  addVendorHeaders(reply, headers);
  addTimings(call, headers);
  headers["content-type"] = "text/event-stream; charset=utf-8";
  headers["cache-control"] = "no-cache";
  headers["x-accel-buffering"] = "no";
  return new Response(relay.open(), { status: 200, headers });
}

function looksLikeJson(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) {
    at++;
  }
  return bytes[at] === OPEN_BRACE || bytes[at] === OPEN_BRACKET;
}
