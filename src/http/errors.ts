import { ERROR_POLICY } from "../core/error-policy.ts";
import type { GatewayError } from "../core/errors.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";
import { type HeaderLines, type InboundReply, joinLines } from "../inbound/inbound.ts";

/** HTTP status of an error. */
export function statusOf(error: GatewayError): number {
  return error.status ?? ERROR_POLICY[error.kind].status;
}

/** An error as the OpenAI dialect writes it; `code` is the status as text unless an error has its own (contract 3.4). */
export function toErrorBody(error: GatewayError): string {
  const type = error.type ?? ERROR_POLICY[error.kind].type;
  const code = scrubSecrets(error.code ?? String(statusOf(error)));
  return JSON.stringify({
    error: {
      message: scrubSecrets(error.message),
      type: scrubSecrets(type),
      param: error.param === undefined ? null : scrubSecrets(error.param),
      code,
      ...(error.vendorError === undefined
        ? {}
        : { provider_specific_fields: { error: scrubSecrets(error.vendorError) } }),
    },
  });
}

/** The last frame of a stream that broke off (contract 3.3). */
export function toErrorFrame(error: GatewayError): string {
  return `data: ${toErrorBody(error)}\n\n`;
}

/** Retry hints: whole seconds, rounded up, and the exact milliseconds for clients that read them. */
function retryHeaders(error: GatewayError): string {
  const { retryAfterMs } = error;
  return retryAfterMs === undefined
    ? ""
    : `retry-after: ${Math.ceil(retryAfterMs / 1000)}\r\nretry-after-ms: ${Math.ceil(retryAfterMs)}\r\n`;
}

/** Answers with an error. `headers` are further header lines. */
export function toErrorReply(error: GatewayError, headers: HeaderLines = ""): InboundReply {
  return {
    status: statusOf(error),
    headers: joinLines(headers, `${retryHeaders(error)}content-type: application/json\r\n`),
    body: toErrorBody(error),
  };
}
