import { ERROR_POLICY } from "../core/error-policy.ts";
import { GatewayError } from "../core/errors.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";
import { classifyVendorError, readVendorError, type VendorError } from "../dialects/openai/errors.ts";
import { findTargets } from "../routing/fallbacks.ts";
import { decodeReply } from "../upstream/reply-encoding.ts";
import { MAX_RETRY_AFTER_MS, readRetryAfter } from "../upstream/retry-after.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** Longest error body read from a vendor. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** A failed reply as the error that callers see, the vendor's words kept (contract 3.4, 3.5). Never rejects. */
export function readFailure(call: Call, reply: UpstreamReply): GatewayError | Promise<GatewayError> {
  if (reply.status < 400) {
    call.exchange?.abort();
    const message = `the vendor answered with status ${reply.status}; redirects are not followed, so check api_base`;
    return new GatewayError("upstream-malformed", message);
  }
  const body = readErrorBody(reply);
  return body instanceof Promise ? body.then((read) => toFailure(call, reply, read)) : toFailure(call, reply, body);
}

function toFailure(call: Call, reply: UpstreamReply, body: Uint8Array): GatewayError {
  const error = readVendorError(reply.status, body);
  return toVendorFailure(call, withTypeOfHeader(call, reply, error), readRetryAfter(reply) ?? readWait(call, error));
}

/** What some vendors say of waiting in their error objects. */
function readWait(call: Call, error: VendorError): number | undefined {
  const waitMs = call.deployment?.provider.retryAfterMs?.(error.raw);
  return waitMs === undefined ? undefined : Math.min(waitMs, MAX_RETRY_AFTER_MS);
}

/** Some vendors tell the kind of a failure in a header: `ThrottlingException:http://...`. */
function withTypeOfHeader(call: Call, reply: UpstreamReply, error: VendorError): VendorError {
  const name = call.deployment?.provider.errorTypeHeader;
  const type = name === undefined ? undefined : reply.header(name)?.split(":")[0];
  return type === undefined || error.type !== undefined ? error : { ...error, type };
}

/** The status tells most of a failure: when its body is too long, breaks off or cannot be decoded, the status is all. */
function readErrorBody(reply: UpstreamReply): Uint8Array | Promise<Uint8Array> {
  const body = reply.readBody(MAX_ERROR_BYTES);
  return body instanceof Promise || reply.header("content-encoding") !== undefined
    ? decodeErrorBody(reply, body)
    : body;
}

async function decodeErrorBody(reply: UpstreamReply, body: Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await decodeReply(reply, await body, MAX_ERROR_BYTES);
  } catch {
    return NO_BODY;
  }
}

const NO_BODY = new Uint8Array(0);

const BEGINNING = Buffer.from('{"error":');
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;

/**
 * An error object where an answer was promised: in a reply with status 200 or as a stream's first event. Some vendors
 * decide to fail after they have sent their status.
 */
export function findErrorInAnswer(call: Call, bytes: Uint8Array): GatewayError | undefined {
  if (bytes.length > MAX_ERROR_BYTES || !beginsAsError(bytes)) {
    return undefined;
  }
  const error = readVendorError(500, bytes);
  const code = Number(error.code);
  const status = Number.isInteger(code) && code >= 400 && code <= 599 ? code : 500;
  return toVendorFailure(call, { ...error, status });
}

/** Whether the bytes, white space apart, begin with `{"error":` and an object or a text. */
function beginsAsError(bytes: Uint8Array): boolean {
  let at = skipSpace(bytes, 0);
  for (const byte of BEGINNING) {
    if (bytes[at] !== byte) {
      return false;
    }
    at = skipSpace(bytes, at + 1);
  }
  return bytes[at] === OPEN_BRACE || bytes[at] === QUOTE;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) {
    at++;
  }
  return at;
}

/** An error object of a vendor, wherever it stood, as the error that callers see. */
export function toVendorFailure(call: Call, given: VendorError, retryAfterMs?: number): GatewayError {
  const error = withoutKey(call, given);
  const provider = call.deployment?.provider;
  const read = provider?.readError?.(error);
  const kind = read ?? classifyVendorError(error);
  const policy = ERROR_POLICY[kind];
  // A kind that was told from the text has its own status (Google answers 400 to a wrong key); otherwise the vendor's is handed on.
  const isRefusal = error.status >= 400 && error.status < 500;
  const isFromText =
    kind === "context-window-exceeded" ||
    kind === "content-policy-violation" ||
    (read !== undefined && isRefusal && policy.status !== 400);
  const told = provider?.statuses?.[error.status] ?? error.status;
  const isStatus = Number.isInteger(told) && told >= 400 && told <= 599;
  const status = isFromText || !isStatus ? policy.status : told;
  return new GatewayError(kind, error.message, {
    status,
    type: kind === "upstream-rate-limited" ? policy.type : (error.type ?? policy.type),
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    vendorError: error.raw,
  });
}

/** Vendors repeat keys in their words, and not every key looks like one: those that the call went out with are known. */
function withoutKey(call: Call, error: VendorError): VendorError {
  return scrubSecrets(error, call.route?.secrets());
}

/**
 * An error as callers see it: failures of the vendor or of the way to it name the vendor and the model group as LiteLLM
 * does (contract 3.4); the gateway's own errors stay as they are. To be applied once, where the answer is made.
 */
export function describeFailure(call: Call, error: GatewayError): GatewayError {
  const { exceptionClass } = ERROR_POLICY[error.kind];
  if (exceptionClass === undefined) {
    return error;
  }
  const provider = call.deployment?.provider;
  const vendor = provider?.title ?? capitalise(provider?.name ?? "");
  const message =
    `litellm.${exceptionClass}: ${exceptionClass}: ${vendor}Exception - ${error.message}. ` +
    `Received Model Group=${call.group?.name ?? ""}\nAvailable Model Group Fallbacks=${fallbackNames(call)}` +
    (call.maxRetries === 0 ? "" : ` LiteLLM Retried: ${call.retries} times, LiteLLM Max Retries: ${call.maxRetries}`);
  const { param, retryAfterMs, vendorError } = error;
  // A host of the caller's that does not exist is the caller's mistake, though others of its `user_config` may answer.
  const { status, type } =
    error.kind === "upstream-unreachable" && param !== undefined ? ERROR_POLICY["invalid-request"] : error;
  return new GatewayError(error.kind, message, {
    ...(status === undefined ? {} : { status }),
    ...(type === undefined ? {} : { type }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    vendorError,
    cause: error,
  });
}

/** The fallbacks of the group that failed last, as LiteLLM lists them. */
function fallbackNames(call: Call): string {
  const map = call.routing.fallbacks ?? call.scope.settings.fallbacks;
  const targets = call.group === undefined ? [] : findTargets(map, call.group);
  return targets.length === 0 ? "None" : `[${targets.map(({ model }) => `'${model}'`).join(", ")}]`;
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
