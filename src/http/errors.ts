import { ERROR_POLICY } from "../core/error-policy.ts";
import type { GatewayError } from "../core/errors.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";

/** HTTP status of an error. */
export function statusOf(error: GatewayError): number {
  return error.status ?? ERROR_POLICY[error.kind].status;
}

/** An error as the OpenAI dialect writes it; `code` is the status as text (contract 3.4). */
export function toErrorBody(error: GatewayError): string {
  const type = error.type ?? ERROR_POLICY[error.kind].type;
  const code = String(statusOf(error));
  return JSON.stringify({
    error: {
      message: scrubSecrets(error.message),
      type,
      param: error.param ?? null,
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
export function addRetryHeaders(error: GatewayError, headers: Record<string, string>): void {
  if (error.retryAfterMs !== undefined) {
    headers["retry-after"] = String(Math.ceil(error.retryAfterMs / 1000));
    headers["retry-after-ms"] = String(Math.ceil(error.retryAfterMs));
  }
}

/** Answers with an error. */
export function toErrorResponse(error: GatewayError, headers: Record<string, string>): Response {
  addRetryHeaders(error, headers);
  headers["content-type"] = "application/json";
  return new Response(toErrorBody(error), { status: statusOf(error), headers });
}
