import { toUsdText } from "../catalog/call-price.ts";
import { toBoundedMap } from "../core/bounded-map.ts";
import { NANO_USD_PLACES } from "../core/call-cost.ts";
import type { CallFinished } from "../core/call-event.ts";
import { toTwoDecimals } from "../core/decimal-text.ts";
import { toOneLine } from "../core/one-line.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";
import type { Usage } from "../core/usage.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import type { CallObserver } from "./call-observer.ts";
import { toIsoTime, writeIsoTime } from "./iso-time.ts";

/** How a line looks: for eyes, or for machines. */
export type AccessLogFormat = "text" | "json";

/** Where the operator reads. What is handed over is the reader's. */
export type LogWriter = (text: string | Uint8Array) => void;

/** Writes one line per call, a batch at a time. */
export function accessLog(format: AccessLogFormat, write: LogWriter): CallObserver {
  const toLines = format === "json" ? toJsonLines : toTextLines;
  return {
    name: "access-log",
    kind: "meter",
    observe: (batch) => write(toLines(batch)),
  };
}

const toTextLines = (batch: readonly CallFinished[]): string => batch.map((event) => `${toTextLine(event)}\n`).join("");

/** Room for the lines of most batches. */
const LINES_BYTES = 64 * 1024;
let lines: ByteWriter | undefined;

function toJsonLines(batch: readonly CallFinished[]): Uint8Array {
  lines ??= new ByteWriter(LINES_BYTES);
  lines.clear();
  for (const event of batch) {
    writeJsonLine(lines, event);
  }
  return lines.take();
}

/** Longest piece of caller-chosen text in a line. */
const MAX_TEXT = 200;

const PLAIN = /^[\x20-\x7e]*$/;

const clean = (text: string | undefined): string => {
  if (text === undefined) {
    return "-";
  }
  const short = scrubSecrets(text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);
  return PLAIN.test(short) ? short : toOneLine(short);
};

/** Texts that are the same on many lines (paths, models, vendors) are made safe and quoted once. */
const toQuoted = toBoundedMap(1024, (text): string => JSON.stringify(clean(text)));

/** `,"name":"text"`; nothing for what is not known. Long text, which differs from call to call, is not remembered. */
const textField = (name: string, text: string | undefined): string =>
  text === undefined ? "" : `,"${name}":${text.length > MAX_TEXT ? JSON.stringify(clean(text)) : toQuoted(text)}`;

/** The path's field and the name of the one behind it. */
const toPathField = (path: string): Uint8Array => Buffer.from(`,"path":${JSON.stringify(clean(path))},"status":`);
const knownPathField = toBoundedMap(256, toPathField);

const pathField = (path: string): Uint8Array => (path.length > MAX_TEXT ? toPathField(path) : knownPathField(path));

/** What calls have in common that one deployment answers under one name. */
type Target = Pick<CallFinished, "requestedModel" | "modelGroup" | "provider" | "upstreamModel" | "isStream">;

/** The latest target of each deployment, and its part of the line, made once. */
const targets = new Map<string | undefined, { readonly target: Target; readonly fields: Uint8Array }>();
const MAX_TARGETS = 1024;

function targetFields(event: CallFinished): Uint8Array {
  const known = targets.get(event.deploymentId);
  if (known !== undefined && isSameTarget(known.target, event)) {
    return known.fields;
  }
  const { deploymentId, requestedModel, modelGroup, provider, upstreamModel, isStream } = event;
  const fields = Buffer.from(
    textField("model", requestedModel) +
      textField("model_group", modelGroup) +
      textField("deployment", deploymentId) +
      textField("provider", provider) +
      textField("upstream_model", upstreamModel) +
      `,"stream":${isStream}`,
  );
  if (targets.size >= MAX_TARGETS) {
    targets.clear();
  }
  const isShort = (requestedModel?.length ?? 0) <= MAX_TEXT;
  if (isShort) {
    targets.set(deploymentId, { target: { requestedModel, modelGroup, provider, upstreamModel, isStream }, fields });
  }
  return fields;
}

const isSameTarget = (one: Target, other: Target): boolean =>
  one.requestedModel === other.requestedModel &&
  one.modelGroup === other.modelGroup &&
  one.provider === other.provider &&
  one.upstreamModel === other.upstreamModel &&
  one.isStream === other.isStream;

