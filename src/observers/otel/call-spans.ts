import type { Attempt, CallFinished } from "../../core/call-event.ts";
import { ERROR_POLICY } from "../../core/error-policy.ts";
import { scrubSecrets } from "../../core/scrub-secrets.ts";
import { type CallTrace, newSpanId, newTraceId } from "../../core/trace-context.ts";
import { setCallAttributes } from "./call-attributes.ts";
import { OPERATION_NAMES, toProviderName } from "./gen-ai-names.ts";
import { setServer } from "./server-address.ts";
import type { Attributes } from "./span-attributes.ts";

/** What spans may hold. */
export interface SpanOptions {
  /** Spans may hold what was asked and answered. */
  readonly showsMessages: boolean;
  /** Longest text of an attribute. */
  readonly maxTextLength: number;
}

/** Longest message of an error, or text of an attempt, and longest name of a span. */
const MAX_MESSAGE = 2048;
const MAX_NAME = 256;

/** Failures that are nobody's fault. */
const isFault = (kind: string | undefined): boolean =>
  kind !== undefined && kind !== "client-closed" && kind !== "given-up";

/** A span, however it is written. Times in epoch milliseconds. */
export interface SpanFacts {
  readonly trace: CallTrace;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: "server" | "client";
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly message: string | undefined;
  /** Longest text of an attribute. */
  readonly maxTextLength: number;
  readonly setAttributes: (attributes: Attributes) => void;
  readonly events: readonly SpanEvent[];
}

/** A moment within a span. */
export interface SpanEvent {
  readonly name: string;
  readonly atMs: number;
  readonly attributes: readonly (readonly [name: string, text: string])[];
}

/**
 * The spans of a call: one of the call as its caller saw it, one below it for each attempt at a vendor. Never throws on
 * what callers or vendors sent.
 */
export function toCallSpans(call: CallFinished, { showsMessages, maxTextLength }: SpanOptions): readonly SpanFacts[] {
  const trace = call.trace ?? newTrace();
  const server: SpanFacts = {
    trace,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    isParentRemote: true,
    name: toSpanName(call, call.requestedModel),
    kind: "server",
    startMs: call.startedAt,
    endMs: call.startedAt + call.durationMs,
    isError: isFault(call.errorKind),
    message: isFault(call.errorKind) ? messageOf(call) : undefined,
    maxTextLength,
    setAttributes: (attributes) => setCallAttributes(attributes, call, showsMessages),
    events: toEvents(call),
  };
  return [server, ...call.attempts.map((attempt, index) => toAttemptFacts(call, attempt, index, trace))];
}

function toAttemptFacts(call: CallFinished, attempt: Attempt, index: number, trace: CallTrace): SpanFacts {
  const startMs = call.startedAt + (attempt.startedAtMs - call.startedAtMs);
  const isAnswer = attempt.failure === undefined && index === call.attempts.length - 1;
  const callEndMs = call.startedAt + call.durationMs;
  // Of the last attempt the reply's end is that of the call where it was a stream, else what was waited for.
  const answeredMs = call.isStream ? callEndMs : startMs + Math.max(attempt.durationMs, call.upstreamMs);
  return {
    trace,
    spanId: attempt.spanId ?? newSpanId(),
    parentSpanId: trace.spanId,
    isParentRemote: false,
    name: toSpanName(call, attempt.upstreamModel),
    kind: "client",
    startMs,
    endMs: Math.max(startMs, isAnswer ? Math.min(answeredMs, callEndMs) : startMs + attempt.durationMs),
    isError: isFault(attempt.failure),
    message: attempt.failure,
    maxTextLength: MAX_MESSAGE,
    setAttributes: (attributes) => {
      setAttemptAttributes(attributes, call, attempt, index);
      attributes.set("error.type", attempt.failure);
    },
    events: NO_EVENTS,
  };
}

const NO_EVENTS: readonly SpanEvent[] = [];

function setAttemptAttributes(attributes: Attributes, call: CallFinished, attempt: Attempt, index: number): void {
  attributes.set("gen_ai.operation.name", OPERATION_NAMES[call.operation]);
  attributes.set("gen_ai.provider.name", toProviderName(attempt.provider));
  attributes.set("gen_ai.system", attempt.provider);
  attributes.set("gen_ai.request.model", attempt.upstreamModel);
  attributes.set("portolan.deployment.id", attempt.deploymentId);
  attributes.set("http.request.method", "POST");
  attributes.set("http.response.status_code", attempt.status);
  attributes.set("http.request.resend_count", index === 0 ? undefined : index);
  setServer(attributes, attempt.apiBase);
}

/** `chat gpt-4o`; what callers chose is cut. */
function toSpanName({ operation }: CallFinished, model: string | undefined): string {
  const name = OPERATION_NAMES[operation];
  return model === undefined ? name : `${name} ${model}`.slice(0, MAX_NAME).toWellFormed();
}

/** The moment of a stream's first byte, and what went wrong. */
function toEvents(call: CallFinished): readonly SpanEvent[] {
  const { startedAt, firstByteMs, durationMs, errorKind } = call;
  if (firstByteMs === undefined && errorKind === undefined) {
    return NO_EVENTS;
  }
  const events: SpanEvent[] = [];
  if (firstByteMs !== undefined) {
    events.push({ name: "gen_ai.first_chunk", atMs: startedAt + firstByteMs, attributes: [] });
  }
  if (errorKind !== undefined) {
    events.push({
      name: "exception",
      atMs: startedAt + durationMs,
      attributes: [
        ["exception.type", ERROR_POLICY[errorKind].exceptionClass ?? errorKind],
        ["exception.message", messageOf(call) ?? ""],
      ],
    });
  }
  return events;
}

/** An error's message without anything that looks like a key. */
export const messageOf = ({ errorMessage }: CallFinished): string | undefined =>
  errorMessage === undefined ? undefined : scrubSecrets(errorMessage.slice(0, MAX_MESSAGE)).toWellFormed();

/** Of a call that began before tracing was asked for. */
const newTrace = (): CallTrace => ({
  traceId: newTraceId(),
  spanId: newSpanId(),
  parentSpanId: undefined,
  isSampled: true,
  tracestate: undefined,
});
