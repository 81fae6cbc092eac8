import { toBoundedMap } from "../../core/bounded-map.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import { ByteWriter } from "../../wire/byte-writer.ts";
import { writeIsoTime } from "../iso-time.ts";
import { readParameters } from "../read-details.ts";
import { type CallFacts, type SaidFacts, toWholeMetadata, writeGenerationId } from "./call-facts.ts";
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
const QUOTE = 0x22;
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
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const OUTPUT = Buffer.from(',"output":');

/**
 * Writes a call as the two events of Langfuse's ingestion endpoint, `trace-create` and `generation-create`, between which
 * stands a comma. Both create or update: what is not said stays. As bytes, as it is done for every call; what stands in
 * both, or more than once, is written once and copied.
 * Source: https://api.reference.langfuse.com (read 2026-11-28).
 */
export function writeEvents(
  out: ByteWriter,
  event: CallFinished,
  facts: CallFacts,
  { ids, number }: EventNumber,
): void {
  const { said, traceId, userId, sessionId, traceContent, content } = facts;
  const texts = textsOf(said);
  out.raw(BEGIN);
  ids.write(out, number, "trace");
  out.raw(TRACE_CREATE);
  const endedAt = out.length;
  writeIsoTime(out, facts.endedAt);
  const endedAtEnd = out.length;
  out.raw(BODY);
  const trace = out.length;
  out.jsonString(traceId);
  const traceEnd = out.length;
  out.raw(texts.trace);
  if (!said.isJoined) {
    writeIsoTime(out, facts.startedAt);
    out.byte(QUOTE);
  }
  textField(out, ',"userId":', userId);
  textField(out, ',"sessionId":', sessionId);
  const asked = out.length;
  writeContent(out, traceContent);
  const answered = out.length;
  out.raw(BETWEEN);
  ids.write(out, number, "generation");
  out.raw(GENERATION_CREATE);
  out.repeat(endedAt, endedAtEnd);
  out.raw(BODY);
  writeGenerationId(out, event, said, number);
  out.raw(TRACE_ID);
  out.repeat(trace, traceEnd);
  out.raw(texts.generation);
  writeIsoTime(out, facts.startedAt);
  out.raw(END_TIME);
  out.repeat(endedAt, endedAtEnd);
  out.byte(QUOTE);
  writeGeneration(out, event, facts);
  if (traceContent.input === content.input && traceContent.output === content.output) {
    out.repeat(asked, answered);
  } else {
    writeContent(out, content);
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

/** What is said of a trace, and of its generation, as fields that follow an id each and lead up to a time. */
interface SaidTexts {
  /** Of a trace that is another's, which has its own time, without that. */
  readonly trace: Uint8Array;
  readonly generation: Uint8Array;
}

/** Of calls that say nothing, which are most. */
const silentTexts = new WeakMap<SaidFacts, SaidTexts>();

function textsOf(said: SaidFacts): SaidTexts {
  const known = said.isSilent ? silentTexts.get(said) : undefined;
  if (known !== undefined) {
    return known;
  }
  const texts = { trace: writeTrace(said), generation: writeGenerationNames(said) };
  if (said.isSilent) {
    silentTexts.set(said, texts);
  }
  return texts;
}

const SAID = new ByteWriter(4096);

function writeTrace(said: SaidFacts): Uint8Array {
  SAID.clear();
  textField(SAID, NAME, said.traceName);
  textField(SAID, ',"version":', said.traceVersion);
  textField(SAID, ',"release":', said.release);
  valueField(SAID, ',"tags":', said.tags);
  valueField(SAID, ',"metadata":', said.traceMetadata);
  valueField(SAID, ',"public":', said.isPublic);
  textField(SAID, ENVIRONMENT, said.traceEnvironment);
  if (!said.isJoined) {
    SAID.raw(TRACE_TIME);
  }
  return SAID.take();
}

function writeGenerationNames(said: SaidFacts): Uint8Array {
  SAID.clear();
  textField(SAID, NAME, said.generationName);
  textField(SAID, ENVIRONMENT, said.environment);
  textField(SAID, ',"parentObservationId":', said.parentId);
  textField(SAID, ',"version":', said.version);
  textField(SAID, ',"promptName":', said.promptName);
  valueField(SAID, ',"promptVersion":', said.promptVersion);
  SAID.raw(START_TIME);
  return SAID.take();
}

const NAME = ',"name":';
const ENVIRONMENT = ',"environment":';

/** From behind its end up to what was asked. */
function writeGeneration(out: ByteWriter, event: CallFinished, { said, answeredAt, showsInput }: CallFacts): void {
  const model = event.upstreamModel ?? event.requestedModel;
  const parameters = writeParameters(event, showsInput);
  if (answeredAt !== undefined) {
    out.raw(ANSWER_TIME);
    writeIsoTime(out, answeredAt);
    out.byte(QUOTE);
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
  writeMetadata(out, event, said);
  writeLevel(out, event);
}

function writeMetadata(out: ByteWriter, event: CallFinished, said: SaidFacts): void {
  if (said.ownMetadata === undefined) {
    writeKnown(out, event, said.hidesKeyInfo);
  } else {
    out.text(JSON.stringify(toWholeMetadata(event, said)));
  }
}

function writeLevel(out: ByteWriter, { errorKind, errorMessage }: CallFinished): void {
  if (errorKind !== undefined) {
    out.text(',"level":"ERROR"');
    textField(out, ',"statusMessage":', errorMessage ?? errorKind);
  }
}

/** Langfuse takes plain values: what has parts (`response_format`) is shown as its JSON. */
export function writeParameters(event: CallFinished, showsInput: boolean): string | undefined {
  const text = event.details?.parametersText ?? "{}";
  if (text === "{}") {
    return undefined;
  }
  return mustBeRead(text) ? JSON.stringify(toPlainValues(readParameters(event, showsInput))) : text;
}

/** Whether an object's text may hold within its braces an object, a list, what is no value at all, or a text, which may be a key. */
function mustBeRead(text: string): boolean {
  for (let at = 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET || (unit === LETTER_N && text.startsWith("null", at))) {
      return true;
    }
    if (unit === COLON && text.charCodeAt(at + 1) === QUOTE) {
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

/** Longer names of models are not remembered. */
const MAX_KNOWN_LENGTH = 128;

const writeModel = (model: string): Uint8Array => Buffer.from(`,"model":${JSON.stringify(model)}`);
const knownModel = toBoundedMap(256, writeModel);

const modelField = (model: string): Uint8Array =>
  model.length > MAX_KNOWN_LENGTH ? writeModel(model) : knownModel(model);
