import { GatewayError } from "../core/errors.ts";
import { type HeaderReader, headerLine, type InboundReply } from "../inbound/inbound.ts";

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
  "x-litellm-model-region",
  "x-litellm-version",
  "x-litellm-response-cost",
  "x-litellm-response-cost-original",
  "x-litellm-response-cost-discount-amount",
  "x-litellm-response-cost-margin-amount",
  "x-litellm-response-cost-margin-percent",
  "x-litellm-response-duration-ms",
  "x-litellm-overhead-duration-ms",
  "x-litellm-attempted-retries",
  "x-litellm-max-retries",
  "x-litellm-attempted-fallbacks",
  "x-litellm-fastest_response_batch_completion",
  "x-portolan-dropped",
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

/**
 * Refuses what pages can fetch without an `origin` header (an image whose address is `/health`, which costs money).
 * @throws GatewayError `forbidden` for such a request from elsewhere to a gateway without a key
 */
export function checkSite(headers: HeaderReader, policy: CorsPolicy): void {
  if (policy.isOpen && !policy.origins.includes("*") && headers.get("sec-fetch-site") === "cross-site") {
    throw new GatewayError(
      "forbidden",
      "Requests from other web pages are refused, as this gateway asks for no key. Set a master key.",
    );
  }
}

/** Header lines that let a page read an answer. Every answer has them, errors and streams too. */
export function corsHeaders(origin: string | null, policy: CorsPolicy): string {
  return origin === null || !isAllowed(origin, policy)
    ? ""
    : `${headerLine("access-control-allow-origin", origin)}access-control-expose-headers: ${EXPOSED_HEADERS}\r\nvary: origin\r\n`;
}

/** Answers `OPTIONS`: which methods the path takes, and whatever headers the page wants to send. Needs no key. */
export function toOptionsReply(headers: HeaderReader, methods: readonly string[]): InboundReply {
  const allowed = [...methods, "OPTIONS"].join(", ");
  let lines = `allow: ${allowed}\r\n`;
  if (headers.get("access-control-request-method") !== null) {
    const wanted = headers.get("access-control-request-headers") ?? "authorization, content-type";
    lines += `access-control-allow-methods: ${allowed}\r\n${headerLine("access-control-allow-headers", wanted)}`;
    lines += `access-control-max-age: ${PREFLIGHT_SECONDS}\r\n`;
  }
  return { status: 204, headers: lines, body: "" };
}
