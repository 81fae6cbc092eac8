import { promisify } from "node:util";
import { gzip } from "node:zlib";
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from "@opentelemetry/otlp-transformer";
import type { Post, PostReply } from "../../upstream/post.ts";
import type { SendOutcome } from "../batch-sender.ts";
import type { SpanFacts } from "./call-spans.ts";
import type { Destination } from "./otel-settings.ts";
import { toOtlpSpan } from "./otlp-span.ts";
import type { OtlpMetrics, OtlpSource, OtlpSpan } from "./otlp-types.ts";
import { SpanWriter } from "./span-writer.ts";

const compress = promisify(gzip);

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
    const whole = JsonTraceSerializer.serializeRequest(this.#spans);
    this.#spans = [];
    return whole === undefined ? [] : [whole];
  }
}

/** Metrics as one request of OTLP. */
export function writeMetrics(metrics: OtlpMetrics, encoding: "protobuf" | "json"): Uint8Array {
  const serializer = encoding === "json" ? JsonMetricsSerializer : ProtobufMetricsSerializer;
  return serializer.serializeRequest(metrics) ?? new Uint8Array();
}

/** How one request is sent. */
export interface OtlpSending {
  readonly destination: Destination & { readonly kind: "otlp" };
  /** One after the other. */
  readonly body: readonly Uint8Array[];
  readonly signal?: AbortSignal;
}

/** Sends one request to the collector, and to no other host. @throws Error when there is no answer in time */
export async function sendOtlp(post: Post, { destination, body, signal }: OtlpSending): Promise<SendOutcome> {
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
  return readOutcome(reply, encoding);
}

function readOutcome({ status, text, retryAfterMs }: PostReply, encoding: "protobuf" | "json"): SendOutcome {
  if (status >= 200 && status < 300) {
    const rejected = readRejected(text, encoding);
    return rejected === 0
      ? { kind: "sent" }
      : { kind: "partly", refusedCount: rejected, reason: `the collector rejected ${rejected} spans` };
  }
  const reason = `the collector answered with status ${status}`;
  return RETRIED.has(status) ? { kind: "retry", reason, afterMs: retryAfterMs } : { kind: "refused", reason };
}

/** How many spans a collector has taken none of though it answered well; 0 where its answer does not say so. */
function readRejected(text: string, encoding: "protobuf" | "json"): number {
  try {
    const serializer = encoding === "json" ? JsonTraceSerializer : ProtobufTraceSerializer;
    const answer = serializer.deserializeResponse(Buffer.from(text, "utf8"));
    const rejected = Number(answer?.partialSuccess?.rejectedSpans ?? 0);
    return Number.isFinite(rejected) && rejected > 0 ? rejected : 0;
  } catch {
    return 0; // An answer in other words than OTLP's: the spans were taken.
  }
}
