import protobuf from "protobufjs";
import messages from "./otlp-messages.json" with { type: "json" };

/** Requests of OTLP that tests look at. */
export type OtlpSignal = "traces" | "metrics";

/** An attribute's value in plain terms. */
export type PlainValue = string | number | boolean | readonly PlainValue[];

/** A span as a collector got it. */
export interface ReceivedSpan {
  readonly name: string;
  readonly kind: "SERVER" | "CLIENT" | string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly startNano: bigint;
  readonly endNano: bigint;
  readonly status: { readonly code: string; readonly message: string };
  readonly attributes: Readonly<Record<string, PlainValue>>;
  readonly events: readonly {
    readonly name: string;
    readonly atNano: bigint;
    readonly attributes: Readonly<Record<string, PlainValue>>;
  }[];
}

/** One series of a histogram as a collector got it. */
export interface ReceivedSeries {
  readonly name: string;
  readonly unit: string;
  readonly temporality: string;
  readonly count: number;
  readonly sum: number;
  readonly bucketCounts: readonly number[];
  readonly bounds: readonly number[];
  readonly attributes: Readonly<Record<string, PlainValue>>;
}

/** What one request held. */
export interface ReceivedExport {
  readonly resource: Readonly<Record<string, PlainValue>>;
  readonly scope: string;
  readonly spans: readonly ReceivedSpan[];
  readonly series: readonly ReceivedSeries[];
}

/**
 * Names, numbers and types of OTLP's fields, written down from its official schema.
 * Source: https://github.com/open-telemetry/opentelemetry-proto, v1.11.0 (read 2026-11-28).
 */
const root = protobuf.Root.fromJSON(messages);

const TYPES: Readonly<Record<OtlpSignal, protobuf.Type>> = {
  traces: root.lookupType("opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest"),
  metrics: root.lookupType("opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest"),
};

type Json = Readonly<Record<string, unknown>>;

/** Reads a protobuf request by the official schema. @throws Error for bytes that the schema does not know */
export function decodeProtobuf(signal: OtlpSignal, bytes: Uint8Array): ReceivedExport {
  const type = TYPES[signal];
  const message = type.decode(bytes);
  // What the schema does not know is passed over in decoding, and so missing when it is written again.
  const again = type.encode(message).finish();
  const plain = type.toObject(message, { longs: String, enums: String, bytes: String, defaults: true }) as Json;
  if (again.length > bytes.length) throw new Error(`${signal}: the bytes do not come back`);
  checkUnknown(type, bytes);
  return toExport(signal, plain, (text) => Buffer.from(text, "base64").toString("hex"));
}

/** Walks the bytes: each field must be in the schema, with the wire type that the schema has for it. */
function checkUnknown(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    if (field === undefined) throw new Error(`${type.name} has no field ${tag >>> 3}`);
    field.resolve();
    if ((tag & 7) === 2 && field.resolvedType instanceof protobuf.Type) {
      checkUnknown(field.resolvedType, reader.bytes());
    } else {
      reader.skipType(tag & 7);
    }
  }
}

/** Reads a JSON request by the official schema and OTLP's rules for JSON. @throws Error for what they do not allow */
export function decodeJson(signal: OtlpSignal, text: string): ReceivedExport {
  const value: unknown = JSON.parse(text);
  checkJson(TYPES[signal], value, signal);
  const message = TYPES[signal].fromObject(toBase64Ids(value) as Json);
  const options = { longs: String, enums: String, bytes: String, defaults: true } as const;
  const plain = TYPES[signal].toObject(message, options) as Json;
  return toExport(signal, plain, (id) => Buffer.from(id, "base64").toString("hex"));
}

const HEX_IDS: ReadonlySet<string> = new Set(["traceId", "spanId", "parentSpanId"]);

/** Ids are hex in OTLP's JSON, and base64 in all other JSON of protobuf. */
function toBase64Ids(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toBase64Ids);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      HEX_IDS.has(name) ? Buffer.from(String(part), "hex").toString("base64") : toBase64Ids(part),
    ]),
  );
}

const JSON_CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  bool: (value) => typeof value === "boolean",
  double: (value) => typeof value === "number",
  uint32: (value) => Number.isInteger(value),
  int32: (value) => Number.isInteger(value),
  fixed32: (value) => Number.isInteger(value),
};

const is64Bit = (value: unknown): boolean => Number.isInteger(value) || /^-?\d+$/.test(String(value));

