import { copyText } from "../core/lasting-text.ts";

/** Path and query of a request, the path made plain: no duplicate slashes, no trailing slash. */
export interface RequestTarget {
  /** Of a call whose path names its model: the form, as `/engines/{model}/completions`. */
  readonly path: string;
  /** Without `?`; empty when there is none. */
  readonly query: string;
  /** Model named by the path (`/engines/{model}/...`), decoded. Set by the route map. */
  readonly pathModel: string | undefined;
}

/** Targets of most requests are the same few: so many are remembered, and beyond that the memory starts afresh. */
const MAX_TARGETS = 256;
const MAX_KNOWN_LENGTH = 256;

/**
 * {@link readRequestTarget}, remembering those without a query. Targets may be kept: they hold nothing of the head that they
 * were cut out of.
 */
export function toTargetReader(rootPath: string): (url: string) => RequestTarget {
  const known = new Map<string, RequestTarget>();
  return (url) => {
    const found = known.get(url);
    if (found !== undefined) {
      return found;
    }
    const target = readRequestTarget(copyText(url), rootPath);
    if (url.length <= MAX_KNOWN_LENGTH && target.query === "") {
      if (known.size >= MAX_TARGETS) {
        known.clear();
      }
      known.set(copyText(url), target);
    }
    return target;
  };
}

/**
 * Reads the target from a URL as the server gives it: `http://host/path?query`, or from the slash on when the caller named
 * no host, or an impossible one.
 * @param rootPath prefix under which everything is mounted (`SERVER_ROOT_PATH`), without a trailing slash
 */
export function readRequestTarget(url: string, rootPath = ""): RequestTarget {
  const pathStart = url.startsWith("/") ? 0 : url.indexOf("/", 8);
  const queryStart = url.indexOf("?", pathStart);
  let path = queryStart < 0 ? url.slice(pathStart) : url.slice(pathStart, queryStart);
  if (path.includes("//")) {
    path = path.replace(/\/{2,}/g, "/");
  }
  if (path.length > 1 && path.endsWith("/")) {
    path = path.slice(0, -1);
  }
  if (rootPath !== "" && (path === rootPath || path.startsWith(`${rootPath}/`))) {
    path = path.slice(rootPath.length) || "/";
  }
  return { path, query: queryStart < 0 ? "" : url.slice(queryStart + 1), pathModel: undefined };
}

/** The value of a query parameter; `undefined` when absent. */
export function readQuery(target: RequestTarget, name: string): string | undefined {
  return target.query === "" ? undefined : (new URLSearchParams(target.query).get(name) ?? undefined);
}
