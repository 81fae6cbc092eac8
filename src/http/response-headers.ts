import { toBoundedMap } from "../core/bounded-map.ts";
import { toThreeDecimals } from "../core/decimal-text.ts";
import { flatText } from "../core/lasting-text.ts";
import { headerLine } from "../inbound/inbound.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { Call } from "./call.ts";

/** Most bytes of vendor headers handed on: Node clients refuse a header block above 16 KB. */
const MAX_VENDOR_HEADER_BYTES = 8 * 1024;

/** Vendor headers that mean something only on the vendor's own connection, or that would set the vendor's cookies here. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "content-length",
  "content-encoding",
  "set-cookie",
  "set-cookie2",
  "alt-svc",
  "strict-transport-security",
  "www-authenticate",
]);

/** Vendor headers that clients read under their own name (client notes 7.3). */
const SAME_NAME = /^(?:x-ratelimit-|openai-|x-request-id$)/;

/** A value may hold no control character. */
const SAFE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Header lines of every answer to a call, whatever comes of it (contract 3.2). Empty values are left out. */
export function toCallHeaders(call: Call): string {
  let lines = `x-litellm-call-id: ${call.id}\r\n${versionLine(call.services.version)}`;
  const { deployment, group } = call;
  if (deployment !== undefined) {
    lines += deploymentLines(deployment, call.route);
  }
  if (group !== undefined) {
    lines += groupLine(group.name) + countLines(call);
  }
  if (call.dropped.length > 0) {
    lines += `x-portolan-dropped: ${call.dropped.map(toHeaderText).join(", ").slice(0, MAX_DROPPED_LENGTH)}\r\n`;
  }
  return lines;
}

/** Longest list of what was left out, in characters; the call's log has all of it. */
const MAX_DROPPED_LENGTH = 2048;

/** Lines that a deployment's answers share, made once: a dozen pieces of text per call would be a dozen allocations. */
const linesOfRoute = new WeakMap<PreparedRoute | Deployment, string>();

function deploymentLines(deployment: Deployment, route: PreparedRoute | undefined): string {
  let lines = linesOfRoute.get(route ?? deployment);
  if (lines === undefined) {
    const region = deployment.entry.params.regionName;
    lines = flatText(
      `x-litellm-model-id: ${toHeaderText(deployment.id)}\r\n` +
        headerLine("x-litellm-model-api-base", route?.apiBase ?? deployment.apiBase) +
        (region === undefined ? "" : `x-litellm-model-region: ${toHeaderText(region)}\r\n`),
    );
    linesOfRoute.set(route ?? deployment, lines);
  }
  return lines;
}

const versionLine = toBoundedMap(1, (version): string => flatText(`x-litellm-version: ${version}\r\n`));

/** Names of wildcard groups are the callers' to choose, so the memory is bounded. */
const groupLine = toBoundedMap(256, (name): string => flatText(`x-litellm-model-group: ${toHeaderText(name)}\r\n`));

function countLines({ retries, fallbacks, maxRetries }: Call): string {
  return retries === 0 && fallbacks === 0 && maxRetries === 0
    ? FIRST_TRY_LINES
    : `x-litellm-attempted-retries: ${retries}\r\nx-litellm-attempted-fallbacks: ${fallbacks}\r\n` +
        (maxRetries === 0 ? "" : `x-litellm-max-retries: ${maxRetries}\r\n`);
}

const FIRST_TRY_LINES = "x-litellm-attempted-retries: 0\r\nx-litellm-attempted-fallbacks: 0\r\n";

/** Total time and the gateway's own share of it, in milliseconds. */
export function toTimingHeaders(call: Call): string {
  const totalMs = performance.now() - call.startedAtMs;
  const overheadMs = Math.max(0, totalMs - call.upstreamMs);
  return `x-litellm-response-duration-ms: ${toThreeDecimals(totalMs)}\r\nx-litellm-overhead-duration-ms: ${toThreeDecimals(overheadMs)}\r\n`;
}

/** How a vendor's header is handed on. */
interface VendorHeader {
  readonly prefixed: string;
  readonly isHop: boolean;
  readonly hasSameName: boolean;
  /** Lines of a value that came before; empty where there are none. */
  lines: string;
  /** How often a value was another one than before. */
  changeCount: number;
}

/** Vendor header names that are remembered; they are few. */
const MAX_VENDOR_NAMES = 512;

const vendorHeaderOf = toBoundedMap(
  MAX_VENDOR_NAMES,
  (name): VendorHeader => ({
    prefixed: flatText(`llm_provider-${name}: `),
    isHop: HOP_HEADERS.has(name),
    hasSameName: SAME_NAME.test(name),
    lines: "",
    changeCount: 0,
  }),
);

/** Many headers have one value in all replies: a text that has been put together once costs less to write. */
function vendorLines(name: string, value: string): string {
  const header = vendorHeaderOf(name);
  if (header.isHop || value === "") {
    return "";
  }
  const { prefixed, lines, hasSameName } = header;
  const length = prefixed.length + value.length + 2 + (hasSameName ? name.length + value.length + 4 : 0);
  if (lines.length === length && lines.startsWith(value, prefixed.length)) {
    return lines;
  }
  if (!SAFE_VALUE.test(value)) {
    return "";
  }
  const made = `${prefixed}${value}\r\n${hasSameName ? `${name}: ${value}\r\n` : ""}`;
  if (header.changeCount < MAX_CHANGES && value.length <= MAX_KEPT_VALUE) {
    header.changeCount++;
    header.lines = flatText(made);
  }
  return made;
}

/** A header that has changed so often is one that differs from reply to reply. */
const MAX_CHANGES = 32;
/** Longest value whose lines are kept, in characters. */
const MAX_KEPT_VALUE = 512;

/** The vendor's headers: all of them prefixed `llm_provider-`, and those that clients read also under their own name. */
export function toVendorHeaders(reply: UpstreamReply): string {
  let lines = "";
  let isFull = false;
  reply.headers.forEachLine((name, value) => {
    const added = isFull ? "" : vendorLines(name, value);
    isFull ||= lines.length + added.length > MAX_VENDOR_HEADER_BYTES;
    if (!isFull) {
      lines += added;
    }
  });
  return lines;
}

/** Text as a header may carry it: other characters percent-encoded. */
function toHeaderText(text: string): string {
  return SAFE_TEXT.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

const SAFE_TEXT = /^[\x20-\x7e]{0,512}$/;
