import { scrubKey } from "../core/scrub-secrets.ts";
import { toShownHeader, toShownUrl } from "../providers/secret-parts.ts";
import { headText, type UpstreamRequest } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** The head of a request to a vendor, fit to be shown. */
export interface ShownHead {
  /** Full URL; values of its query that may be secret are `****`. */
  readonly url: string;
  /** By lower-case name; values that may be secret are `****`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What may be shown of a call's request to a vendor, beside its body. */
export function toShownHead(call: Call, request: UpstreamRequest): ShownHead {
  const { origin } = request;
  const [requestLine = "", ...lines] = headText(request).trimEnd().split("\r\n");
  const target = requestLine.split(" ")[1] ?? "";
  const headers = lines.map((line): readonly [string, string] => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    return [name, toShownHeader(name, line.slice(colon + 1).trim())];
  });
  return withoutSecrets(call, {
    url: toShownUrl(`${origin.isTls ? "https" : "http"}://${origin.hostHeader}${target}`),
    headers: Object.fromEntries(headers),
  });
}

/** The text or data without what the call is signed with, and without anything that looks like a key. */
export function withoutSecrets<Value>(call: Call, value: Value): Value {
  return call.state.scrubber.scrub((call.route?.secrets() ?? []).reduce(scrubKey, value));
}
