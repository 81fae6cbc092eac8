import { writeFileSync } from "node:fs";
import { LOAD_CORE, runToEnd } from "./processes.ts";

/** A POST that wrk repeats. */
export interface LoadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What one wrk run saw. */
export interface WrkSummary {
  readonly requests: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Socket errors, time-outs and replies that were not 2xx or 3xx. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const MARK = "bench-summary ";

/** Time for one reply before wrk counts it as failed; slow peers need seconds for a stream at 256 connections. */
const REPLY_TIMEOUT_SECONDS = 60;

/** Writes the Lua script of one request to `path`; the body goes into a file beside it. */
export function writeScript(path: string, request: LoadRequest): void {
  writeFileSync(`${path}.body`, request.body);
  const headers = Object.entries(request.headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`,
  );
  writeFileSync(
    path,
    `wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
${headers.join("\n")}
local file = io.open(${JSON.stringify(`${path}.body`)}, "rb")
wrk.body = file:read("*a")
file:close()
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '${MARK}{"requests":%d,"bytes":%d,"durationMs":%.3f,"failures":%d,"p50Ms":%.3f,"p99Ms":%.3f}\\n',
    summary.requests, summary.bytes, summary.duration / 1000, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
`,
  );
}

/** Reads the summary line that the script prints. Throws an Error with wrk's output if there is none. */
export function readWrkSummary(output: string): WrkSummary {
  const line = output.split("\n").find((text) => text.startsWith(MARK));
  if (line === undefined) throw new Error(`wrk printed no summary:\n${output}`);
  const fields: unknown = JSON.parse(line.slice(MARK.length));
  const read = (name: string): number => {
    const value: unknown = typeof fields === "object" && fields !== null ? Reflect.get(fields, name) : undefined;
    if (typeof value !== "number") throw new Error(`wrk summary without ${name}: ${line}`);
    return value;
  };
  return {
    requests: read("requests"),
    bytes: read("bytes"),
    durationMs: read("durationMs"),
    failures: read("failures"),
    p50Ms: read("p50Ms"),
    p99Ms: read("p99Ms"),
  };
}

/** Puts load on `url` for `seconds`, a whole number, and resolves with what came back. Throws if wrk fails. */
export async function runWrk(script: string, url: string, connections: number, seconds: number): Promise<WrkSummary> {
  const options = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", `${REPLY_TIMEOUT_SECONDS}s`];
  const output = await runToEnd(LOAD_CORE, ["wrk", ...options, "-s", script, url]);
  return readWrkSummary(output);
}
