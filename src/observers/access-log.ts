import { toUsdText } from "../catalog/call-price.ts";
import { toBoundedMap } from "../core/bounded-map.ts";
import type { CallFinished } from "../core/call-event.ts";
import { toTwoDecimals } from "../core/decimal-text.ts";
import { flatText } from "../core/lasting-text.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";
import type { CallObserver } from "./call-observer.ts";
import { toIsoTime } from "./iso-time.ts";

/** How a line looks: for eyes, or for machines. */
export type AccessLogFormat = "text" | "json";

/** Writes one line per call, a batch at a time. */
export function accessLog(format: AccessLogFormat, write: (text: string) => void): CallObserver {
  const toLine = format === "json" ? toJsonLine : toTextLine;
  return {
    name: "access-log",
    kind: "meter",
    observe(batch) {
      let text = "";
      for (const event of batch) {
        text += `${toLine(event)}\n`;
      }
      write(text);
    },
  };
}

/** Longest piece of caller-chosen text in a line. */
const MAX_TEXT = 200;

const PLAIN = /^[\x20-\x7e]*$/;

/** Control characters could forge lines or colour a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be found
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

const clean = (text: string | undefined): string => {
  if (text === undefined) {
    return "-";
  }
  const short = scrubSecrets(text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);
  return PLAIN.test(short) ? short : short.replace(CONTROL, " ");
};

/** Texts that are the same on many lines (paths, models, vendors) are made safe and quoted once. */
const toQuoted = toBoundedMap(1024, (text): string => JSON.stringify(clean(text)));

/** `,"name":"text"`; nothing for what is not known. Long text, which differs from call to call, is not remembered. */
const textField = (name: string, text: string | undefined): string =>
  text === undefined ? "" : `,"${name}":${text.length > MAX_TEXT ? JSON.stringify(clean(text)) : toQuoted(text)}`;

const toPathField = (path: string): string => `,"path":${JSON.stringify(clean(path))},"status":`;
const knownPathField = toBoundedMap(256, (path) => flatText(toPathField(path)));

/** The path's field and the name of the one behind it. */
const pathField = (path: string): string => (path.length > MAX_TEXT ? toPathField(path) : knownPathField(path));

/** What calls have in common that one deployment answers under one name. */
type Target = Pick<CallFinished, "requestedModel" | "modelGroup" | "provider" | "upstreamModel" | "isStream">;

/** The latest target of each deployment, and its part of the line: each piece of a text costs when it is written. */
const targets = new Map<string | undefined, { readonly target: Target; readonly text: string }>();
const MAX_TARGETS = 1024;

function targetFields(event: CallFinished): string {
  const known = targets.get(event.deploymentId);
  if (known !== undefined && isSameTarget(known.target, event)) {
    return known.text;
  }
  const { deploymentId, requestedModel, modelGroup, provider, upstreamModel, isStream } = event;
  const text = flatText(
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
    targets.set(deploymentId, { target: { requestedModel, modelGroup, provider, upstreamModel, isStream }, text });
  }
  return text;
}

const isSameTarget = (one: Target, other: Target): boolean =>
  one.requestedModel === other.requestedModel &&
  one.modelGroup === other.modelGroup &&
  one.provider === other.provider &&
  one.upstreamModel === other.upstreamModel &&
  one.isStream === other.isStream;

/** Put together by hand: a serialiser would walk a fresh object for each line, which costs more than all else here. */
function toJsonLine(event: CallFinished): string {
  const { usage } = event;
  let line =
    `{"time":"${toIsoTime(event.startedAt)}","call_id":${JSON.stringify(event.callId)}${pathField(event.path)}` +
    `${event.status},"duration_ms":${toTwoDecimals(event.durationMs)},"upstream_ms":${toTwoDecimals(event.upstreamMs)}`;
  if (event.firstByteMs !== undefined) {
    line += `,"first_byte_ms":${toTwoDecimals(event.firstByteMs)}`;
  }
  line += targetFields(event);
  if (usage !== undefined) {
    line +=
      `,"prompt_tokens":${usage.promptTokens},"completion_tokens":${usage.completionTokens}` +
      `,"total_tokens":${usage.totalTokens},"cached_tokens":${usage.cachedTokens}` +
      `,"reasoning_tokens":${usage.reasoningTokens}`;
    if (usage.isEstimated) {
      line += ',"usage_estimated":true';
    }
  }
  if (event.cost !== undefined) {
    line += `,"cost_usd":${toUsdText(event.cost.nanoUsd)}`;
  }
  line += `,"request_bytes":${event.requestBytes},"response_bytes":${event.responseBytes}`;
  if (event.clientRetries > 0) {
    line += `,"client_retries":${event.clientRetries}`;
  }
  line += `,"attempts":${event.attempts.length}`;
  if (event.dropped.length > 0) {
    line += `,"dropped":${JSON.stringify(event.dropped.map(clean))}`;
  }
  if (event.errorKind !== undefined) {
    line += `,"error":"${event.errorKind}","error_message":${JSON.stringify(clean(event.errorMessage))}`;
  }
  return `${line}}`;
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
  const dropped = event.dropped.length === 0 ? "" : ` without ${clean(event.dropped.join(", "))}`;
  return `${time} ${event.status} ${event.operation}${stream} ${clean(event.requestedModel)}${target} ${times}${tokens}${cost}${dropped}${failure}`;
}
