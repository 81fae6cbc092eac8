import type { FailureClass } from "../core/failure-class.ts";
import type { FieldTable } from "./declared-field.ts";
import type { FailureCounts } from "./gateway-config.ts";

/** LiteLLM's exception names (contract 4.4, 4.7). */
const EXCEPTIONS: Readonly<Record<FailureClass, string>> = {
  "bad-request": "BadRequestError",
  authentication: "AuthenticationError",
  timeout: "TimeoutError",
  "rate-limit": "RateLimitError",
  "content-policy": "ContentPolicyViolationError",
  "internal-server": "InternalServerError",
  "service-unavailable": "ServiceUnavailableError",
  "bad-gateway": "BadGatewayError",
  "not-found": "NotFoundError",
};

const CLASSES = Object.entries(EXCEPTIONS) as readonly (readonly [FailureClass, string])[];

const toFields = (suffix: string, what: string): FieldTable =>
  Object.fromEntries(
    CLASSES.map(([failureClass, exception]) => [
      `${exception}${suffix}`,
      { type: "integer", minimum: 0, description: `${what} ${failureClass.replace("-", " ")} failures.` },
    ]),
  );

/** `retry_policy`. */
export const RETRY_POLICY_FIELDS = toFields("Retries", "Retries after");

/** `allowed_fails_policy` (contract 4.7). */
export const ALLOWED_FAILS_POLICY_FIELDS = toFields("AllowedFails", "Allowed");

/** Numbers by class of failure, from the values of one of these tables. */
export const toFailureCounts = (values: Readonly<Record<string, unknown>>): FailureCounts =>
  Object.fromEntries(
    CLASSES.flatMap(([failureClass, exception]) => {
      const count = values[`${exception}Retries`] ?? values[`${exception}AllowedFails`];
      return typeof count === "number" ? [[failureClass, count]] : [];
    }),
  );
