import type { SpanFacts } from "./call-spans.ts";
import { type OtlpSource, type OtlpSpan, toOtlpTime } from "./otlp-types.ts";
import { AttributeSet } from "./span-attributes.ts";

// Numbers of OpenTelemetry's API, whose enums are no types of ours.
const KINDS = { server: 1, client: 2 } as const;
const UNSET = 0;
const ERROR = 2;
const SAMPLED = 1;
const UNSAMPLED = 0;

/** A span as OpenTelemetry's own serialiser takes it. */
export function toOtlpSpan(facts: SpanFacts, { resource, scope }: OtlpSource): OtlpSpan {
  const { trace, spanId, parentSpanId, isParentRemote, isError, message } = facts;
  const common = {
    traceId: trace.traceId,
    traceFlags: trace.isSampled ? SAMPLED : UNSAMPLED,
  };
  const state = trace.tracestate === undefined ? undefined : toState(trace.tracestate);
  const context = { ...common, spanId, ...(state === undefined ? {} : { traceState: state }) };
  const attributes = new AttributeSet(facts.maxTextLength);
  facts.setAttributes(attributes);
  return {
    name: facts.name,
    kind: KINDS[facts.kind],
    spanContext: () => context,
    ...(parentSpanId === undefined
      ? {}
      : { parentSpanContext: { ...common, spanId: parentSpanId, isRemote: isParentRemote } }),
    startTime: toOtlpTime(facts.startMs),
    endTime: toOtlpTime(facts.endMs),
    duration: [0, 0],
    status: isError ? { code: ERROR, ...(message === undefined ? {} : { message }) } : { code: UNSET },
    attributes: attributes.values,
    events: facts.events.map(({ name, atMs, attributes: own }) => ({
      name,
      time: toOtlpTime(atMs),
      attributes: Object.fromEntries(own),
    })),
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
