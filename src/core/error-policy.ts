import type { ErrorKind } from "./errors.ts";

/** What a kind of failure means to callers and to routing. */
export interface ErrorPolicy {
  /** HTTP status sent when the error names none of its own. */
  readonly status: number;
  /** OpenAI error `type` sent when the error names none of its own. */
  readonly type: string;
  /** LiteLLM's exception class, the first words of an upstream failure's message; absent for the gateway's own errors. */
  readonly exceptionClass?: string;
  /** Whether another deployment of the same group may answer where this one failed. */
  readonly retryable: boolean;
}

/**
 * The one table of failures. Statuses, types and class names follow LiteLLM's exception mapping
 * (contract 1.10, 3.5, 3.6), so clients that match on them keep working.
 */
export const ERROR_POLICY: Readonly<Record<ErrorKind, ErrorPolicy>> = {
  "invalid-request": { status: 400, type: "invalid_request_error", retryable: false },
  "unsupported-params": { status: 400, type: "invalid_request_error", retryable: false },
  "context-window-exceeded": {
    status: 400,
    type: "invalid_request_error",
    exceptionClass: "ContextWindowExceededError",
    retryable: false,
  },
  "content-policy-violation": {
    status: 400,
    type: "invalid_request_error",
    exceptionClass: "ContentPolicyViolationError",
    retryable: false,
  },
  unauthenticated: { status: 401, type: "auth_error", retryable: false },
  forbidden: { status: 403, type: "auth_error", retryable: false },
  refused: { status: 400, type: "invalid_request_error", retryable: false },
  "check-failed": { status: 503, type: "internal_server_error", retryable: false },
  "no-database": { status: 400, type: "no_db_connection", retryable: false },
  "budget-exceeded": { status: 429, type: "budget_exceeded", retryable: false },
  "rate-limited": { status: 429, type: "throttling_error", retryable: false },
  "body-too-large": { status: 413, type: "invalid_request_error", retryable: false },
  "unsupported-encoding": { status: 415, type: "invalid_request_error", retryable: false },
  "client-too-slow": { status: 408, type: "invalid_request_error", retryable: false },
  "not-found": { status: 404, type: "invalid_request_error", retryable: false },
  "method-not-allowed": { status: 405, type: "invalid_request_error", retryable: false },
  "upstream-invalid-request": {
    status: 400,
    type: "invalid_request_error",
    exceptionClass: "BadRequestError",
    retryable: false,
  },
  "upstream-unauthenticated": {
    status: 401,
    type: "authentication_error",
    exceptionClass: "AuthenticationError",
    retryable: true,
  },
  "upstream-forbidden": {
    status: 403,
    type: "permission_error",
    exceptionClass: "PermissionDeniedError",
    retryable: true,
  },
  "upstream-not-found": { status: 404, type: "not_found_error", exceptionClass: "NotFoundError", retryable: true },
  "upstream-unprocessable": {
    status: 422,
    type: "invalid_request_error",
    exceptionClass: "UnprocessableEntityError",
    retryable: false,
  },
  "upstream-rate-limited": {
    status: 429,
    type: "throttling_error",
    exceptionClass: "RateLimitError",
    retryable: true,
  },
  "upstream-timeout": { status: 408, type: "timeout_error", exceptionClass: "Timeout", retryable: true },
  "upstream-unreachable": {
    status: 500,
    type: "internal_server_error",
    exceptionClass: "APIConnectionError",
    retryable: true,
  },
  "upstream-failed": {
    status: 500,
    type: "internal_server_error",
    exceptionClass: "InternalServerError",
    retryable: true,
  },
  "upstream-bad-gateway": {
    status: 502,
    type: "internal_server_error",
    exceptionClass: "BadGatewayError",
    retryable: true,
  },
  "upstream-unavailable": {
    status: 503,
    type: "internal_server_error",
    exceptionClass: "ServiceUnavailableError",
    retryable: true,
  },
  "upstream-malformed": {
    status: 500,
    type: "internal_server_error",
    exceptionClass: "APIResponseValidationError",
    retryable: true,
  },
  "no-deployment-available": { status: 429, type: "throttling_error", retryable: false },
  "client-closed": { status: 499, type: "client_closed_request", retryable: false },
  "given-up": { status: 499, type: "client_closed_request", retryable: false },
  "shutting-down": { status: 503, type: "internal_server_error", retryable: false },
  internal: { status: 500, type: "internal_server_error", retryable: false },
};
