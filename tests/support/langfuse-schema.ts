// What Langfuse's ingestion endpoint takes, field by field.
// Source: https://github.com/langfuse/langfuse/blob/main/packages/shared/src/server/ingestion/types.ts (read 2026-11-28).
// Stricter than the original in one thing: a field that it does not know is a fault, not passed over.

/** Says what is wrong with a value; nothing when it is right. */
type Check = (value: unknown) => string | undefined;

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const when = (isRight: (value: unknown) => boolean, allowed: string): Check => {
  return (value) => (isRight(value) ? undefined : `must be ${allowed}, is ${JSON.stringify(value)?.slice(0, 80)}`);
};

const MAX_ID_LENGTH = 800;
const MAX_TRACE_NAME_LENGTH = 1000;
const ENVIRONMENT = /^(?!langfuse)[a-z0-9-_]{1,40}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

const isText = (value: unknown): value is string => typeof value === "string";
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const text = when(isText, "text");
const anything: Check = () => undefined;
const id = when(
  (value) => isText(value) && value !== "" && value.length <= MAX_ID_LENGTH && !value.includes("\r"),
  `an id of 1 to ${MAX_ID_LENGTH} characters`,
);
const time = when((value) => isText(value) && TIME.test(value) && !Number.isNaN(Date.parse(value)), "an ISO time");
const environment = when((value) => isText(value) && ENVIRONMENT.test(value), "the name of an environment");
const level = when(
  (value) => ["DEBUG", "DEFAULT", "WARNING", "ERROR"].includes(value as string),
  "DEBUG, DEFAULT, WARNING or ERROR",
);

const mapOf = (isRight: (value: unknown) => boolean, allowed: string): Check =>
  when(
    (value) => isObject(value) && Object.values(value).every((item) => item === null || isRight(item)),
    `a mapping of ${allowed}`,
  );

const isParameter = (value: unknown): boolean =>
  ["string", "number", "boolean"].includes(typeof value) ||
  isTextList(value) ||
  (isObject(value) && Object.values(value).every(isText));

const TRACE: Readonly<Record<string, Check>> = {
  id,
  timestamp: time,
  name: when((value) => isText(value) && value.length <= MAX_TRACE_NAME_LENGTH, "text of at most 1000 characters"),
  externalId: text,
  input: anything,
  output: anything,
  sessionId: text,
  userId: text,
  environment,
  metadata: anything,
  release: text,
  version: text,
  public: when((value) => typeof value === "boolean", "a boolean"),
  tags: when(isTextList, "a list of texts"),
};

const OBSERVATION: Readonly<Record<string, Check>> = {
  id,
  traceId: id,
  environment,
  name: text,
  startTime: time,
  endTime: time,
  metadata: anything,
  input: anything,
  output: anything,
  level,
  statusMessage: text,
  parentObservationId: text,
  version: text,
};

const GENERATION: Readonly<Record<string, Check>> = {
  ...OBSERVATION,
  completionStartTime: time,
  model: text,
  modelParameters: mapOf(isParameter, "text, numbers, booleans, lists of texts and mappings of texts"),
  usage: when(
    (value) =>
      isObject(value) &&
      Object.entries(value).every(([name, item]) =>
        name === "unit"
          ? ["TOKENS", "CHARACTERS", "MILLISECONDS", "SECONDS", "IMAGES", "REQUESTS"].includes(item as string)
          : name.endsWith("Cost")
            ? typeof item === "number"
            : Number.isInteger(item),
      ),
    "usage in whole numbers and their unit",
  ),
  usageDetails: mapOf(isCount, "counts"),
  costDetails: mapOf((value) => typeof value === "number" && value >= 0, "amounts"),
  promptName: text,
  promptVersion: when(Number.isInteger, "a whole number"),
};

const BODIES: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  "trace-create": TRACE,
  "span-create": OBSERVATION,
  "span-update": OBSERVATION,
  "event-create": OBSERVATION,
  "generation-create": GENERATION,
  "generation-update": GENERATION,
};

const EVENT: Readonly<Record<string, Check>> = {
  id,
  type: when((value) => isText(value) && Object.hasOwn(BODIES, value), "a known type"),
  timestamp: time,
  metadata: anything,
  body: when(isObject, "an object"),
};

/** An absent field and one that is `null` are the same. */
const checkFields = (value: Json, table: Readonly<Record<string, Check>>, place: string): readonly string[] =>
  Object.entries(value).flatMap(([name, item]) => {
    const check = Object.hasOwn(table, name) ? table[name] : undefined;
    if (check === undefined) return [`${place}${name} is unknown`];
    const fault = item === null ? undefined : check(item);
    return fault === undefined ? [] : [`${place}${name} ${fault}`];
  });

const missing = (value: Json, names: readonly string[], place: string): readonly string[] =>
  names.filter((name) => value[name] === undefined || value[name] === null).map((name) => `${place}${name} is missing`);

/** What is wrong with one event of a batch. */
export const checkIngestionEvent = (event: unknown): readonly string[] => {
  if (!isObject(event)) return ["an event must be an object"];
  const faults = [...missing(event, ["id", "type", "timestamp", "body"], ""), ...checkFields(event, EVENT, "")];
  const { body, type } = event;
  if (faults.length > 0 || !isObject(body)) return faults;
  const table = BODIES[type as string] ?? {};
  const needed = type === "trace-create" ? ["id"] : ["id", "traceId"];
  const hasHalfPrompt = Boolean(body["promptName"]) !== Boolean(body["promptVersion"]);
  return [
    ...missing(body, needed, "body."),
    ...checkFields(body, table, "body."),
    ...(hasHalfPrompt ? ["body.promptName and body.promptVersion belong together"] : []),
  ];
};

/** What is wrong with the envelope of a batch. */
export const checkIngestionBatch = (value: unknown): string | undefined => {
  if (!isObject(value)) return "must be an object";
  const unknown = Object.keys(value).find((name) => name !== "batch" && name !== "metadata");
  if (unknown !== undefined) return `${unknown} is unknown`;
  return Array.isArray(value["batch"]) ? undefined : "batch must be a list";
};
