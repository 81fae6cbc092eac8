import { type RequestTarget, readRequestTarget } from "../http/request-target.ts";

/** Where the gateway is mounted (`SERVER_ROOT_PATH`), told from what was cut off the path; empty at the root. */
export function readMountPath(url: string, target: RequestTarget): string {
  const { path } = readRequestTarget(url);
  const whole = path === "/" ? "" : path;
  const own = target.path === "/" ? "" : target.path;
  return whole.slice(0, whole.length - own.length);
}
