import type { ProtobufMetricsSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";

/** A span as OpenTelemetry's own serialiser takes it. */
export type OtlpSpan = Parameters<(typeof ProtobufTraceSerializer)["serializeRequest"]>[0][number];

/** Metrics as OpenTelemetry's own serialiser takes them. */
export type OtlpMetrics = Parameters<(typeof ProtobufMetricsSerializer)["serializeRequest"]>[0];

/** One metric with its series. */
export type OtlpMetric = OtlpMetrics["scopeMetrics"][number]["metrics"][number];

/** Names and values: texts, numbers, booleans and lists of one of them. */
export type OtlpAttributes = OtlpSpan["attributes"];

/** Who sends. */
export interface OtlpSource {
  readonly resource: OtlpSpan["resource"];
  readonly scope: OtlpSpan["instrumentationScope"];
}

/** Seconds and nanoseconds of the epoch. */
export type OtlpTime = OtlpSpan["startTime"];

/** Epoch milliseconds as OTLP counts time. */
export function toOtlpTime(epochMs: number): OtlpTime {
  const seconds = Math.floor(epochMs / 1000);
  return [seconds, Math.min(999_999_999, Math.round((epochMs - seconds * 1000) * 1_000_000))];
}
