import type { ErrorKind } from "../../core/errors.ts";
import { isDeeperThan } from "../../wire/json-depth.ts";
import { readUtf8 } from "../../wire/utf8.ts";

/** A failure as a vendor of an OpenAI dialect put it. */
export interface VendorError {
  readonly status: number;
  readonly message: string;
  readonly type: string | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;
  /** The vendor's error object, or its text when it sent no object. */
  readonly raw: unknown;
}

/** Deeper errors are not read: what they say would be lost in them. */
const MAX_DEPTH = 128;
const TOO_DEEP = "an error nested too deeply to be shown";

/** Longest vendor text repeated in a message when the vendor sent no JSON. */
const MAX_TEXT = 1000;

/**
 * Reads the body of a failed reply: OpenAI's `{"error":{message,type,param,code}}`, the shapes of compatible servers
 * (`{"error":"..."}`, `{"errors":[...]}`, `{"message":...}`, `{"detail":...}`), or plain text.
 * Source: https://platform.openai.com/docs/guides/error-codes (read 2026-11-23); contract 3.4.
 */
export function readVendorError(status: number, body: Uint8Array): VendorError {
  if (isDeeperThan(body, MAX_DEPTH)) {
    return { status, message: TOO_DEEP, type: undefined, code: undefined, param: undefined, raw: TOO_DEEP };
  }
  const text = readUtf8(body, 0, body.length);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const found = findErrorObject(Array.isArray(parsed) ? parsed[0] : parsed);
  if (found === undefined) {
    const message = text.trim().slice(0, MAX_TEXT) || `HTTP status ${status} with an empty body`;
    return { status, message, type: undefined, code: undefined, param: undefined, raw: message };
  }
  return {
    status,
    message: toText(found["message"]) ?? toText(found["detail"]) ?? writeShort(found),
    type: toText(found["type"]),
    code: toText(found["code"]),
    param: toText(found["param"]),
    raw: found,
  };
}

function findErrorObject(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const outer = value as Record<string, unknown>;
  const inner = outer["error"];
  if (typeof inner === "object" && inner !== null) {
    return inner as Record<string, unknown>;
  }
  const { errors } = outer;
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (outer["message"] === undefined && typeof first === "object" && first !== null) {
    return first as Record<string, unknown>;
  }
  return typeof inner === "string" ? { ...outer, message: inner } : outer;
}

function toText(value: unknown): string | undefined {
  if (typeof value === "string") {
    return value;
  }
  if (typeof value === "number") {
    return String(value);
  }
  return typeof value === "object" && value !== null ? writeShort(value) : undefined;
}

const writeShort = (value: object): string => JSON.stringify(value).slice(0, MAX_TEXT);

/** A pattern that finds any of these in whatever case. */
const anyOf = (...phrases: readonly string[]): RegExp => new RegExp(phrases.map(RegExp.escape).join("|"), "i");

/** Contract 3.5, "context-window phrases". */
const CONTEXT_WINDOW = anyOf(
  "exceed context limit",
  "this model's maximum context length is",
  "string too long. expected a string with maximum length",
  "model's maximum context limit",
  "is longer than the model's context length",
  "input tokens exceed the configured limit",
  "`inputs` tokens + `max_new_tokens` must be",
  "exceeds the maximum number of tokens allowed",
);

const CONTENT_POLICY = anyOf(
  "content_policy_violation",
  "content_filter_policy",
  "the response was filtered",
  "responsibleaipolicyviolation",
  "your task failed as a result of our safety system",
);

const TIMEOUT = anyOf(
  "request timeout error",
  "request timed out",
  "timed out generating response",
  "the read operation timed out",
  "a timeout occurred",
);

const KIND_BY_STATUS: Readonly<Record<number, ErrorKind>> = {
  400: "upstream-invalid-request",
  401: "upstream-unauthenticated",
  403: "upstream-forbidden",
  404: "upstream-not-found",
  408: "upstream-timeout",
  413: "upstream-invalid-request",
  422: "upstream-unprocessable",
  429: "upstream-rate-limited",
  502: "upstream-bad-gateway",
  503: "upstream-unavailable",
  504: "upstream-timeout",
};

/**
 * Which kind of failure it is: what the text says of context windows, content policies and timeouts first, then the
 * status (contract 3.5, "Mapping for OpenAI-compatible vendors").
 */
export function classifyVendorError(error: VendorError): ErrorKind {
  const { status, code } = error;
  const text = `${error.message} ${code ?? ""} ${error.type ?? ""}`;
  if (status < 500 && status !== 401 && status !== 429) {
    const special = classifyText(text, code);
    if (special !== undefined) {
      return special;
    }
  }
  const byStatus = KIND_BY_STATUS[status];
  // Gateways in front of a vendor answer 502 and 503 for timeouts too: there the words tell more than the status.
  const isOpenToWords = byStatus === undefined || status >= 500;
  if (isOpenToWords && TIMEOUT.test(text)) {
    return "upstream-timeout";
  }
  const isRefusal = status >= 400 && status < 500;
  return byStatus ?? (isRefusal ? "upstream-invalid-request" : "upstream-failed");
}

function classifyText(given: string, code: string | undefined): ErrorKind | undefined {
  const text = given.toLowerCase();
  const isUserTooLong = text.includes("invalid 'user'") && text.includes("string too long");
  if (code === "context_length_exceeded" || (!isUserTooLong && isContextWindow(text))) {
    return "context-window-exceeded";
  }
  if (isContentPolicy(text)) {
    return "content-policy-violation";
  }
  return text.includes("invalid_request_error") && text.includes("model_not_found") ? "upstream-not-found" : undefined;
}

const isContextWindow = (text: string): boolean =>
  CONTEXT_WINDOW.test(text) || (text.includes("current length is") && text.includes("while limit is"));

const isContentPolicy = (text: string): boolean =>
  CONTENT_POLICY.test(text) || (text.includes("invalid prompt") && text.includes("violating our usage policy"));
