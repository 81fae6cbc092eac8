import { copyText } from "../core/lasting-text.ts";

/** Path and query of a request, the path made plain: no duplicate slashes, no trailing slash. */
export interface RequestTarget {
  readonly path: string;
  /** Without `?`; empty when there is none. */
  readonly query: string;
  /** Model named by the path (`/engines/{model}/...`), decoded. Set by the route map. */
  readonly pathModel: string | undefined;
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
  return { path: toLasting(path), query: queryStart < 0 ? "" : url.slice(queryStart + 1), pathModel: undefined };
}

/** Paths of most requests are the same few. Whoever keeps one must not keep the head that it was cut out of. */
const MAX_PATHS = 256;
const MAX_PATH_LENGTH = 256;
const paths = new Map<string, string>();

function toLasting(path: string): string {
  const known = paths.get(path);
  if (known !== undefined) {
    return known;
  }
  const copy = copyText(path);
  if (paths.size >= MAX_PATHS) {
    paths.clear();
  }
  if (copy.length <= MAX_PATH_LENGTH) {
    paths.set(copy, copy);
  }
  return copy;
}

/** The value of a query parameter; `undefined` when absent. */
export function readQuery(target: RequestTarget, name: string): string | undefined {
  return target.query === "" ? undefined : (new URLSearchParams(target.query).get(name) ?? undefined);
}
