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
  const isTls = url.protocol === "https:";
  const port = url.port === "" ? (isTls ? 443 : 80) : Number(url.port);
  const hostname = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  return {
    origin: { key: `${url.protocol}//${url.hostname}:${port}`, isTls, hostname, port, hostHeader: url.host },
    path: url.pathname.replace(/\/+$/, ""),
    query: url.search,
  };
}
