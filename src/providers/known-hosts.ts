import type { Origin } from "../upstream/origin.ts";
import type { Provider } from "./provider.ts";

const HTTPS_PORT = 443;

/**
 * Whether an origin belongs to a vendor of the table: the host of its own address, or one of the families that it
 * declares (`*.openai.azure.com`). Over TLS only, as a key goes there.
 */
export function isKnownHost({ isTls, port, hostname }: Origin, providers: Iterable<Provider>): boolean {
  if (!isTls || port !== HTTPS_PORT) {
    return false;
  }
  const host = hostname.toLowerCase();
  for (const { baseUrl, hostFamilies = [] } of providers) {
    const own = baseUrl === undefined || baseUrl.includes("${") ? null : URL.parse(baseUrl);
    if (own !== null && own.protocol === "https:" && own.hostname === host) {
      return true;
    }
    if (hostFamilies.some((family) => isOfFamily(host, family))) {
      return true;
    }
  }
  return false;
}

/** `*.example.com` means any name below it, not the name itself. */
function isOfFamily(host: string, family: string): boolean {
  return host.endsWith(family.slice(1)) && host.length >= family.length;
}
