import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import type { Destination } from "../../config/callbacks/otel-settings.ts";
import type { Post, PostReply } from "../../upstream/post.ts";
import type { SendOutcome } from "../batch-sender.ts";
import type { SpanFacts } from "./call-spans.ts";
import { toOtlpSpan } from "./otlp-span.ts";
import type { OtlpMetrics, OtlpSource, OtlpSpan } from "./otlp-types.ts";
import { DOUBLES } from "./span-attributes.ts";
import { SpanWriter } from "./span-writer.ts";

const compress = promisify(gzip);

const TRACES = { json: JsonTraceSerializer, protobuf: ProtobufTraceSerializer };
const METRICS = { json: JsonMetricsSerializer, protobuf: ProtobufMetricsSerializer };

/** Answers that mean "later", by OTLP's specification; any other failure is for good. */
const RETRIED: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Puts together requests of spans, one after the other. */
export interface SpanRequests {
  /** Begins a request. */
  open(): void;
  add(span: SpanFacts): void;
  /** The request, in pieces that are good until the next one is begun. */
  close(): readonly Uint8Array[];
}

/** Requests of OTLP. */
export function toSpanRequests(source: OtlpSource, encoding: "protobuf" | "json"): SpanRequests {
  return encoding === "protobuf" ? new SpanWriter(source) : new JsonSpans(source);
}

class JsonSpans implements SpanRequests {
  readonly #source: OtlpSource;
  #spans: OtlpSpan[] = [];

  constructor(source: OtlpSource) {
    this.#source = source;
  }

  open(): void {
    this.#spans = [];
  }

  add(span: SpanFacts): void {
    this.#spans.push(toOtlpSpan(span, this.#source));
  }

  close(): readonly Uint8Array[] {
    const whole = JsonTraceSerializer.serializeRequest(this.#spans) ?? new Uint8Array();
    this.#spans = [];
    return [Buffer.from(Buffer.from(whole).toString("utf8").replace(WHOLE_DOUBLE, '$1"doubleValue"'))];
  }
}

/** OpenTelemetry's serialiser takes whole numbers for integers. Within a text no quotation mark stands without a backslash. */
const WHOLE_DOUBLE = new RegExp(`("key":"(?:${DOUBLES.map(RegExp.escape).join("|")})","value":\\{)"intValue"`, "g");

/** Metrics as one request of OTLP. */
export function writeMetrics(metrics: OtlpMetrics, encoding: "protobuf" | "json"): Uint8Array {
  return METRICS[encoding].serializeRequest(metrics) ?? new Uint8Array();
}

/** How one request is sent. */
export interface OtlpSending {
  readonly destination: Destination & { readonly kind: "otlp" };
  readonly content: OtlpContent;
  /** One after the other. */
  readonly body: readonly Uint8Array[];
  readonly signal?: AbortSignal;
}

/** What a request holds, by what collectors count of it. */
export type OtlpContent = "spans" | "data points";

/**
 * Sends one request to the collector, and to no other host. What it rejects of one that it takes is counted in spans or data
 * points. @throws Error when there is no answer in time
 */
export async function sendOtlp(post: Post, sending: OtlpSending): Promise<SendOutcome> {
  const { destination, content, body, signal } = sending;
  const { url, encoding, headers, isGzipped, timeoutMs } = destination;
  const reply = await post({
    url,
    headers: {
      ...headers,
      "content-type": encoding === "json" ? "application/json" : "application/x-protobuf",
      ...(isGzipped ? { "content-encoding": "gzip" } : {}),
    },
    body: isGzipped ? await compress(Buffer.concat(body)) : body,
    timeoutMs,
    ...(signal === undefined ? {} : { signal }),
  });
  return readOutcome(reply, content, encoding);
}

function readOutcome(
  { status, bytes, retryAfterMs }: PostReply,
  content: OtlpContent,
  encoding: "protobuf" | "json",
): SendOutcome {
  if (status >= 200 && status < 300) {
    const rejected = readRejected(bytes, content, encoding);
    return rejected === 0
      ? { kind: "sent" }
      : { kind: "partly", refusedCount: rejected, reason: `the collector rejected ${rejected} ${content}` };
  }
  const reason = `the collector answered with status ${status}`;
  return RETRIED.has(status) ? { kind: "retry", reason, afterMs: retryAfterMs } : { kind: "refused", reason };
}

/** How many spans or data points a collector did not take though it answered well; 0 where its answer does not say so. */
function readRejected(answer: Uint8Array, content: OtlpContent, encoding: "protobuf" | "json"): number {
  try {
    const rejected = Number(
      content === "spans"
        ? TRACES[encoding].deserializeResponse(answer)?.partialSuccess?.rejectedSpans
        : METRICS[encoding].deserializeResponse(answer)?.partialSuccess?.rejectedDataPoints,
    );
    return Number.isFinite(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0; // An answer in other words than OTLP's: all was taken.
  }
}
