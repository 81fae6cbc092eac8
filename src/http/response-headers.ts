import { toBoundedMap } from "../core/bounded-map.ts";
import type { CallCost } from "../core/call-cost.ts";
import { type HeaderSource, headerLine } from "../inbound/inbound.ts";
import type { PreparedRoute } from "../providers/prepared-route.ts";
import type { Deployment } from "../routing/deployment.ts";
import type { UpstreamReply } from "../upstream/transport.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";
import type { Call } from "./call.ts";
import { writeCostLines } from "./call-price.ts";

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

const TAB = 9;
const SPACE = 32;
const DELETE = 127;
/** 1 for the characters that a value may hold: no control characters. */
const IN_VALUE = Uint8Array.from({ length: 256 }, (_, code) =>
  code === TAB || (code >= SPACE && code !== DELETE) ? 1 : 0,
);

const LINE_END = Buffer.from("\r\n");

/** The type of an answer that is no stream. */
export const JSON_LINES: Uint8Array = Buffer.from("content-type: application/json\r\n");

/** What the answer to a call says beside the call itself. */
export interface AnswerFacts {
  /** The vendor's reply, whose headers are handed on. */
  readonly reply?: UpstreamReply | undefined;
  readonly cost?: CallCost | undefined;
  /** Further lines. */
  readonly lines?: Uint8Array | undefined;
}

/**
 * Header lines of every answer to a call, whatever comes of it (contract 3.2), written where the answer is put together: as
 * texts, a dozen lines would be a dozen pieces of garbage, and to join them would take longer than all else about them.
 */
export class AnswerHeaders implements HeaderSource {
  readonly #call: Call;
  readonly #facts: AnswerFacts;

  constructor(call: Call, facts: AnswerFacts) {
    this.#call = call;
    this.#facts = facts;
  }

  writeTo(out: ByteWriter): void {
    const call = this.#call;
    const { reply, cost, lines } = this.#facts;
    if (lines !== undefined) {
      out.raw(lines);
    }
    writeCallLines(out, call);
    if (reply !== undefined) {
      writeVendorLines(out, reply);
    }
    writeTimingLines(out, call);
    writeCostLines(out, call, cost);
  }
}

const CALL_ID = Buffer.from("x-litellm-call-id: ");

function writeCallLines(out: ByteWriter, call: Call): void {
  out.raw(CALL_ID);
  out.latin1(call.id);
  out.raw(LINE_END);
  out.raw(linesOf(call));
  if (call.group !== undefined) {
    writeCounts(out, call);
  }
  if (call.dropped.length > 0) {
    out.latin1(`x-portolan-dropped: ${call.dropped.map(toHeaderText).join(", ").slice(0, MAX_DROPPED_LENGTH)}\r\n`);
  }
}

/** Longest list of what was left out, in characters; the call's log has all of it. */
const MAX_DROPPED_LENGTH = 2048;

/** Lines that the answers of one route to calls for one group share. */
interface SharedLines {
  readonly group: string | undefined;
  readonly bytes: Uint8Array;
}

const knownLines = new WeakMap<PreparedRoute | Deployment, SharedLines>();
/** Most calls go where the one before went. */
let latest: { readonly key: PreparedRoute | Deployment; readonly lines: SharedLines } | undefined;

/** Version, deployment and group, made once: they are the same for all calls of a route. */
function linesOf(call: Call): Uint8Array {
  const key = call.route ?? call.deployment;
  const group = call.group?.name;
  if (key === undefined) {
    return makeLines(call);
  }
  let lines = latest?.key === key ? latest.lines : knownLines.get(key);
  if (lines === undefined || lines.group !== group) {
    lines = { group, bytes: makeLines(call) };
    knownLines.set(key, lines);
  }
  if (latest?.lines !== lines) {
    latest = { key, lines };
  }
  return lines.bytes;
}

