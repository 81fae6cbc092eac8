/** Every way a call can fail. `error-policy.ts` says what each kind means for status, retries and cooldowns. */
export type ErrorKind =
  | "invalid-request"
  | "unsupported-params"
  | "context-window-exceeded"
  | "content-policy-violation"
  | "unauthenticated"
  | "forbidden"
  | "refused"
  | "check-failed"
  | "no-database"
  | "budget-exceeded"
  | "rate-limited"
  | "body-too-large"
  | "unsupported-encoding"
  | "client-too-slow"
  | "not-found"
  | "method-not-allowed"
  | "upstream-invalid-request"
  | "upstream-unauthenticated"
  | "upstream-forbidden"
  | "upstream-not-found"
  | "upstream-unprocessable"
  | "upstream-rate-limited"
  | "upstream-timeout"
  | "upstream-unreachable"
  | "upstream-failed"
  | "upstream-bad-gateway"
  | "upstream-unavailable"
  | "upstream-malformed"
  | "no-deployment-available"
  | "client-closed"
  | "given-up"
  | "shutting-down"
  | "internal";

/** Optional facts of a failure beside its kind and message. */
export interface ErrorDetails {
  /** HTTP status; the kind's own status when absent. */
  readonly status?: number;
  /** OpenAI error `type`; the kind's own when absent. */
  readonly type?: string;
  /** OpenAI error `code`; the status as text when absent. */
  readonly code?: string;
  /** The request field at fault, as a path (`messages[0].role`). */
  readonly param?: string;
  /** Milliseconds after which another try may succeed; becomes `retry-after`. */
  readonly retryAfterMs?: number;
  /** The vendor's own error object, handed to the caller as `provider_specific_fields.error`. */
  readonly vendorError?: unknown;
  /** What was caught; logged, never shown to a caller. */
  readonly cause?: unknown;
}

/**
 * The only error that the request path throws on purpose. Its message is shown to callers: no secrets in it. It has no
 * stack, which costs more than all else of a vendor's refusal: the kind says where it comes from, and what was caught is
 * its cause.
 */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  declare readonly kind: ErrorKind;
  declare readonly status: number | undefined;
  declare readonly type: string | undefined;
  declare readonly code: string | undefined;
  declare readonly param: string | undefined;
  declare readonly retryAfterMs: number | undefined;
  declare readonly vendorError: unknown;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = NO_DETAILS) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = limit;
    this.kind = kind;
    this.status = details.status;
    this.type = details.type;
    this.code = details.code;
    this.param = details.param;
    this.retryAfterMs = details.retryAfterMs;
    this.vendorError = details.vendorError;
  }
}

const NO_DETAILS: ErrorDetails = {};
