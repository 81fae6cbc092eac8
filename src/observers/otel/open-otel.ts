import { type Destination, readDestinations, toResourceAttributes } from "../../config/callbacks/otel-settings.ts";
import type { CallFinished } from "../../core/call-event.ts";
import { BatchSender, type SendOutcome } from "../batch-sender.ts";
import type { CallObserver } from "../call-observer.ts";
import type { ObserverContext } from "../observer-context.ts";
import { type SpanOptions, toCallSpans } from "./call-spans.ts";
import { MetricsExporter } from "./metrics-exporter.ts";
import { type OtlpSending, type SpanRequests, sendOtlp, toSpanRequests, writeMetrics } from "./otlp-export.ts";
import type { OtlpMetrics, OtlpSource } from "./otlp-types.ts";

const MAX_QUEUED_CALLS = 8192;
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
const MAX_BATCH_CALLS = 256;
/** Collectors take 4 MB at once unless they are told otherwise; JSON within JSON grows. */
const MAX_BATCH_BYTES = 1024 * 1024;
const MAX_RETRIES = 5;
/** A call without its conversation, roughly. */
const CALL_BYTES = 4096;
/** So much of conversations is read before calls get a turn. */
const BYTES_PER_TURN = 256 * 1024;

type Context = ObserverContext<"otel">;

/** Sends a span for each call and each attempt, and metrics, as OTLP. @throws Error for what is not built or cannot be read */
export function openOtel(context: Context): CallObserver {
  const destinations = readDestinations(context.settings);
  const source = toSource(context);
  const spans = destinations.spans && toSpanSender(context, source, destinations.spans);
  const metrics = destinations.metrics && toMetricsExporter(context, source, destinations.metrics);
  return {
    name: context.name,
    kind: "callback",
    observe(batch) {
      metrics?.record(batch);
      if (spans !== undefined) {
        for (const call of batch) {
          if (call.trace?.isSampled !== false) {
            spans.push(call);
          }
        }
      }
    },
    async close(withinMs) {
      await Promise.all([spans?.close(withinMs), metrics?.close(withinMs)]);
    },
    stats() {
      const own = spans?.stats ?? { queuedCount: 0, sentCount: 0, droppedCount: 0, failedSendCount: 0 };
      return { ...own, failedSendCount: own.failedSendCount + (metrics?.failedCount ?? 0) };
    },
  };
}

function toSource({ settings, version }: Context): OtlpSource {
  const resource: OtlpSource["resource"] = {
    attributes: toResourceAttributes(settings, version, crypto.randomUUID()),
    merge: () => resource,
    getRawAttributes: () => [],
  };
  return { resource, scope: { name: settings.tracer_name, version } };
}

function toSpanSender(context: Context, source: OtlpSource, destination: Destination): BatchSender<CallFinished> {
  const { settings, name, log, random } = context;
  const options: SpanOptions = {
    showsMessages: settings.message_logging,
    maxTextLength: settings.attribute_value_length_limit,
  };
  const requests = toSpanRequests(source, encodingOf(destination));
  /** A batch that is sent again is not written again; one is under way at a time, so that the next one may take its memory. */
  const bodies = new WeakMap<readonly CallFinished[], Promise<readonly Uint8Array[]>>();
  const writeBatch = (batch: readonly CallFinished[]): Promise<readonly Uint8Array[]> => {
    const body = bodies.get(batch) ?? toBatchBody(batch, options, requests);
    bodies.set(batch, body);
    return body;
  };
  return new BatchSender<CallFinished>({
    name,
    send: async (batch, signal) => {
      const body = await writeBatch(batch);
      return ofCalls(await deliver(context, destination, { content: "spans", body, signal }), batch.length);
    },
    sizeOf: ({ details }) =>
      CALL_BYTES + (details?.content?.request.length ?? 0) + (details?.content?.response?.length ?? 0),
    maxQueuedItems: MAX_QUEUED_CALLS,
    maxQueuedBytes: MAX_QUEUED_BYTES,
    maxBatchItems: MAX_BATCH_CALLS,
    maxBatchBytes: MAX_BATCH_BYTES,
    intervalMs: settings.schedule_delay_ms,
    maxRetries: MAX_RETRIES,
    log,
    random,
  });
}

/** A call has several spans: of so many rejected ones as many calls, at most, have not arrived whole. */
const ofCalls = (outcome: SendOutcome, callCount: number): SendOutcome =>
  outcome.kind === "partly" ? { ...outcome, refusedCount: Math.min(outcome.refusedCount, callCount) } : outcome;

/** Conversations are parsed here, a few at a time, so that calls under way need not wait for long. */
async function toBatchBody(
  batch: readonly CallFinished[],
  options: SpanOptions,
  requests: SpanRequests,
): Promise<readonly Uint8Array[]> {
  let bytes = 0;
  requests.open();
  for (const call of batch) {
    for (const span of toCallSpans(call, options)) {
      requests.add(span);
    }
    bytes += call.details?.content?.request.length ?? 0;
    bytes += call.details?.content?.response?.length ?? 0;
    if (bytes > BYTES_PER_TURN) {
      bytes = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return requests.close();
}

const encodingOf = (destination: Destination): "protobuf" | "json" =>
  destination.kind === "console" ? "json" : destination.encoding;

function toMetricsExporter(context: Context, source: OtlpSource, destination: Destination): MetricsExporter {
  const { settings, now, log } = context;
  const send = async (metrics: OtlpMetrics, signal: AbortSignal): Promise<SendOutcome> => {
    const body = [writeMetrics(metrics, encodingOf(destination))];
    return deliver(context, destination, { content: "data points", body, signal });
  };
  const isDelta = settings.metrics_temporality !== "cumulative";
  return new MetricsExporter({ source, isDelta, intervalMs: settings.metric_export_interval_ms, now, send, log });
}

/** Characters that colour terminals, and are no control characters to JSON. */
const TERMINAL_CONTROLS = /[\u007f-\u009f]/g;

async function deliver(
  { post, write }: Context,
  destination: Destination,
  request: Omit<OtlpSending, "destination">,
): Promise<SendOutcome> {
  if (destination.kind === "otlp") {
    return sendOtlp(post, { ...request, destination });
  }
  const toEscape = (character: string): string => `\\u00${character.charCodeAt(0).toString(16)}`;
  write(`${Buffer.concat(request.body).toString("utf8").replace(TERMINAL_CONTROLS, toEscape)}\n`);
  return { kind: "sent" };
}
