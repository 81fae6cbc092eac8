import type { CallFinished } from "../core/call-event.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";
import type { CallObserver } from "./call-queue.ts";

/** How a line looks: for eyes, or for machines. */
export type AccessLogFormat = "text" | "json";

/** Writes one line per call, a batch at a time. */
export function accessLog(format: AccessLogFormat, write: (text: string) => void): CallObserver {
  const toLine = format === "json" ? toJsonLine : toTextLine;
  return {
    name: "access-log",
    observe(batch) {
      let text = "";
      for (const event of batch) {
        text += `${toLine(event)}\n`;
      }
      write(text);
    },
  };
}

const round = (ms: number): number => Math.round(ms * 100) / 100;

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

const cleanOptional = (text: string | undefined): string | undefined => (text === undefined ? undefined : clean(text));

function toJsonLine(event: CallFinished): string {
  const { usage } = event;
  return JSON.stringify({
    time: new Date(event.startedAt).toISOString(),
    call_id: event.callId,
    path: clean(event.path),
    status: event.status,
    duration_ms: round(event.durationMs),
    upstream_ms: round(event.upstreamMs),
    first_byte_ms: event.firstByteMs === undefined ? undefined : round(event.firstByteMs),
    model: cleanOptional(event.requestedModel),
    model_group: cleanOptional(event.modelGroup),
    deployment: event.deploymentId,
    provider: event.provider,
    upstream_model: cleanOptional(event.upstreamModel),
    stream: event.isStream,
    prompt_tokens: usage?.promptTokens,
    completion_tokens: usage?.completionTokens,
    total_tokens: usage?.totalTokens,
    cached_tokens: usage?.cachedTokens,
    reasoning_tokens: usage?.reasoningTokens,
    request_bytes: event.requestBytes,
    response_bytes: event.responseBytes,
    client_retries: event.clientRetries || undefined,
    attempts: event.attempts.length,
    error: event.errorKind,
    error_message: cleanOptional(event.errorMessage),
  });
}

function toTextLine(event: CallFinished): string {
  const time = new Date(event.startedAt).toISOString().slice(11, 23);
  const { usage } = event;
  const target = event.provider === undefined ? "" : ` -> ${event.provider}/${clean(event.upstreamModel)}`;
  const tokens = usage === undefined ? "" : ` ${usage.promptTokens}+${usage.completionTokens} tokens`;
  const times = `${round(event.durationMs)} ms (vendor ${round(event.upstreamMs)})`;
  const failure = event.errorKind === undefined ? "" : ` ${event.errorKind}: ${clean(event.errorMessage)}`;
  const stream = event.isStream ? " stream" : "";
  return `${time} ${event.status} ${event.operation}${stream} ${clean(event.requestedModel)}${target} ${times}${tokens}${failure}`;
}
