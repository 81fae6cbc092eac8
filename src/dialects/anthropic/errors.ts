import type { ErrorKind } from "../../core/errors.ts";

/**
 * HTTP statuses of Anthropic's error types, for errors within a stream, which have none.
 * Source: https://platform.claude.com/docs/en/api/errors (read 2026-11-28).
 */
const STATUS_BY_TYPE: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** The status that Anthropic gives an error of this type outside streams; 500 for types not known. */
export const statusOfErrorType = (type: string | undefined): number =>
  type !== undefined && Object.hasOwn(STATUS_BY_TYPE, type) ? (STATUS_BY_TYPE[type] ?? 500) : 500;

/** What a failure of a Claude model says, whichever cloud it runs on. */
interface ClaudeError {
  readonly status: number;
  readonly message: string;
  readonly type: string | undefined;
}

/**
 * Kinds of failure that Anthropic tells in words (contract 3.5): a prompt that is too long for the model, an answer that
 * its filter blocked, an overload. Sources: https://platform.claude.com/docs/en/api/errors (read 2026-11-28);
 * https://github.com/anthropics/claude-code/issues/58367 (`Output blocked by content filtering policy`).
 */
export function readClaudeError({ status, message, type }: ClaudeError): ErrorKind | undefined {
  const text = message.toLowerCase();
  if (status < 500 && (text.includes("prompt is too long") || text.includes("exceed context limit"))) {
    return "context-window-exceeded";
  }
  if (text.includes("content filtering policy")) {
    return "content-policy-violation";
  }
  if (type === "overloaded_error") {
    return "upstream-failed";
  }
  return type === "billing_error" || status === 402 ? "upstream-forbidden" : undefined;
}
