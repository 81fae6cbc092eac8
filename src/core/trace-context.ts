/** Where a call stands in a distributed trace. Ids are lower-case hex. Source: https://www.w3.org/TR/trace-context/ (read 2026-11-28). */
export interface CallTrace {
  /** 32 digits: the caller's, else a fresh one. */
  readonly traceId: string;
  /** 16 digits: the span of this call. */
  readonly spanId: string;
  /** The caller's span; `undefined` where the trace begins here. */
  readonly parentSpanId: string | undefined;
  /** The trace is recorded: the caller said so, or the sampler did. */
  readonly isSampled: boolean;
  /** The caller's `tracestate`, to be handed on as it is. */
  readonly tracestate: string | undefined;
}

/** Who decides whether a trace is recorded. */
export interface TraceSampling {
  /** A caller's decision counts; else only the share does. */
  readonly followsCaller: boolean;
  /** The share of traces that are recorded where the caller does not decide, from 0 to 1. */
  readonly share: number;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);
const SAMPLED = 1;

/** What a `traceparent` header says; `undefined` for one that is not as the standard has it. */
export function readTraceparent(
  header: string | null,
): Pick<CallTrace, "traceId" | "spanId" | "isSampled"> | undefined {
  const match = header === null ? null : TRACEPARENT.exec(header);
  if (match === null) {
    return undefined;
  }
  const [, version, traceId = "", spanId = "", flags = "", rest] = match;
  // Later versions may add fields behind those of version 00; `ff` is no version.
  const isKnown = version !== "ff" && (version !== "00" || rest === undefined);
  return isKnown && traceId !== NO_TRACE && spanId !== NO_SPAN
    ? { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED }
    : undefined;
}

const STATE_MEMBER =
  /^(?:[a-z0-9][a-z0-9_*/-]{0,255}|[a-z0-9][a-z0-9_*/-]{0,240}@[a-z][a-z0-9_*/-]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;
const MAX_STATE_MEMBERS = 32;
const MAX_STATE_LENGTH = 512;
/** Members longer than this are the first to go where there is too much. */
const LONG_MEMBER = 128;
/** Beyond it nothing is looked at. */
const MAX_STATE_READ = 8192;

/** What is handed on of a `tracestate` header; `undefined` for none, and for one that is not as the standard has it. */
export function readTracestate(header: string | null): string | undefined {
  if (header === null || header.length > MAX_STATE_READ) {
    return undefined;
  }
  const members = header
    .split(",")
    .map((member) => member.replace(/^[ \t]+|[ \t]+$/g, ""))
    .filter((member) => member !== "");
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf("="))));
  const isValid = members.length <= MAX_STATE_MEMBERS && keys.size === members.length;
  if (members.length === 0 || !isValid || !members.every((member) => STATE_MEMBER.test(member))) {
    return undefined;
  }
  const whole = members.join(",");
  return whole.length <= MAX_STATE_LENGTH ? whole : shortenState(members);
}

function shortenState(members: readonly string[]): string | undefined {
  const kept = members.filter((member) => member.length <= LONG_MEMBER);
  while (kept.join(",").length > MAX_STATE_LENGTH) {
    kept.pop();
  }
  return kept.length === 0 ? undefined : kept.join(",");
}

/** The place of a call in the trace of its caller, or in a new one. */
export function beginTrace(headers: Pick<Headers, "get">, sampling: TraceSampling): CallTrace {
  const parent = readTraceparent(headers.get("traceparent"));
  if (parent === undefined) {
    const traceId = newTraceId();
    const isSampled = isInShare(traceId, sampling.share);
    return { traceId, spanId: newSpanId(), parentSpanId: undefined, isSampled, tracestate: undefined };
  }
  return {
    traceId: parent.traceId,
    spanId: newSpanId(),
    parentSpanId: parent.spanId,
    isSampled: sampling.followsCaller ? parent.isSampled : isInShare(parent.traceId, sampling.share),
    tracestate: readTracestate(headers.get("tracestate")),
  };
}

/** Another call of the same trace and parent: one of several that a request becomes. */
export const toSiblingTrace = (trace: CallTrace): CallTrace => ({ ...trace, spanId: newSpanId() });

/** Header lines that tell a vendor where its part of a trace belongs. */
export function toTraceLines(
  { traceId, isSampled, tracestate }: Pick<CallTrace, "traceId" | "isSampled" | "tracestate">,
  spanId: string,
): string {
  const lines = `traceparent: 00-${traceId}-${spanId}-${isSampled ? "01" : "00"}\r\n`;
  return tracestate === undefined ? lines : `${lines}tracestate: ${tracestate}\r\n`;
}

/** The same for a call that is no part of a trace itself: what its caller says is handed on. */
export function toCallersTraceLines(headers: Pick<Headers, "get">): string {
  const parent = readTraceparent(headers.get("traceparent"));
  const tracestate = readTracestate(headers.get("tracestate"));
  return parent === undefined ? "" : toTraceLines({ ...parent, tracestate }, parent.spanId);
}

/** As many hex digits of an id as a number holds exactly. */
const SHARE_DIGITS = 13;

/** The same for one trace in all processes. */
function isInShare(traceId: string, share: number): boolean {
  return share >= 1 || Number.parseInt(traceId.slice(-SHARE_DIGITS), 16) < share * 16 ** SHARE_DIGITS;
}

/** An id of a span. */
export const newSpanId = (): string => randomHex(8);

/** An id of a trace. */
export const newTraceId = (): string => randomHex(16);

/** Random bytes are drawn many at a time. */
const pool = Buffer.alloc(4096);
let used = pool.length;

/** Never all zeros, which the standard forbids. */
function randomHex(bytes: 8 | 16): string {
  if (used + bytes > pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  const text = pool.toString("hex", used, used + bytes);
  used += bytes;
  return /[^0]/.test(text) ? text : randomHex(bytes);
}
