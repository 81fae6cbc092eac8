import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** Most bytes of vendor headers handed on: Node clients refuse a header block above 16 KB. */
const MAX_VENDOR_HEADER_BYTES = 8 * 1024;

/** Vendor headers that mean something only on the vendor's own connection, or that would set the vendor's cookies here. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "content-encoding",
  "set-cookie",
  "set-cookie2",
  "alt-svc",
  "strict-transport-security",
  "www-authenticate",
]);

/** Vendor headers that clients read under their own name (client notes 7.3). */
const SAME_NAME = /^(?:x-ratelimit-|openai-|x-request-id$)/;

/** Header names are tokens; a value may hold no control character. */
const SAFE_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const SAFE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers of every answer to a call, whatever comes of it (contract 3.2). Empty values are left out. */
export function toCallHeaders(call: Call): Record<string, string> {
  const headers: Record<string, string> = {
    "x-litellm-call-id": call.id,
    "x-litellm-version": call.services.version,
  };
  const { deployment, group } = call;
  if (deployment !== undefined) {
    headers["x-litellm-model-id"] = toHeaderText(deployment.id);
    headers["x-litellm-model-api-base"] = call.route?.apiBase ?? deployment.apiBase;
    const region = deployment.entry.params.regionName;
    if (region !== undefined) {
      headers["x-litellm-model-region"] = toHeaderText(region);
    }
  }
  if (group !== undefined) {
    headers["x-litellm-model-group"] = toHeaderText(group.name);
    headers["x-litellm-attempted-retries"] = "0";
    headers["x-litellm-attempted-fallbacks"] = "0";
  }
  return headers;
}

/** Total time and the gateway's own share of it, in milliseconds. */
export function addTimings(call: Call, headers: Record<string, string>): void {
  const totalMs = performance.now() - call.startedAtMs;
  headers["x-litellm-response-duration-ms"] = totalMs.toFixed(3);
  headers["x-litellm-overhead-duration-ms"] = Math.max(0, totalMs - call.upstreamMs).toFixed(3);
}

/** The vendor's headers: all of them prefixed `llm_provider-`, and those that clients read also under their own name. */
export function addVendorHeaders(reply: UpstreamReply, headers: Record<string, string>): void {
  let bytes = 0;
  const { headers: pairs } = reply;
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index] ?? "";
    const value = pairs[index + 1] ?? "";
    if (value === "" || HOP_HEADERS.has(name) || !SAFE_VALUE.test(value) || !SAFE_NAME.test(name)) {
      continue;
    }
    bytes += name.length + value.length;
    if (bytes > MAX_VENDOR_HEADER_BYTES) {
      return;
    }
    headers[`llm_provider-${name}`] = value;
    if (SAME_NAME.test(name)) {
      headers[name] = value;
    }
  }
}

/** Text as a header may carry it: other characters percent-encoded. */
function toHeaderText(text: string): string {
  return SAFE_TEXT.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

const SAFE_TEXT = /^[\x20-\x7e]{0,512}$/;
