/** What Langfuse's ingestion endpoint takes, as strictly as its schema reads, and stricter: it strips unknown fields, these rules refuse them. */

type JsonObject = Readonly<Record<string, unknown>>;
type Rule = (value: unknown) => boolean;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text: Rule = (value) => typeof value === "string";
const id: Rule = (value) => typeof value === "string" && value.length > 0 && value.length <= 800;
const flag: Rule = (value) => typeof value === "boolean";
const integer: Rule = (value) => Number.isSafeInteger(value);
const json: Rule = () => true;
const time: Rule = (value) =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
const texts: Rule = (value) => Array.isArray(value) && value.every(text);
const environment: Rule = (value) => typeof value === "string" && /^(?!langfuse)[a-z0-9_-]{1,40}$/.test(value);
const level: Rule = (value) => ["DEBUG", "DEFAULT", "WARNING", "ERROR"].includes(String(value));

const mapOf =
  (rule: Rule): Rule =>
  (value) =>
    isObject(value) && Object.values(value).every(rule);

/** Values of `modelParameters`: nothing that has parts of its own, but for flat lists and maps of texts. */
const parameter: Rule = (value) =>
  ["string", "number", "boolean"].includes(typeof value) || value === null || texts(value) || mapOf(text)(value);

const usage: Rule = (value) =>
  isObject(value) &&
  Object.entries(value).every(([name, part]) =>
    name === "unit"
      ? ["TOKENS", "CHARACTERS", "MILLISECONDS", "SECONDS", "IMAGES", "REQUESTS"].includes(String(part))
      : ["input", "output", "total", "inputCost", "outputCost", "totalCost"].includes(name) && typeof part === "number",
  );

const TRACE: Readonly<Record<string, Rule>> = {
  id,
  timestamp: time,
  name: text,
  userId: text,
  sessionId: text,
  input: json,
  output: json,
  metadata: json,
  tags: texts,
  release: text,
  version: text,
  public: flag,
  environment,
};

const OBSERVATION: Readonly<Record<string, Rule>> = {
  id,
  traceId: id,
  parentObservationId: id,
  name: text,
  startTime: time,
  input: json,
  output: json,
  metadata: json,
  level,
  statusMessage: text,
  version: text,
  environment,
};

const GENERATION: Readonly<Record<string, Rule>> = {
  ...OBSERVATION,
  endTime: time,
  completionStartTime: time,
  model: text,
  modelParameters: mapOf(parameter),
  usage,
  usageDetails: mapOf((part) => Number.isSafeInteger(part) && (part as number) >= 0),
  costDetails: mapOf((part) => typeof part === "number" && part >= 0),
  promptName: text,
  promptVersion: integer,
};

const BODIES: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  "trace-create": TRACE,
  "generation-create": GENERATION,
  "generation-update": GENERATION,
  "span-create": { ...OBSERVATION, endTime: time },
  "span-update": { ...OBSERVATION, endTime: time },
  "event-create": OBSERVATION,
  "score-create": {
    id,
    traceId: id,
    observationId: id,
    name: text,
    value: (value) => ["string", "number"].includes(typeof value),
    comment: text,
    dataType: text,
    environment,
  },
};

/** Fields without which an event means nothing. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  "trace-create": ["id"],
  "generation-create": ["id", "traceId"],
  "generation-update": ["id"],
};

/** What is wrong with an event of a batch; `undefined` when it is taken. */
export const findEventFault = (event: unknown): string | undefined => {
  if (!isObject(event)) return "an event is no object";
  const extra = Object.keys(event).filter((key) => !["id", "type", "timestamp", "body", "metadata"].includes(key));
  if (extra.length > 0) return `unknown fields of an event: ${extra}`;
  if (!id(event["id"])) return "an event has no id";
  if (!time(event["timestamp"])) return "an event has no timestamp";
  const type = String(event["type"]);
  const rules = Object.hasOwn(BODIES, type) ? BODIES[type] : undefined;
  if (rules === undefined) return `unknown event type ${type}`;
  const { body } = event;
  if (!isObject(body)) return "an event has no body";
  const missing = (NEEDED[type] ?? []).filter((name) => body[name] === undefined);
  if (missing.length > 0) return `${type} lacks ${missing}`;
  for (const [name, value] of Object.entries(body)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return `${type} has no field ${name}`;
    // The clients send null for what is not said.
    if (value !== null && !rule(value)) return `${type}.${name} is wrong: ${JSON.stringify(value)}`;
  }
  return undefined;
};

/** What is wrong with a body of OTLP in JSON; `undefined` when it is taken. */
export const findOtlpFault = (body: unknown): string | undefined => {
  if (!isObject(body) || !Array.isArray(body["resourceSpans"])) return "no resourceSpans";
  for (const span of spansOf(body)) {
    const fault = findSpanFault(span);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

/** All spans of a body of OTLP in JSON. */
export const spansOf = (body: JsonObject): readonly JsonObject[] =>
  (body["resourceSpans"] as readonly JsonObject[]).flatMap((resource) =>
    (resource["scopeSpans"] as readonly JsonObject[]).flatMap((scope) => scope["spans"] as readonly JsonObject[]),
  );

const hex =
  (length: number): Rule =>
  (value) =>
    typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value) && !/^0+$/.test(value);
const nano: Rule = (value) => typeof value === "string" && /^\d{19}$/.test(value);

const SPAN: Readonly<Record<string, Rule>> = {
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16),
  name: id,
  kind: (value) => [1, 2, 3, 4, 5].includes(Number(value)),
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
  attributes: (value) => Array.isArray(value) && value.every(attribute),
  status: (value) => isObject(value) && [0, 1, 2].includes(Number(value["code"])),
};

/** `AnyValue` of the protocol: one field, by its kind. */
const anyValue: Rule = (value) => {
  if (!isObject(value)) return false;
  const [[kind, part] = ["", undefined], ...others] = Object.entries(value);
  if (others.length > 0) return false;
  if (kind === "stringValue") return text(part);
  if (kind === "boolValue") return flag(part);
  if (kind === "intValue") return integer(part) || (text(part) && /^-?\d+$/.test(String(part)));
  if (kind === "doubleValue") return typeof part === "number";
  return kind === "arrayValue" && isObject(part) && Array.isArray(part["values"]) && part["values"].every(anyValue);
};

const attribute: Rule = (value) =>
  isObject(value) && Object.keys(value).length === 2 && id(value["key"]) && anyValue(value["value"]);

const findSpanFault = (span: JsonObject): string | undefined => {
  for (const name of ["traceId", "spanId", "name", "startTimeUnixNano", "endTimeUnixNano"]) {
    if (span[name] === undefined) return `a span lacks ${name}`;
  }
  for (const [name, value] of Object.entries(span)) {
    const rule = Object.hasOwn(SPAN, name) ? SPAN[name] : undefined;
    if (rule === undefined || !rule(value)) return `span.${name} is wrong: ${JSON.stringify(value)}`;
  }
  return undefined;
};
