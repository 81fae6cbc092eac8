import type { Attempt, CallFinished } from "../core/call-event.ts";
import type { LiveAttempt, LiveCall } from "../core/live-feed.ts";
import { toOneLine } from "../core/one-line.ts";
import { scrubSecrets } from "../core/scrub-secrets.ts";
import { overheadMsOf } from "./standard-payload.ts";

/** Longest name, and longest error message. Callers choose both. */
const MAX_NAME = 100;
const MAX_MESSAGE = 300;
/** Attempts and dropped parameters that are kept of a call. */
const MAX_ATTEMPTS = 8;
const MAX_DROPPED = 4;

/** What of a call's record is kept as it is. */
type SmallParts = Pick<
  CallFinished,
  | "callId"
  | "operation"
  | "startedAt"
  | "startedAtMs"
  | "durationMs"
  | "upstreamMs"
  | "firstByteMs"
  | "status"
  | "errorKind"
  | "errorMessage"
  | "path"
  | "requestedModel"
  | "modelGroup"
  | "deploymentId"
  | "provider"
  | "upstreamModel"
  | "isStream"
  | "usage"
  | "retries"
  | "fallbacks"
  | "clientRetries"
  | "attempts"
  | "dropped"
>;

/** A call as it is kept for the page: its numbers, and short copies of its texts. Made quickly, read seldom. */
export interface KeptCall extends SmallParts {
  readonly sequence: number;
  readonly streamingMs: number;
  readonly gatewayMs: number;
  readonly costNanoUsd: number | undefined;
  readonly attemptCount: number;
}

/** A stream waits for the vendor until it begins, and then passes at the vendor's pace. */
const streamingMsOf = ({ isStream, durationMs, firstByteMs }: CallFinished): number =>
  isStream && firstByteMs !== undefined ? Math.max(0, durationMs - firstByteMs) : 0;

/** Of all attempts together, and of the waits between them. */
const allUpstreamMsOf = (event: CallFinished, streamingMs: number): number =>
  Math.min(event.durationMs - streamingMs, event.upstreamMs + event.waitedMs);

/** What is kept of a call: nothing that could be large. */
export function toKeptCall(event: CallFinished, sequence: number): KeptCall {
  const { durationMs, firstByteMs, attempts, dropped } = event;
  const streamingMs = streamingMsOf(event);
  const upstreamMs = allUpstreamMsOf(event, streamingMs);
  return {
    sequence,
    callId: event.callId,
    operation: event.operation,
    path: shorten(event.path, MAX_NAME),
    startedAt: event.startedAt,
    startedAtMs: event.startedAtMs,
    durationMs,
    upstreamMs,
    firstByteMs,
    streamingMs,
    gatewayMs: overheadMsOf(event),
    status: event.status,
    errorKind: event.errorKind,
    errorMessage: shortenIfKnown(event.errorMessage, MAX_MESSAGE),
    requestedModel: shortenIfKnown(event.requestedModel, MAX_NAME),
    modelGroup: shortenIfKnown(event.modelGroup, MAX_NAME),
    deploymentId: shortenIfKnown(event.deploymentId, MAX_NAME),
    provider: event.provider,
    upstreamModel: shortenIfKnown(event.upstreamModel, MAX_NAME),
    isStream: event.isStream,
    usage: event.usage,
    costNanoUsd: event.cost?.nanoUsd,
    retries: event.retries,
    fallbacks: event.fallbacks,
    clientRetries: event.clientRetries,
    attempts: attempts.length <= MAX_ATTEMPTS && attempts.every(isSmall) ? attempts : toSmallAttempts(attempts),
    attemptCount: attempts.length,
    dropped: dropped.length === 0 ? NOTHING : dropped.slice(0, MAX_DROPPED).map((path) => shorten(path, MAX_NAME)),
  };
}

const NOTHING: readonly string[] = [];

const isSmall = ({ upstreamModel, deploymentId }: Attempt): boolean =>
  upstreamModel.length <= MAX_NAME && deploymentId.length <= MAX_NAME;

const toSmallAttempts = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.slice(0, MAX_ATTEMPTS).map((attempt) => ({
    ...attempt,
    deploymentId: shorten(attempt.deploymentId, MAX_NAME),
    upstreamModel: shorten(attempt.upstreamModel, MAX_NAME),
  }));

const shortenIfKnown = (text: string | undefined, length: number): string | undefined =>
  text === undefined || text.length <= length ? text : shorten(text, length);

/** Secrets go before the cut, which could leave half of one. A copy, as a slice would hold the whole text in memory. */
function shorten(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  const short = scrubSecrets(text.slice(0, 2 * length)).slice(0, length - 3);
  return Buffer.from(`${short}...`).toString();
}

/** A kept call as pages and other processes are told of it. */
export function toLiveCall(kept: KeptCall, processId: string): LiveCall {
  const { usage, sequence, attempts } = kept;
  return {
    key: `${processId}.${sequence}`,
    call_id: clean(kept.callId),
    operation: kept.operation,
    path: clean(kept.path),
    started_at: kept.startedAt,
    ended_at: kept.startedAt + kept.durationMs,
    duration_ms: round(kept.durationMs),
    upstream_ms: round(kept.upstreamMs),
    streaming_ms: round(kept.streamingMs),
    gateway_ms: round(kept.gatewayMs),
    first_byte_ms: kept.firstByteMs === undefined ? null : round(kept.firstByteMs),
    status: kept.status,
    error: kept.errorKind ?? null,
    error_message: cleanIfKnown(kept.errorMessage),
    model: cleanIfKnown(kept.requestedModel),
    model_group: cleanIfKnown(kept.modelGroup),
    deployment: cleanIfKnown(kept.deploymentId),
    provider: kept.provider ?? null,
    upstream_model: cleanIfKnown(kept.upstreamModel),
    stream: kept.isStream,
    prompt_tokens: usage?.promptTokens ?? null,
    completion_tokens: usage?.completionTokens ?? null,
    cached_tokens: usage?.cachedTokens ?? null,
    reasoning_tokens: usage?.reasoningTokens ?? null,
    usage_estimated: usage?.isEstimated === true,
    cost_nano_usd: kept.costNanoUsd ?? null,
    retries: kept.retries,
    fallbacks: kept.fallbacks,
    client_retries: kept.clientRetries,
    attempts: attempts.map((attempt) => toLiveAttempt(attempt, kept.startedAtMs)),
    attempt_count: kept.attemptCount,
    dropped: kept.dropped.map(clean),
  };
}

const toLiveAttempt = (attempt: Attempt, callStartedAtMs: number): LiveAttempt => ({
  deployment: clean(attempt.deploymentId),
  provider: attempt.provider,
  upstream_model: clean(attempt.upstreamModel),
  started_ms: round(Math.max(0, attempt.startedAtMs - callStartedAtMs)),
  duration_ms: round(attempt.durationMs),
  error: attempt.failure ?? null,
});

const round = (ms: number): number => Math.round(ms * 100) / 100;

const clean = (text: string): string => toOneLine(scrubSecrets(text)).toWellFormed();

const cleanIfKnown = (text: string | undefined): string | null => (text === undefined ? null : clean(text));
