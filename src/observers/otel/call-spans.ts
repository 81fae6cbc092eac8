import type { Attempt, CallFinished } from "../../core/call-event.ts";
import { ERROR_POLICY } from "../../core/error-policy.ts";
import { scrubSecrets } from "../../core/scrub-secrets.ts";
import { type CallTrace, newSpanId, newTraceId } from "../../core/trace-context.ts";
import { setCallAttributes } from "./call-attributes.ts";
import { OPERATION_NAMES, toProviderName } from "./gen-ai-names.ts";
import { type OtlpSource, type OtlpSpan, toOtlpTime } from "./otlp-types.ts";
import { setServer } from "./server-address.ts";
import { AttributeSet } from "./span-attributes.ts";

/** How spans are made. */
export interface SpanOptions {
  readonly source: OtlpSource;
  /** Spans may hold what was asked and answered. */
  readonly showsMessages: boolean;
  /** Longest text of an attribute. */
  readonly maxTextLength: number;
}

// Numbers of OpenTelemetry's API, whose enums are no types of ours.
const SERVER = 1;
const CLIENT = 2;
const UNSET = 0;
const ERROR = 2;
const SAMPLED = 1;
const UNSAMPLED = 0;

/** Longest message of an error, and longest name of a span. */
const MAX_MESSAGE = 2048;
const MAX_NAME = 256;

/** Failures that are nobody's fault. */
const isFault = (kind: string | undefined): boolean => kind !== undefined && kind !== "client-closed";

/**
 * The spans of a call: one of the call as its caller saw it, one below it for each attempt at a vendor. Never throws on
 * what callers or vendors sent.
 */
export function toCallSpans(call: CallFinished, options: SpanOptions): readonly OtlpSpan[] {
  const trace = call.trace ?? newTrace();
  const attributes = new AttributeSet(options.maxTextLength);
  setCallAttributes(attributes, call, options.showsMessages);
  const server: SpanFacts = {
    trace,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    isParentRemote: true,
    name: toSpanName(call, call.requestedModel),
    kind: SERVER,
    startMs: call.startedAt,
    endMs: call.startedAt + call.durationMs,
    isError: isFault(call.errorKind),
    message: isFault(call.errorKind) ? messageOf(call) : undefined,
    attributes,
    events: toEvents(call),
  };
  const attempts = call.attempts.map((attempt, index) => toAttemptFacts(call, attempt, index, trace));
  return [server, ...attempts].map((facts) => toSpan(facts, options.source));
}

/** What tells one span from another. */
interface SpanFacts {
  readonly trace: CallTrace;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly isParentRemote: boolean;
  readonly name: string;
  readonly kind: typeof SERVER | typeof CLIENT;
  readonly startMs: number;
  readonly endMs: number;
  readonly isError: boolean;
  readonly message: string | undefined;
  readonly attributes: AttributeSet;
  readonly events: OtlpSpan["events"];
}

function toAttemptFacts(call: CallFinished, attempt: Attempt, index: number, trace: CallTrace): SpanFacts {
  const startMs = call.startedAt + (attempt.startedAtMs - call.startedAtMs);
  const isAnswer = attempt.failure === undefined && index === call.attempts.length - 1;
  const callEndMs = call.startedAt + call.durationMs;
  // Of the last attempt the reply's end is that of the call where it was a stream, else what was waited for.
  const answeredMs = call.isStream ? callEndMs : startMs + Math.max(attempt.durationMs, call.upstreamMs);
  const attributes = new AttributeSet(MAX_MESSAGE);
  const isFailed = attempt.failure !== undefined || (isAnswer && isFault(call.errorKind));
  setAttemptAttributes(attributes, call, attempt, index);
  if (isAnswer && call.errorKind !== undefined) {
    attributes.set("error.type", call.errorKind); // A stream that broke off.
  }
  return {
    trace,
    spanId: attempt.spanId ?? newSpanId(),
    parentSpanId: trace.spanId,
    isParentRemote: false,
    name: toSpanName(call, attempt.upstreamModel),
    kind: CLIENT,
    startMs,
    endMs: isAnswer ? Math.min(answeredMs, callEndMs) : startMs + attempt.durationMs,
    isError: isFailed && attempt.failure !== "client-closed",
    message: attempt.failure,
    attributes,
    events: [],
  };
}

function setAttemptAttributes(attributes: AttributeSet, call: CallFinished, attempt: Attempt, index: number): void {
  attributes.set("gen_ai.operation.name", OPERATION_NAMES[call.operation]);
  attributes.set("gen_ai.provider.name", toProviderName(attempt.provider));
  attributes.set("gen_ai.system", attempt.provider);
  attributes.set("gen_ai.request.model", attempt.upstreamModel);
  attributes.set("portolan.deployment.id", attempt.deploymentId);
  attributes.set("http.request.method", "POST");
  attributes.set("http.response.status_code", attempt.status);
  attributes.set("http.request.resend_count", index === 0 ? undefined : index);
  attributes.set("error.type", attempt.failure);
  setServer(attributes, attempt.apiBase);
}

function toSpan(facts: SpanFacts, { resource, scope }: OtlpSource): OtlpSpan {
  const { trace, spanId, parentSpanId, isParentRemote, startMs, endMs } = facts;
  const common = {
    traceId: trace.traceId,
    traceFlags: trace.isSampled ? SAMPLED : UNSAMPLED,
  };
  const state = trace.tracestate === undefined ? undefined : toState(trace.tracestate);
  const context = { ...common, spanId, ...(state === undefined ? {} : { traceState: state }) };
  const startTime = toOtlpTime(startMs);
  const endTime = toOtlpTime(Math.max(startMs, endMs));
  return {
    name: facts.name,
    kind: facts.kind,
    spanContext: () => context,
    ...(parentSpanId === undefined
      ? {}
      : { parentSpanContext: { ...common, spanId: parentSpanId, isRemote: isParentRemote } }),
    startTime,
    endTime,
    duration: [0, 0],
    status: facts.isError
      ? { code: ERROR, ...(facts.message === undefined ? {} : { message: facts.message }) }
      : { code: UNSET },
    attributes: facts.attributes.values,
    events: facts.events,
    links: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

type TraceState = NonNullable<ReturnType<OtlpSpan["spanContext"]>["traceState"]>;

/** Nothing of it is ever changed here. */
function toState(text: string): TraceState {
  const state: TraceState = { set: () => state, unset: () => state, get: () => undefined, serialize: () => text };
  return state;
}

/** `chat gpt-4o`; what callers chose is cut. */
function toSpanName({ operation }: CallFinished, model: string | undefined): string {
  const name = OPERATION_NAMES[operation];
  return model === undefined ? name : `${name} ${model}`.slice(0, MAX_NAME).toWellFormed();
}

/** The moment of a stream's first byte, and what went wrong. */
function toEvents(call: CallFinished): OtlpSpan["events"] {
  const events: OtlpSpan["events"] = [];
  if (call.firstByteMs !== undefined) {
    events.push({ name: "gen_ai.first_chunk", time: toOtlpTime(call.startedAt + call.firstByteMs) });
  }
  if (call.errorKind !== undefined) {
    const attributes = new AttributeSet(MAX_MESSAGE);
    attributes.values["exception.type"] = ERROR_POLICY[call.errorKind].exceptionClass ?? call.errorKind;
    attributes.values["exception.message"] = messageOf(call) ?? "";
    events.push({
      name: "exception",
      time: toOtlpTime(call.startedAt + call.durationMs),
      attributes: attributes.values,
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