function checkJson(type: protobuf.Type, value: unknown, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(`${path} is no object`);
  for (const [name, part] of Object.entries(value)) {
    const field = Object.values(type.fields).find((candidate) => candidate.name === name);
    if (field === undefined) throw new Error(`${path}.${name} is not in the schema`);
    field.resolve();
    if (field.repeated !== Array.isArray(part)) throw new Error(`${path}.${name}: list or not`);
    for (const item of field.repeated ? (part as readonly unknown[]) : [part]) {
      checkJsonValue(field, item, `${path}.${name}`);
    }
  }
}

function checkJsonValue(field: protobuf.Field, value: unknown, path: string): void {
  if (field.resolvedType instanceof protobuf.Type) {
    checkJson(field.resolvedType, value, path);
    return;
  }
  const isId = HEX_IDS.has(field.name);
  const isGood =
    field.resolvedType instanceof protobuf.Enum
      ? Number.isInteger(value) // By OTLP's rules enums are numbers.
      : isId
        ? /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/.test(String(value))
        : (JSON_CHECKS[field.type] ?? is64Bit)(value);
  if (!isGood) throw new Error(`${path} is no ${field.type}: ${JSON.stringify(value)}`);
}

const objects = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

function toExport(signal: OtlpSignal, plain: Json, toHex: (text: string) => string): ReceivedExport {
  const spans: ReceivedSpan[] = [];
  const series: ReceivedSeries[] = [];
  let resource: Readonly<Record<string, PlainValue>> = {};
  let scopeName = "";
  for (const part of objects(plain[signal === "traces" ? "resourceSpans" : "resourceMetrics"])) {
    resource = toPlainAttributes((part["resource"] as Json)["attributes"]);
    for (const scoped of objects(part[signal === "traces" ? "scopeSpans" : "scopeMetrics"])) {
      scopeName = String((scoped["scope"] as Json)["name"]);
      spans.push(...objects(scoped["spans"]).map((span) => toReceivedSpan(span, toHex)));
      series.push(...objects(scoped["metrics"]).flatMap(toReceivedSeries));
    }
  }
  return { resource, scope: scopeName, spans, series };
}

function toReceivedSpan(span: Json, toHex: (text: string) => string): ReceivedSpan {
  const status = (span["status"] ?? {}) as Json;
  return {
    name: String(span["name"]),
    kind: String(span["kind"]).replace("SPAN_KIND_", ""),
    traceId: toHex(String(span["traceId"])),
    spanId: toHex(String(span["spanId"])),
    parentSpanId: toHex(String(span["parentSpanId"] ?? "")),
    traceState: String(span["traceState"] ?? ""),
    flags: Number(span["flags"]),
    startNano: BigInt(String(span["startTimeUnixNano"])),
    endNano: BigInt(String(span["endTimeUnixNano"])),
    status: {
      code: String(status["code"] ?? "STATUS_CODE_UNSET").replace("STATUS_CODE_", ""),
      message: String(status["message"] ?? ""),
    },
    attributes: toPlainAttributes(span["attributes"]),
    events: objects(span["events"]).map((event) => ({
      name: String(event["name"]),
      atNano: BigInt(String(event["timeUnixNano"])),
      attributes: toPlainAttributes(event["attributes"]),
    })),
  };
}

function toReceivedSeries(metric: Json): readonly ReceivedSeries[] {
  const histogram = (metric["histogram"] ?? {}) as Json;
  return objects(histogram["dataPoints"]).map((point) => ({
    name: String(metric["name"]),
    unit: String(metric["unit"]),
    temporality: String(histogram["aggregationTemporality"]).replace("AGGREGATION_TEMPORALITY_", ""),
    count: Number(point["count"]),
    sum: Number(point["sum"]),
    bucketCounts: (point["bucketCounts"] as readonly unknown[]).map(Number),
    bounds: point["explicitBounds"] as readonly number[],
    attributes: toPlainAttributes(point["attributes"]),
  }));
}

function toPlainAttributes(attributes: unknown): Readonly<Record<string, PlainValue>> {
  const entries = objects(attributes).map(
    ({ key, value }) => [String(key), toPlainValue((value ?? {}) as Json)] as const,
  );
  if (new Set(entries.map(([name]) => name)).size !== entries.length)
    throw new Error("an attribute stands there twice");
  return Object.fromEntries(entries);
}

function toPlainValue(value: Json): PlainValue {
  if (value["stringValue"] !== undefined) return String(value["stringValue"]);
  if (value["boolValue"] !== undefined) return value["boolValue"] === true;
  if (value["intValue"] !== undefined) return Number(value["intValue"]);
  if (value["doubleValue"] !== undefined) return Number(value["doubleValue"]);
  const list = value["arrayValue"] as Json | undefined;
  return objects(list?.["values"]).map(toPlainValue);
}
