import { GatewayError } from "../core/errors.ts";

/** Headers that browser clients may read (client notes 11.3). */
const EXPOSED_HEADERS = [
  "x-request-id",
  "request-id",
  "retry-after",
  "retry-after-ms",
  "x-should-retry",
  "x-ratelimit-limit-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-remaining-tokens",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
  "x-litellm-call-id",
  "x-litellm-model-id",
  "x-litellm-model-group",
  "x-litellm-model-api-base",
  "x-litellm-version",
  "x-litellm-response-cost",
  "x-litellm-response-duration-ms",
  "x-litellm-overhead-duration-ms",
  "x-litellm-attempted-retries",
  "x-litellm-attempted-fallbacks",
].join(", ");

/** How long a browser may keep a preflight's answer, in seconds. */
const PREFLIGHT_SECONDS = "600";

/** Pages on the caller's own machine. */
const LOCAL_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/;

/** Which web pages may call. */
export interface CorsPolicy {
  /** Origins that are let in; `*` for all. Empty: all where callers need a key, else those of this machine. */
  readonly origins: readonly string[];
  /**
   * Whether callers need no key. Then a page from elsewhere is refused outright, preflight or not: the user's browser
   * would otherwise be a door to the gateway's keys.
   */
  readonly isOpen: boolean;
}

function isAllowed(origin: string, policy: CorsPolicy): boolean {
  return policy.origins.length === 0
    ? !policy.isOpen || LOCAL_ORIGIN.test(origin)
    : policy.origins.some((allowed) => allowed === "*" || allowed === origin);
}

/**
 * @throws GatewayError `forbidden` for a request from a page that may not call a gateway without a key.
 */
export function checkOrigin(origin: string | null, policy: CorsPolicy): void {
  if (origin !== null && policy.isOpen && !isAllowed(origin, policy)) {
    throw new GatewayError(
      "forbidden",
      `Requests from web pages at '${origin.slice(0, 200)}' are refused, as this gateway asks for no key. Set a master key, or list the origin in LITELLM_CORS_ORIGINS.`,
    );
  }
}

/** Adds what lets a page read an answer. Every answer has it, errors and streams too. */
export function addCorsHeaders(headers: Headers, origin: string, policy: CorsPolicy): void {
  if (isAllowed(origin, policy)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-expose-headers", EXPOSED_HEADERS);
    headers.append("vary", "origin");
  }
}

/** Answers `OPTIONS`: which methods the path takes, and whatever headers the page wants to send. Needs no key. */
export function toOptionsResponse(request: Request, methods: readonly string[]): Response {
  const allowed = [...methods, "OPTIONS"].join(", ");
  const headers = new Headers({ allow: allowed });
  if (request.headers.has("access-control-request-method")) {
    headers.set("access-control-allow-methods", allowed);
    headers.set(
      "access-control-allow-headers",
      request.headers.get("access-control-request-headers") ?? "authorization, content-type",
    );
    headers.set("access-control-max-age", PREFLIGHT_SECONDS);
  }
  return new Response(null, { status: 204, headers });
}
