/** Headers whose values tell nothing secret, whoever set them. A deployment's others may be its credentials. */
const OPEN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "anthropic-beta",
  "anthropic-version",
  "connection",
  "content-length",
  "content-type",
  "host",
  "http-referer",
  "openai-beta",
  "user-agent",
  "x-title",
]);

/** Parameters of a query that tell nothing secret. */
const OPEN_PARAMETERS: ReadonlySet<string> = new Set(["alt", "api-version", "beta", "version"]);

const HIDDEN = "****";

/** A header's value as it may be shown. @param name in lower case */
export const toShownHeader = (name: string, value: string): string => (OPEN_HEADERS.has(name) ? value : HIDDEN);

/** A URL or a path, the values of its query hidden: some vendors take keys there, and so do operators' own proxies (`?code=`). */
export function toShownUrl(url: string): string {
  const start = url.indexOf("?") + 1;
  return start === 0 ? url : url.slice(0, start) + partsOf(url.slice(start)).map(toShownPart).join("&");
}

/** What of a deployment's own headers and of the query of its base URL is to be kept out of whatever is shown. */
export function secretsIn(headers: Readonly<Record<string, string>>, query: string): readonly string[] {
  const ofHeaders = Object.entries(headers)
    .filter(([name]) => !OPEN_HEADERS.has(name.toLowerCase()))
    .map(([, value]) => value.split(" ").at(-1) ?? "");
  const ofQuery = partsOf(query.replace(/^\?/, ""))
    .filter((part) => toShownPart(part) !== part)
    .flatMap(spellingsOf);
  return [...ofHeaders, ...ofQuery].filter((secret) => secret !== "");
}

const partsOf = (query: string): readonly string[] => query.split("&");

function toShownPart(part: string): string {
  const [name = ""] = part.split("=", 1);
  if (part === "" || OPEN_PARAMETERS.has(name.toLowerCase())) {
    return part;
  }
  return name === part ? HIDDEN : `${name}=${HIDDEN}`;
}

/** A value as it stands in the URL, and as whoever has read the URL writes it. */
function spellingsOf(part: string): readonly string[] {
  const value = part.slice(part.indexOf("=") + 1);
  try {
    const decoded = decodeURIComponent(value.replaceAll("+", " "));
    return decoded === value ? [value] : [value, decoded];
  } catch {
    return [value];
  }
}
