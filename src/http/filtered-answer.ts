import { GatewayError } from "../core/errors.ts";
import { readUtf8, toBuffer } from "../wire/utf8.ts";
import type { Call } from "./call.ts";
import { hasFallbacks } from "./fallback-targets.ts";

const FILTERED = Buffer.from('"content_filter"');
const FINISH_REASON = /"finish_reason"\s*:\s*"content_filter"/;

/**
 * An answer that the vendor's filter cut short, as the failure it is to a caller who has somewhere else to go: only where
 * a content-policy fallback exists for the group (contract 4.5). Streams have gone out by then.
 */
export function findFilteredAnswer(call: Call, bytes: Uint8Array): GatewayError | undefined {
  const { group } = call;
  const lists = call.routing.contentPolicyFallbacks ?? call.scope.settings.contentPolicyFallbacks;
  if (lists === undefined || group === undefined || toBuffer(bytes).indexOf(FILTERED) < 0) {
    return undefined;
  }
  const error = new GatewayError("content-policy-violation", "The vendor's content filter cut the answer short");
  const isFiltered = FINISH_REASON.test(readUtf8(bytes, 0, bytes.length));
  return isFiltered && hasFallbacks(call, error, group) ? error : undefined;
}
