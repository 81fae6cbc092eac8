import { ERROR_POLICY } from "../core/error-policy.ts";
import { GatewayError } from "../core/errors.ts";
import { classifyVendorError, readVendorError, type VendorError } from "../dialects/openai/errors.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** Longest error body read from a vendor. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** A failed reply as the error that callers see, the vendor's words kept (contract 3.4, 3.5). */
export async function readFailure(call: Call, reply: UpstreamReply): Promise<GatewayError> {
  const body = await reply.readBody(MAX_ERROR_BYTES);
  return toVendorFailure(call, readVendorError(reply.status, body), readRetryAfter(reply));
}

/** An error object of a vendor, wherever it stood, as the error that callers see. */
export function toVendorFailure(call: Call, error: VendorError, retryAfterMs?: number): GatewayError {
  const kind = call.deployment?.provider.readError?.(error) ?? classifyVendorError(error);
  const policy = ERROR_POLICY[kind];
  // A kind that was told from the text keeps its own status; otherwise the vendor's status is handed on.
  const isFromText = kind === "context-window-exceeded" || kind === "content-policy-violation";
  const status = isFromText || error.status < 400 || error.status > 599 ? policy.status : error.status;
  return new GatewayError(kind, describe(call, policy.exceptionClass ?? "APIError", error.message), {
    status,
    type: kind === "upstream-rate-limited" ? policy.type : (error.type ?? policy.type),
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    vendorError: error.raw,
  });
}

/** A failure of the connection, with the vendor and the model group named as LiteLLM does. */
export function toTransportFailure(call: Call, error: GatewayError): GatewayError {
  const exceptionClass = ERROR_POLICY[error.kind].exceptionClass;
  return exceptionClass === undefined
    ? error
    : new GatewayError(error.kind, describe(call, exceptionClass, error.message), { cause: error });
}

function describe(call: Call, exceptionClass: string, message: string): string {
  const provider = call.deployment?.provider;
  const vendor = provider?.title ?? capitalise(provider?.name ?? "");
  const group = call.group?.name ?? "";
  return (
    `litellm.${exceptionClass}: ${exceptionClass}: ${vendor}Exception - ${message}. ` +
    `Received Model Group=${group}\nAvailable Model Group Fallbacks=None`
  );
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Longest wait that a vendor may ask for and is repeated to the caller, in milliseconds. */
const MAX_RETRY_AFTER_MS = 24 * 3600 * 1000;

/** `retry-after-ms`, `retry-after` in seconds, or as a date. Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. */
function readRetryAfter(reply: UpstreamReply): number | undefined {
  const exact = Number(reply.header("retry-after-ms") ?? Number.NaN);
  if (exact >= 0) {
    return Math.min(exact, MAX_RETRY_AFTER_MS);
  }
  const text = reply.header("retry-after");
  if (text === undefined) {
    return undefined;
  }
  const seconds = Number(text);
  const waitMs = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return waitMs >= 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : undefined;
}