function makeLines({ services, deployment, route, group }: Call): Uint8Array {
  let lines = `x-litellm-version: ${services.version}\r\n`;
  if (deployment !== undefined) {
    const region = deployment.entry.params.regionName;
    lines +=
      `x-litellm-model-id: ${toHeaderText(deployment.id)}\r\n` +
      headerLine("x-litellm-model-api-base", route?.apiBase ?? deployment.apiBase) +
      (region === undefined ? "" : `x-litellm-model-region: ${toHeaderText(region)}\r\n`);
  }
  return Buffer.from(
    group === undefined ? lines : `${lines}x-litellm-model-group: ${toHeaderText(group.name)}\r\n`,
    "latin1",
  );
}

function writeCounts(out: ByteWriter, { retries, fallbacks, maxRetries }: Call): void {
  if (retries === 0 && fallbacks === 0 && maxRetries === 0) {
    out.raw(FIRST_TRY);
    return;
  }
  out.latin1(`x-litellm-attempted-retries: ${retries}\r\nx-litellm-attempted-fallbacks: ${fallbacks}\r\n`);
  if (maxRetries !== 0) {
    out.latin1(`x-litellm-max-retries: ${maxRetries}\r\n`);
  }
}

const FIRST_TRY = Buffer.from("x-litellm-attempted-retries: 0\r\nx-litellm-attempted-fallbacks: 0\r\n");

const RESPONSE_DURATION = Buffer.from("x-litellm-response-duration-ms: ");
const OVERHEAD_DURATION = Buffer.from("\r\nx-litellm-overhead-duration-ms: ");

/** Total time and the gateway's own share of it, in milliseconds. */
function writeTimingLines(out: ByteWriter, call: Call): void {
  const totalMs = performance.now() - call.startedAtMs;
  out.raw(RESPONSE_DURATION);
  out.threeDecimals(totalMs);
  out.raw(OVERHEAD_DURATION);
  out.threeDecimals(Math.max(0, totalMs - call.waitedMs - call.upstreamMs));
  out.raw(LINE_END);
}

/** How a vendor's header is handed on. */
interface VendorHeader {
  /** The beginning of its line. */
  readonly prefixed: Uint8Array;
  /** The beginning of a second line, under the header's own name; absent where there is none. */
  readonly plain: Uint8Array | undefined;
  readonly isHop: boolean;
}

/** Vendor header names that are remembered; they are few. */
const MAX_VENDOR_NAMES = 512;

const vendorHeaderOf = toBoundedMap(
  MAX_VENDOR_NAMES,
  (name): VendorHeader => ({
    prefixed: Buffer.from(`llm_provider-${name}: `, "latin1"),
    plain: SAME_NAME.test(name) ? Buffer.from(`${name}: `, "latin1") : undefined,
    isHop: HOP_HEADERS.has(name),
  }),
);

/** The vendor's headers: all of them prefixed `llm_provider-`, and those that clients read also under their own name. */
function writeVendorLines(out: ByteWriter, reply: UpstreamReply): void {
  const start = out.length;
  let isFull = false;
  reply.headers.forEachRange((name, head, valueStart, valueEnd) => {
    const { prefixed, plain, isHop } = vendorHeaderOf(name);
    if (isFull || isHop || !isShowable(head, valueStart, valueEnd)) {
      return;
    }
    const before = out.length;
    writeVendorLine(out, prefixed, head, valueStart, valueEnd);
    if (plain !== undefined) {
      writeVendorLine(out, plain, head, valueStart, valueEnd);
    }
    if (out.length - start > MAX_VENDOR_HEADER_BYTES) {
      isFull = true;
      out.cutTo(before);
    }
  });
}

function writeVendorLine(out: ByteWriter, begin: Uint8Array, head: string, start: number, end: number): void {
  out.raw(begin);
  out.latin1Range(head, start, end);
  out.raw(LINE_END);
}

/** Empty values are left out, and those that no header may carry. */
function isShowable(head: string, start: number, end: number): boolean {
  let isSafe = 1;
  for (let at = start; at < end; at++) {
    isSafe &= IN_VALUE[head.charCodeAt(at)] ?? 0;
  }
  return isSafe === 1 && start < end;
}

/** Text as a header may carry it: other characters percent-encoded. */
function toHeaderText(text: string): string {
  return SAFE_TEXT.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

const SAFE_TEXT = /^[\x20-\x7e]{0,512}$/;
