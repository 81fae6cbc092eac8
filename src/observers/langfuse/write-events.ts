import { toBoundedMap } from "../../core/bounded-map.ts";
import type { CallFinished } from "../../core/call-event.ts";
import { flatText } from "../../core/lasting-text.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { ByteSpan } from "../../wire/byte-arena.ts";
import { toIsoTime } from "../iso-time.ts";
import { readDetails } from "../read-details.ts";
import { type CallFacts, type GenerationFacts, type TraceFacts, toWholeMetadata } from "./call-facts.ts";
import type { JsonText } from "./content-texts.ts";
import { writeKnown } from "./known-metadata.ts";
import { costPartsOf, usagePartsOf } from "./usage-parts.ts";
import type { JsonParts } from "./written-call.ts";

/** Ids of a call's two events: the server takes each id once, however often it is sent. */
export type EventIds = readonly [trace: string, generation: string];

/**
 * A call as the two events of Langfuse's ingestion endpoint, `trace-create` and `generation-create`, between which stands
 * a comma. Both create or update: what is not said stays. Put together of texts, as it is done for every call.
 * Source: https://api.reference.langfuse.com (read 2026-11-28).
 */
export function writeEvents(
  event: CallFinished,
  facts: CallFacts,
  [traceEventId, generationEventId]: EventIds,
): JsonParts {
  const { trace, generation } = facts;
  const end = toIsoTime(facts.endedAt);
  const start = toIsoTime(facts.startedAt);
  const environment = textField(',"environment":', facts.environment);
  const parts: (string | ByteSpan)[] = [];
  let text = `{"id":"${traceEventId}","type":"trace-create","timestamp":"${end}","body":${writeTrace(trace, start)}`;
  text = pushField(parts, `${text},"input":`, trace.input, text);
  text = pushField(parts, `${text},"output":`, trace.output, text);
  text +=
    `${environment}}},{"id":"${generationEventId}","type":"generation-create","timestamp":"${end}","body":` +
    writeGeneration(event, facts, { start, end });
  text = pushField(parts, `${text},"input":`, generation.input, text);
  text = pushField(parts, `${text},"output":`, generation.output, text);
  parts.push(`${text}${environment}}}`);
  return parts;
}

/** Text and JSON are pushed where there is JSON. Returns the text that is yet to be pushed. */
function pushField(parts: (string | ByteSpan)[], named: string, json: JsonText | undefined, unnamed: string): string {
  if (json === undefined) {
    return unnamed;
  }
  parts.push(named, json);
  return "";
}

/** Without its closing brace, input and output. */
function writeTrace(trace: TraceFacts, start: string): string {
  return (
    `{"id":${JSON.stringify(trace.id)}` +
    // A trace that was there before has its own time.
    (trace.isJoined ? "" : `,"timestamp":"${start}"`) +
    (trace.name === undefined ? "" : nameField(trace.name)) +
    textField(',"userId":', trace.userId) +
    textField(',"sessionId":', trace.sessionId) +
    textField(',"version":', trace.version) +
    textField(',"release":', trace.release) +
    valueField(',"tags":', trace.tags) +
    valueField(',"metadata":', trace.metadata) +
    valueField(',"public":', trace.isPublic)
  );
}

/** Without its closing brace, input and output. */
function writeGeneration(
  event: CallFinished,
  { trace, generation, answeredAt }: CallFacts,
  { start, end }: { readonly start: string; readonly end: string },
): string {
  const model = event.upstreamModel ?? event.requestedModel;
  const parameters = writeParameters(event);
  return (
    `{"id":${JSON.stringify(generation.id)},"traceId":${JSON.stringify(trace.id)}` +
    `${nameField(generation.name)},"startTime":"${start}","endTime":"${end}"` +
    (answeredAt === undefined ? "" : `,"completionStartTime":"${toIsoTime(answeredAt)}"`) +
    (model === undefined ? "" : modelField(model)) +
    (parameters === undefined ? "" : `,"modelParameters":${parameters}`) +
    writeUsage(event) +
    `,"metadata":${writeMetadata(event, generation)}` +
    writeLevel(event) +
    writeLinks(generation)
  );
}

const writeMetadata = (event: CallFinished, generation: GenerationFacts): string =>
  generation.ownMetadata === undefined ? writeKnown(event) : JSON.stringify(toWholeMetadata(event, generation));

function writeLinks({ parentId, version, promptName, promptVersion }: GenerationFacts): string {
  return (
    textField(',"parentObservationId":', parentId) +
    textField(',"version":', version) +
    textField(',"promptName":', promptName) +
    valueField(',"promptVersion":', promptVersion)
  );
}

function writeLevel({ errorKind, errorMessage }: CallFinished): string {
  return errorKind === undefined ? "" : `,"level":"ERROR"${textField(',"statusMessage":', errorMessage ?? errorKind)}`;
}

function writeUsage(event: CallFinished): string {
  const { usage } = event;
  if (usage === undefined) {
    return "";
  }
  const { promptTokens, completionTokens, totalTokens } = usage;
  const costs = costPartsOf(event);
  return (
    `,"usage":{"input":${promptTokens},"output":${completionTokens},"total":${totalTokens},"unit":"TOKENS"}` +
    `,"usageDetails":${writeParts(usagePartsOf(usage))}` +
    (costs === undefined ? "" : `,"costDetails":${writeParts(costs)}`)
  );
}

/** Names need no escapes, and numbers are finite. */
function writeParts(parts: Readonly<Record<string, number>>): string {
  let text = "";
  for (const name in parts) {
    text += (text === "" ? firstPart(name) : nextPart(name)) + parts[name];
  }
  return `${text}}`;
}

/** Each piece of a text costs when it is written, so pieces that repeat are put together once. */
const firstPart = toBoundedMap(16, (name) => flatText(`{"${name}":`));
const nextPart = toBoundedMap(16, (name) => flatText(`,"${name}":`));

/** Langfuse takes plain values: what has parts (`response_format`) is shown as its JSON. */
export function writeParameters(event: CallFinished): string | undefined {
  const text = event.details?.parametersText ?? "{}";
  if (text === "{}") {
    return undefined;
  }
  return MAY_HAVE_PARTS.test(text) ? JSON.stringify(toPlainValues(readDetails(event).parameters)) : text;
}

/** Within the outermost braces: an object, a list, or what is no value at all. */
const MAY_HAVE_PARTS = /.[{[]|null/s;

function toPlainValues(parameters: JsonObject): JsonObject {
  const plain = Object.entries(parameters).filter(([, value]) => value !== null);
  return Object.fromEntries(
    plain.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : value]),
  );
}

/** @param field the name as it is written, with what stands around it */
function textField(field: string, value: string | undefined): string {
  return value === undefined ? "" : field + JSON.stringify(value);
}

function valueField(field: string, value: unknown): string {
  return value === undefined ? "" : field + JSON.stringify(value);
}

/** Names of most calls are the same few; longer ones are not remembered. */
const MAX_KNOWN_LENGTH = 128;
const knownName = toBoundedMap(256, (name) => flatText(`,"name":${JSON.stringify(name)}`));
const knownModel = toBoundedMap(256, (name) => flatText(`,"model":${JSON.stringify(name)}`));

const nameField = (name: string): string =>
  name.length > MAX_KNOWN_LENGTH ? textField(',"name":', name) : knownName(name);
const modelField = (name: string): string =>
  name.length > MAX_KNOWN_LENGTH ? textField(',"model":', name) : knownModel(name);
