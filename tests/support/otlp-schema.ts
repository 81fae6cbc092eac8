// OTLP/JSON of traces, field by field.
// Sources: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding,
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto/trace/v1 (read 2026-11-28).

type Json = Readonly<Record<string, unknown>>;

/** A span, its attributes as plain values. */
export interface ReadSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly statusCode: number | undefined;
  readonly statusMessage: string | undefined;
  readonly scope: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A request that the protobuf schema has no room for. */
export class OtlpFault extends Error {}

const fail = (place: string, message: string): never => {
  throw new OtlpFault(`${place} ${message}`);
};

const objectAt = (value: unknown, place: string, names: readonly string[]): Json => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(place, "must be an object");
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  return unknown === undefined ? (value as Json) : fail(`${place}.${unknown}`, "is unknown");
};

const listAt = (value: unknown, place: string): readonly unknown[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : fail(place, "must be a list");
};

const textAt = (value: unknown, place: string, pattern = /^[\s\S]*$/): string =>
  typeof value === "string" && pattern.test(value) ? value : fail(place, `must match ${pattern}`);

/** 64-bit numbers may be text or numbers. */
const INTEGER = /^-?\d{1,19}$/;

const readValue = (value: unknown, place: string): unknown => {
  const kinds = ["stringValue", "boolValue", "intValue", "doubleValue", "arrayValue", "kvlistValue", "bytesValue"];
  const object = objectAt(value, place, kinds);
  const [kind, ...others] = Object.keys(object);
  if (kind === undefined) return undefined;
  if (others.length > 0) return fail(place, "must be one value");
  const item = object[kind];
  switch (kind) {
    case "boolValue":
      return typeof item === "boolean" ? item : fail(place, "must be a boolean");
    case "intValue":
      return INTEGER.test(String(item)) ? Number(item) : fail(place, "must be a whole number");
    case "doubleValue":
      return typeof item === "number" ? item : fail(place, "must be a number");
    case "arrayValue":
      return listAt(objectAt(item, place, ["values"])["values"], place).map((each) => readValue(each, place));
    case "kvlistValue":
      return readAttributes(objectAt(item, place, ["values"])["values"], place);
    default:
      return textAt(item, place);
  }
};

const readAttributes = (value: unknown, place: string): Readonly<Record<string, unknown>> => {
  const seen: Record<string, unknown> = {};
  for (const entry of listAt(value, place)) {
    const { key, value: item } = objectAt(entry, place, ["key", "value"]);
    const name = textAt(key, `${place}.key`, /^[\s\S]+$/);
    if (Object.hasOwn(seen, name)) fail(`${place}.${name}`, "stands there twice");
    seen[name] = readValue(item, `${place}.${name}`);
  }
  return seen;
};

const SPAN_FIELDS: readonly string[] = [
  "traceId",
  "spanId",
  "traceState",
  "parentSpanId",
  "flags",
  "name",
  "kind",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "attributes",
  "droppedAttributesCount",
  "events",
  "droppedEventsCount",
  "links",
  "droppedLinksCount",
  "status",
];

const readSpan = (value: unknown, around: Pick<ReadSpan, "scope" | "resource">): ReadSpan => {
  const span = objectAt(value, "span", SPAN_FIELDS);
  const parent = span["parentSpanId"];
  const status = span["status"] === undefined ? {} : objectAt(span["status"], "status", ["code", "message"]);
  const { code, message } = status;
  if (code !== undefined && ![0, 1, 2].includes(code as number)) fail("status.code", "must be 0, 1 or 2");
  if (![undefined, 0, 1, 2, 3, 4, 5].includes(span["kind"] as number)) fail("span.kind", "must be 0 to 5");
  const start = textAt(span["startTimeUnixNano"], "startTimeUnixNano", INTEGER);
  const end = textAt(span["endTimeUnixNano"], "endTimeUnixNano", INTEGER);
  if (BigInt(end) < BigInt(start)) fail("span", "ends before it starts");
  for (const event of listAt(span["events"], "events")) {
    objectAt(event, "event", ["timeUnixNano", "name", "attributes", "droppedAttributesCount"]);
  }
  return {
    ...around,
    name: textAt(span["name"], "span.name", /^[\s\S]+$/),
    // Zeros alone are no id.
    traceId: textAt(span["traceId"], "traceId", /^(?!0+$)[0-9a-f]{32}$/),
    spanId: textAt(span["spanId"], "spanId", /^(?!0+$)[0-9a-f]{16}$/),
    parentSpanId: parent === undefined || parent === "" ? undefined : textAt(parent, "parentSpanId", /^[0-9a-f]{16}$/),
    startTimeUnixNano: start,
    endTimeUnixNano: end,
    statusCode: code as number | undefined,
    statusMessage: message === undefined ? undefined : textAt(message, "status.message"),
    attributes: readAttributes(span["attributes"], "attributes"),
  };
};

/** The spans of an `ExportTraceServiceRequest` in JSON. @throws OtlpFault where the schema has no room for it */
export const readOtlpSpans = (body: unknown): readonly ReadSpan[] => {
  const { resourceSpans } = objectAt(body, "request", ["resourceSpans"]);
  return listAt(resourceSpans, "resourceSpans").flatMap((entry) => {
    const { resource, scopeSpans } = objectAt(entry, "resourceSpans", ["resource", "scopeSpans", "schemaUrl"]);
    const { attributes } = objectAt(resource ?? {}, "resource", ["attributes", "droppedAttributesCount"]);
    return listAt(scopeSpans, "scopeSpans").flatMap((each) => {
      const { scope, spans } = objectAt(each, "scopeSpans", ["scope", "spans", "schemaUrl"]);
      const { name } = objectAt(scope ?? {}, "scope", ["name", "version", "attributes", "droppedAttributesCount"]);
      const around = {
        scope: textAt(name ?? "", "scope.name"),
        resource: readAttributes(attributes, "resource.attributes"),
      };
      return listAt(spans, "spans").map((span) => readSpan(span, around));
    });
  });
};
