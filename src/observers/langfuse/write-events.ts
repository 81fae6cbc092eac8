import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import { readDetails } from "../read-details.ts";
import type { CallFacts, GenerationFacts, TraceFacts } from "./call-facts.ts";
import { toIsoTime } from "./iso-time.ts";
import { costPartsOf, usagePartsOf } from "./usage-parts.ts";

/** Ids of a call's two events: the server takes each id once, however often it is sent. */
export type EventIds = readonly [trace: string, generation: string];

/**
 * A call as the two events of Langfuse's ingestion endpoint, `trace-create` and `generation-create`, between which stands
 * a comma. Both create or update: what is not said stays. Put together of texts, as it is done for every call.
 * Source: https://api.reference.langfuse.com (read 2026-11-28).
 */
export function writeEvents(event: CallFinished, facts: CallFacts, eventIds: EventIds): string {
  const end = toIsoTime(facts.endedAt);
  const start = toIsoTime(facts.startedAt);
  const environment = textField("environment", facts.environment);
  const trace = `{"id":"${eventIds[0]}","type":"trace-create","timestamp":"${end}","body":${writeTrace(facts.trace, start)}${environment}}}`;
  const generation = writeGeneration(event, facts, { start, end });
  return `${trace},{"id":"${eventIds[1]}","type":"generation-create","timestamp":"${end}","body":${generation}${environment}}}`;
}

/** Without its closing brace. */
function writeTrace(trace: TraceFacts, start: string): string {
  return (
    `{"id":${JSON.stringify(trace.id)}` +
    // A trace that was there before has its own time.
    (trace.isJoined ? "" : `,"timestamp":"${start}"`) +
    textField("name", trace.name) +
    textField("userId", trace.userId) +
    textField("sessionId", trace.sessionId) +
    textField("version", trace.version) +
    textField("release", trace.release) +
    valueField("tags", trace.tags) +
    valueField("metadata", trace.metadata) +
    valueField("public", trace.isPublic) +
    jsonField("input", trace.input) +
    jsonField("output", trace.output)
  );
}

/** Without its closing brace. */
function writeGeneration(
  event: CallFinished,
  { trace, generation, answeredAt }: CallFacts,
  { start, end }: { readonly start: string; readonly end: string },
): string {
  const model = event.upstreamModel ?? event.requestedModel;
  return (
    `{"id":${JSON.stringify(generation.id)},"traceId":${JSON.stringify(trace.id)}` +
    `,"name":${JSON.stringify(generation.name)},"startTime":"${start}","endTime":"${end}"` +
    (answeredAt === undefined ? "" : `,"completionStartTime":"${toIsoTime(answeredAt)}"`) +
    textField("model", model) +
    jsonField("modelParameters", writeParameters(event)) +
    jsonField("input", generation.input) +
    jsonField("output", generation.output) +
    writeUsage(event) +
    jsonField("metadata", JSON.stringify(generation.metadata)) +
    writeLevel(event) +
    writeLinks(generation)
  );
}

function writeLinks({ parentId, version, promptName, promptVersion }: GenerationFacts): string {
  return (
    textField("parentObservationId", parentId) +
    textField("version", version) +
    textField("promptName", promptName) +
    valueField("promptVersion", promptVersion)
  );
}

function writeLevel({ errorKind, errorMessage }: CallFinished): string {
  return errorKind === undefined ? "" : `,"level":"ERROR"${textField("statusMessage", errorMessage ?? errorKind)}`;
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
    text += `${text === "" ? "{" : ","}"${name}":${parts[name]}`;
  }
  return `${text}}`;
}

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

function textField(name: string, value: string | undefined): string {
  return value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`;
}

function valueField(name: string, value: unknown): string {
  return value === undefined ? "" : `,"${name}":${JSON.stringify(value)}`;
}

function jsonField(name: string, text: string | undefined): string {
  return text === undefined ? "" : `,"${name}":${text}`;
}
