import { toBoundedMap } from "../../core/bounded-map.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";
import { writeIsoTime } from "../iso-time.ts";
import { readDetails } from "../read-details.ts";
import {
  type CallFacts,
  type GenerationFacts,
  type TraceFacts,
  toWholeMetadata,
  writeGenerationId,
} from "./call-facts.ts";
import type { ContentTexts, JsonText } from "./content-texts.ts";
import type { EventIds } from "./ingestion.ts";
import { writeKnown } from "./known-metadata.ts";
import { writeUsage } from "./usage-parts.ts";

/** What a call's events are told by. */
export interface EventNumber {
  readonly ids: EventIds;
  readonly number: number;
}

const BEGIN = Buffer.from('{"id":');
const TRACE_CREATE = Buffer.from(',"type":"trace-create","timestamp":"');
const GENERATION_CREATE = Buffer.from(',"type":"generation-create","timestamp":"');
const BODY = Buffer.from('","body":{"id":');
const BETWEEN = Buffer.from('}},{"id":');
const END = Buffer.from("}}");
const QUOTE = Buffer.from('"');
const TRACE_TIME = Buffer.from(',"timestamp":"');
const TRACE_ID = Buffer.from(',"traceId":');
const START_TIME = Buffer.from(',"startTime":"');
const END_TIME = Buffer.from('","endTime":"');
const ANSWER_TIME = Buffer.from(',"completionStartTime":"');
const PARAMETERS = Buffer.from(',"modelParameters":');
const METADATA = Buffer.from(',"metadata":');
const INPUT = Buffer.from(',"input":');
const OPEN_BRACKET = 0x5b;
const LETTER_N = 0x6e;
const OPEN_BRACE = 0x7b;
const OUTPUT = Buffer.from(',"output":');

/**
 * Writes a call as the two events of Langfuse's ingestion endpoint, `trace-create` and `generation-create`, between which
 * stands a comma. Both create or update: what is not said stays. As bytes, as it is done for every call.
 * Source: https://api.reference.langfuse.com (read 2026-11-28).
 */
export function writeEvents(
  out: ByteWriter,
  event: CallFinished,
  facts: CallFacts,
  { ids, number }: EventNumber,
): void {
  const { trace, generation, environment } = facts;
  out.raw(BEGIN);
  ids.write(out, number, "trace");
  out.raw(TRACE_CREATE);
  writeIsoTime(out, facts.endedAt);
  out.raw(BODY);
  writeTrace(out, trace, facts.startedAt);
  textField(out, ',"environment":', environment);
  const content = out.length;
  writeContent(out, trace);
  const contentEnd = out.length;
  out.raw(BETWEEN);
  ids.write(out, number, "generation");
  out.raw(GENERATION_CREATE);
  writeIsoTime(out, facts.endedAt);
  out.raw(BODY);
  writeGeneration(out, event, facts);
  textField(out, ',"environment":', environment);
  if (trace.input === generation.input && trace.output === generation.output) {
    out.repeat(content, contentEnd);
  } else {
    writeContent(out, generation);
  }
  out.raw(END);
}

function writeContent(out: ByteWriter, { input, output }: ContentTexts): void {
  if (input !== undefined) {
    out.raw(INPUT);
    writeJson(out, input);
  }
  if (output !== undefined) {
    out.raw(OUTPUT);
    writeJson(out, output);
  }
}

function writeJson(out: ByteWriter, json: JsonText): void {
  if (typeof json === "string") {
    out.text(json);
  } else {
    out.range(json.bytes, json.start, json.end);
  }
}

/** From behind the name of its id up to what was asked. */
function writeTrace(out: ByteWriter, trace: TraceFacts, startedAt: number): void {
  out.jsonString(trace.id);
  if (!trace.isJoined) {
    out.raw(TRACE_TIME); // A trace that was there before has its own time.
    writeIsoTime(out, startedAt);
    out.raw(QUOTE);
  }
  if (trace.name !== undefined) {
    out.raw(nameField(trace.name));
  }
  textField(out, ',"userId":', trace.userId);
  textField(out, ',"sessionId":', trace.sessionId);
  textField(out, ',"version":', trace.version);
  textField(out, ',"release":', trace.release);
  valueField(out, ',"tags":', trace.tags);
  valueField(out, ',"metadata":', trace.metadata);
  valueField(out, ',"public":', trace.isPublic);
}