const NAMES = {
  time: Buffer.from('{"time":"'),
  callId: Buffer.from('","call_id":'),
  duration: Buffer.from(',"duration_ms":'),
  upstream: Buffer.from(',"upstream_ms":'),
  firstByte: Buffer.from(',"first_byte_ms":'),
  promptTokens: Buffer.from(',"prompt_tokens":'),
  completionTokens: Buffer.from(',"completion_tokens":'),
  totalTokens: Buffer.from(',"total_tokens":'),
  cachedTokens: Buffer.from(',"cached_tokens":'),
  reasoningTokens: Buffer.from(',"reasoning_tokens":'),
  cost: Buffer.from(',"cost_usd":'),
  requestBytes: Buffer.from(',"request_bytes":'),
  responseBytes: Buffer.from(',"response_bytes":'),
  clientRetries: Buffer.from(',"client_retries":'),
  attempts: Buffer.from(',"attempts":'),
  end: Buffer.from("}\n"),
} as const satisfies Readonly<Record<string, Uint8Array>>;

/** Written by hand: a serialiser would walk a fresh object for each line, which costs more than all else here. */
function writeJsonLine(line: ByteWriter, event: CallFinished): void {
  line.raw(NAMES.time);
  writeIsoTime(line, event.startedAt);
  line.raw(NAMES.callId);
  line.jsonString(event.callId);
  line.raw(pathField(event.path));
  line.integer(event.status);
  writeMilliseconds(line, NAMES.duration, event.durationMs);
  writeMilliseconds(line, NAMES.upstream, event.upstreamMs);
  if (event.firstByteMs !== undefined) {
    writeMilliseconds(line, NAMES.firstByte, event.firstByteMs);
  }
  line.raw(targetFields(event));
  if (event.usage !== undefined) {
    writeUsage(line, event.usage);
  }
  if (event.cost !== undefined) {
    line.raw(NAMES.cost);
    line.decimal(event.cost.nanoUsd, NANO_USD_PLACES);
  }
  writeCount(line, NAMES.requestBytes, event.requestBytes);
  writeCount(line, NAMES.responseBytes, event.responseBytes);
  if (event.clientRetries > 0) {
    writeCount(line, NAMES.clientRetries, event.clientRetries);
  }
  writeCount(line, NAMES.attempts, event.attempts.length);
  if (event.dropped.length > 0) {
    line.text(`,"dropped":${JSON.stringify(event.dropped.map(clean))}`);
  }
  if (event.errorKind !== undefined) {
    line.text(`,"error":"${event.errorKind}","error_message":${JSON.stringify(clean(event.errorMessage))}`);
  }
  line.raw(NAMES.end);
}

function writeUsage(line: ByteWriter, usage: Usage): void {
  writeCount(line, NAMES.promptTokens, usage.promptTokens);
  writeCount(line, NAMES.completionTokens, usage.completionTokens);
  writeCount(line, NAMES.totalTokens, usage.totalTokens);
  writeCount(line, NAMES.cachedTokens, usage.cachedTokens);
  writeCount(line, NAMES.reasoningTokens, usage.reasoningTokens);
  if (usage.isEstimated) {
    line.text(',"usage_estimated":true');
  }
}

function writeCount(line: ByteWriter, name: Uint8Array, count: number): void {
  line.raw(name);
  line.integer(count);
}

/** With up to two decimals. */
function writeMilliseconds(line: ByteWriter, name: Uint8Array, milliseconds: number): void {
  line.raw(name);
  line.decimal(Math.round(milliseconds * 100), 2);
}

function toTextLine(event: CallFinished): string {
  const time = toIsoTime(event.startedAt).slice(11, 23);
  const { usage } = event;
  const target = event.provider === undefined ? "" : ` -> ${event.provider}/${clean(event.upstreamModel)}`;
  const about = usage?.isEstimated ? "about " : "";
  const tokens = usage === undefined ? "" : ` ${about}${usage.promptTokens}+${usage.completionTokens} tokens`;
  const cost = event.cost === undefined ? "" : ` $${toUsdText(event.cost.nanoUsd)}`;
  const times = `${toTwoDecimals(event.durationMs)} ms (vendor ${toTwoDecimals(event.upstreamMs)})`;
  const failure = event.errorKind === undefined ? "" : ` ${event.errorKind}: ${clean(event.errorMessage)}`;
  const stream = event.isStream ? " stream" : "";
  const attempts = event.attempts.length > 1 ? ` ${event.attempts.length} attempts` : "";
  const dropped = event.dropped.length === 0 ? "" : ` without ${clean(event.dropped.join(", "))}`;
  return `${time} ${event.status} ${event.operation}${stream} ${clean(event.requestedModel)}${target} ${times}${tokens}${cost}${attempts}${dropped} id ${clean(event.callId)}${failure}`;
}
