import { readAddress } from "./address-class.ts";
import { isHostName } from "./host-name.ts";

/** Where a connection goes: scheme, host and port. Two equal origins share kept-alive connections. */
export interface Origin {
  /** `https://api.openai.com:443`; the key of the connection pool. */
  readonly key: string;
  readonly isTls: boolean;
  /** Name or address to connect to; IPv6 without brackets. */
  readonly hostname: string;
  readonly port: number;
  /** Value of the `host` header: the port only when it is not the scheme's own. */
  readonly hostHeader: string;
}

/** A base URL split into the origin and the path in front of every route (no trailing slash, maybe empty). */
export interface BaseUrl {
  readonly origin: Origin;
  readonly path: string;
  /** Query string with its `?`, or empty. */
  readonly query: string;
}

/**
 * Reads an absolute http(s) URL.
 * @throws TypeError naming what is wrong: not a URL, another scheme, or credentials in it.
 */
export function readBaseUrl(text: string): BaseUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`'${text}' is not an absolute URL`);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new TypeError(`'${text}' must start with http:// or https://`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("a URL must not carry a user name or password");
  }
  return toBaseUrl(url);
}

function toBaseUrl(url: URL): BaseUrl {
  const isTls = url.protocol === "https:";
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  const hostname = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  return {
    origin: { key: `${url.protocol}//${url.hostname}:${port}`, isTls, hostname, port, hostHeader: url.host },
    path: trimSlashes(url.pathname),
    query: url.search,
  };
}

/** Longest URL taken from a caller, in characters. */
const MAX_CLIENT_URL_LENGTH = 4096;

/** Scheme and everything up to the path: what a caller's URL is held against as it was written, before any parser mends it. */
const AUTHORITY = /^https?:\/\/([^/?]*)/i;

/** A name or IPv4 address in any spelling, or an IPv6 address in brackets, then maybe a port. */
const HOST_AND_PORT = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/**
 * Reads a URL that a caller chose. What parsers are known to read differently is refused, not mended; an IPv4 address in
 * an odd spelling (`0x7f.1`) comes out in its plain one. Whether the host may be reached is for the egress guard to say.
 * @throws TypeError in plain words, without the URL itself, as that may hold a secret.
 */
export function readClientUrl(text: string): BaseUrl {
  if (text.length > MAX_CLIENT_URL_LENGTH) {
    throw new TypeError(`the URL is longer than ${MAX_CLIENT_URL_LENGTH} characters`);
  }
  const fault = URL_FAULTS.find(([pattern]) => pattern.test(text));
  if (fault !== undefined) {
    throw new TypeError(fault[1]);
  }
  const authority = AUTHORITY.exec(text)?.[1];
  if (authority === undefined) {
    throw new TypeError("the URL must start with http:// or https://");
  }
  if (authority.includes("@")) {
    throw new TypeError("the URL must not carry a user name or password");
  }
  if (authority === "" || authority.startsWith(":")) {
    throw new TypeError("the URL has no host");
  }
  if (!HOST_AND_PORT.test(authority)) {
    throw new TypeError(
      "the URL's host is not a plain name or address; names that are not ASCII are written in their xn-- form",
    );
  }
  const url = URL.parse(text);
  if (url === null) {
    throw new TypeError("the URL's host or port cannot be read");
  }
  const base = toBaseUrl(url);
  if (base.origin.port === 0) {
    throw new TypeError("the URL's port must be from 1 to 65535");
  }
  if (readAddress(base.origin.hostname) === undefined && !isHostName(base.origin.hostname)) {
    throw new TypeError("the URL's host is not a well-formed name");
  }
  return base;
}

const URL_FAULTS: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [/[\0-\x20\x7f-\x9f]/, "the URL holds a space or a control character"],
  [/\\/, "the URL holds a backslash"],
  [/#/, "the URL must not have a fragment (#)"],
];

/** Without a pattern: one that looks for the last slashes takes long on a text of slashes. */
function trimSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path.charAt(end - 1) === "/") {
    end--;
  }
  return path.slice(0, end);
}