/** As {@link writeTrace}. */
function writeGeneration(out: ByteWriter, event: CallFinished, facts: CallFacts): void {
  const { trace, generation, answeredAt } = facts;
  const model = event.upstreamModel ?? event.requestedModel;
  const parameters = writeParameters(event);
  writeGenerationId(out, event, generation);
  out.raw(TRACE_ID);
  out.jsonString(trace.id);
  out.raw(nameField(generation.name));
  out.raw(START_TIME);
  writeIsoTime(out, facts.startedAt);
  out.raw(END_TIME);
  writeIsoTime(out, facts.endedAt);
  out.raw(QUOTE);
  if (answeredAt !== undefined) {
    out.raw(ANSWER_TIME);
    writeIsoTime(out, answeredAt);
    out.raw(QUOTE);
  }
  if (model !== undefined) {
    out.raw(modelField(model));
  }
  if (parameters !== undefined) {
    out.raw(PARAMETERS);
    out.text(parameters);
  }
  writeUsage(out, event);
  out.raw(METADATA);
  writeMetadata(out, event, generation);
  writeLevel(out, event);
  writeLinks(out, generation);
}

function writeMetadata(out: ByteWriter, event: CallFinished, generation: GenerationFacts): void {
  if (generation.ownMetadata === undefined) {
    writeKnown(out, event);
  } else {
    out.text(JSON.stringify(toWholeMetadata(event, generation)));
  }
}

function writeLinks(out: ByteWriter, { parentId, version, promptName, promptVersion }: GenerationFacts): void {
  textField(out, ',"parentObservationId":', parentId);
  textField(out, ',"version":', version);
  textField(out, ',"promptName":', promptName);
  valueField(out, ',"promptVersion":', promptVersion);
}

function writeLevel(out: ByteWriter, { errorKind, errorMessage }: CallFinished): void {
  if (errorKind !== undefined) {
    out.text(',"level":"ERROR"');
    textField(out, ',"statusMessage":', errorMessage ?? errorKind);
  }
}

/** Langfuse takes plain values: what has parts (`response_format`) is shown as its JSON. */
export function writeParameters(event: CallFinished): string | undefined {
  const text = event.details?.parametersText ?? "{}";
  if (text === "{}") {
    return undefined;
  }
  return mayHaveParts(text) ? JSON.stringify(toPlainValues(readDetails(event).parameters)) : text;
}

/** Whether an object's text may hold within its braces an object, a list, or what is no value at all. */
function mayHaveParts(text: string): boolean {
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET || (unit === LETTER_N && text.startsWith("null", at))) {
      return true;
    }
  }
  return false;
}

function toPlainValues(parameters: JsonObject): JsonObject {
  const plain = Object.entries(parameters).filter(([, value]) => value !== null);
  return Object.fromEntries(
    plain.map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : value]),
  );
}

/** @param field the name as it is written, with what stands around it */
function textField(out: ByteWriter, field: string, value: string | undefined): void {
  if (value !== undefined) {
    out.text(field);
    out.jsonString(value);
  }
}

function valueField(out: ByteWriter, field: string, value: unknown): void {
  if (value !== undefined) {
    out.text(field + JSON.stringify(value));
  }
}

/** Names of most calls are the same few; longer ones are not remembered. */
const MAX_KNOWN_LENGTH = 128;

function toField(field: string): (value: string) => Uint8Array {
  const write = (value: string): Uint8Array => Buffer.from(field + JSON.stringify(value));
  const known = toBoundedMap(256, write);
  let latest = "";
  let latestField = write("");
  return (value) => {
    if (value.length > MAX_KNOWN_LENGTH) {
      return write(value);
    }
    if (value !== latest) {
      latestField = known(value);
      latest = value;
    }
    return latestField;
  };
}

const nameField = toField(',"name":');
const modelField = toField(',"model":');
