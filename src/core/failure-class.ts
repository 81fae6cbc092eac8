import type { ErrorKind } from "./errors.ts";

/** Classes of failures that retry and cooldown policies tell apart (contract 4.4, 4.7). */
export const FAILURE_CLASSES = [
  "bad-request",
  "authentication",
  "timeout",
  "rate-limit",
  "content-policy",
  "internal-server",
  "service-unavailable",
  "bad-gateway",
  "not-found",
] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** The class that speaks for a finer one which a policy does not name. */
export const widerClassOf = (failureClass: FailureClass): FailureClass | undefined =>
  failureClass === "service-unavailable" || failureClass === "bad-gateway" ? "internal-server" : undefined;

/** The class that a failure of a vendor belongs to; `undefined` for those that policies do not speak of. */
export function failureClassOf(kind: ErrorKind): FailureClass | undefined {
  switch (kind) {
    case "upstream-invalid-request":
    case "upstream-unprocessable":
    case "context-window-exceeded":
    case "unsupported-params":
      return "bad-request";
    case "upstream-unauthenticated":
    case "upstream-forbidden":
      return "authentication";
    case "upstream-timeout":
      return "timeout";
    case "upstream-rate-limited":
    case "no-deployment-available":
      return "rate-limit";
    case "content-policy-violation":
      return "content-policy";
    case "upstream-failed":
    case "upstream-unreachable":
    case "upstream-malformed":
      return "internal-server";
    case "upstream-bad-gateway":
      return "bad-gateway";
    case "upstream-unavailable":
      return "service-unavailable";
    case "upstream-not-found":
      return "not-found";
    default:
      return undefined;
  }
}
