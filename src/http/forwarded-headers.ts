import { KEY_HEADERS } from "../auth/key-carrier.ts";
import type { Call } from "./call.ts";

/**
 * Headers of one hop, of the client's own making, or of the gateway's contract: never forwarded; nor those by which clouds
 * are told who pays and what is signed (`x-amz-security-token`, `x-goog-user-project`, `x-content-sha256`, ...).
 */
const NEVER_FORWARDED = /^x-(?:stainless|litellm|forwarded|real-ip|amz|goog-|snowflake-authorization|content-sha256)/;

/**
 * Header lines of the caller that the vendor gets, if the configuration says so: `x-*` headers and those that the vendor
 * declares (`anthropic-beta`) with `forward_client_headers_to_llm_api`, the organization, of the body or the headers, with
 * `forward_openai_org_id` (contract 2.7). No key ever.
 */
export function forwardedHeaders(call: Call): string {
  const { general } = call.state.config;
  if (!general.forwardClientHeaders && !general.forwardOpenaiOrganization) {
    return "";
  }
  const { headers } = call.request;
  let lines = "";
  const organization = general.forwardOpenaiOrganization
    ? (call.organization ?? headers.get("openai-organization"))
    : null;
  if (organization !== null) {
    lines += `openai-organization: ${organization}\r\n`;
  }
  if (general.forwardClientHeaders) {
    const own = general.litellmKeyHeaderName?.toLowerCase();
    const understood = call.deployment?.provider.clientHeaders ?? [];
    headers.forEach((value, name) => {
      const isMeant = (name.startsWith("x-") && !NEVER_FORWARDED.test(name)) || understood.includes(name);
      if (isMeant && !KEY_HEADERS.has(name) && name !== own) {
        lines += `${name}: ${value}\r\n`;
      }
    });
  }
  return lines;
}
