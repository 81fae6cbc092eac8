import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";
import { toIsoTime } from "../iso-time.ts";
import { type CallFacts, generationIdOf, type SaidFacts, toWholeMetadata } from "./call-facts.ts";
import { textOfJson } from "./content-texts.ts";
import { SpanAttributes, toKeys } from "./span-attributes.ts";
import { costPartsOf, usagePartsOf } from "./usage-parts.ts";
import { writeParameters } from "./write-events.ts";

/** SPAN_KIND_CLIENT */
const CLIENT = 3;
/** STATUS_CODE_ERROR */
const ERROR = 2;

/**
 * Writes a call as one span of OTLP in JSON. Ids of OpenTelemetry are hexadecimal of a fixed length: others are replaced by the
 * beginning of their SHA-256, as Langfuse's own clients do it, and stand in attributes as they were written.
 * Source: https://langfuse.com/integrations/native/opentelemetry (read 2026-11-28).
 */
export function writeSpan(out: ByteWriter, event: CallFinished, facts: CallFacts, callNumber: number): void {
  const { said, traceId, startedAt, endedAt } = facts;
  const generationId = generationIdOf(event, said, callNumber);
  out.text(`{"traceId":"${toHexId(traceId, 32)}","spanId":"${toHexId(generationId, 16)}"`);
  const parentId = parentIdOf(facts);
  if (parentId !== undefined) {
    out.text(`,"parentSpanId":"${toHexId(parentId, 16)}"`);
  }
  out.text(',"name":');
  out.jsonString(said.generationName);
  out.text(`,"kind":${CLIENT},"startTimeUnixNano":"${toNanoText(startedAt)}"`);
  out.text(`,"endTimeUnixNano":"${toNanoText(endedAt)}","attributes":[`);
  const attributes = new SpanAttributes(out);
  setTrace(attributes, facts);
  attributes.text("langfuse.generation.id", generationId);
  setGeneration(attributes, event, facts);
  attributes.close();
  out.text("]");
  if (event.errorKind !== undefined) {
    out.text(`,"status":{"code":${ERROR},"message":`);
    out.jsonString(event.errorMessage ?? event.errorKind);
    out.text("}");
  }
  out.text("}");
}

/**
 * A span without a parent is the root of its trace, and Langfuse makes the whole trace of it: in another's trace stands a
 * parent that nobody sends.
 */
const parentIdOf = ({ said, traceId }: CallFacts): string | undefined =>
  said.parentId ?? (said.isJoined ? `parent in ${traceId}` : undefined);

/** The id where it is one of OpenTelemetry, else the beginning of its hash. */
export function toHexId(id: string, length: 16 | 32): string {
  const isHex = id.length === length && /^[0-9a-f]+$/i.test(id) && !/^0+$/.test(id);
  return isHex ? id.toLowerCase() : Bun.SHA256.hash(id, "hex").slice(0, length);
}

const NANO_OF_MICRO = "000";

/** Nanoseconds do not fit into a number; microseconds do. */
const toNanoText = (epochMs: number): string => `${Math.round(epochMs * 1000)}${NANO_OF_MICRO}`;

function setTrace(attributes: SpanAttributes, { said, traceId, userId, sessionId, traceContent }: CallFacts): void {
  const { tags, isPublic } = said;
  attributes.text("langfuse.trace.id", traceId);
  attributes.text("langfuse.trace.name", said.traceName);
  attributes.text("user.id", userId);
  attributes.text("session.id", sessionId);
  attributes.text("langfuse.release", said.release);
  attributes.other(
    "langfuse.trace.tags",
    tags && { arrayValue: { values: tags.map((tag) => ({ stringValue: tag })) } },
  );
  setMetadata(attributes, TRACE_METADATA, said.traceMetadata);
  attributes.other("langfuse.trace.public", isPublic === undefined ? undefined : { boolValue: isPublic });
  attributes.text("langfuse.trace.input", textOfJson(traceContent.input));
  attributes.text("langfuse.trace.output", textOfJson(traceContent.output));
}

function setGeneration(attributes: SpanAttributes, event: CallFinished, facts: CallFacts): void {
  const { said, content, answeredAt, showsInput } = facts;
  const { errorKind, errorMessage } = event;
  attributes.text("langfuse.observation.type", "generation");
  attributes.text("langfuse.environment", said.environment);
  // Trace and generation have one attribute for both their versions.
  attributes.text("langfuse.version", said.traceVersion ?? said.version);
  attributes.text("langfuse.observation.model.name", event.upstreamModel ?? event.requestedModel);
  attributes.text("langfuse.observation.model.parameters", writeParameters(event, showsInput));
  attributes.text("langfuse.observation.input", textOfJson(content.input));
  attributes.text("langfuse.observation.output", textOfJson(content.output));
  attributes.json("langfuse.observation.usage_details", event.usage && usagePartsOf(event.usage));
  attributes.json("langfuse.observation.cost_details", costPartsOf(event));
  attributes.json(
    "langfuse.observation.completion_start_time",
    answeredAt === undefined ? undefined : toIsoTime(answeredAt),
  );
  if (errorKind !== undefined) {
    attributes.text("langfuse.observation.level", "ERROR");
    attributes.text("langfuse.observation.status_message", errorMessage ?? errorKind);
  }
  setMetadata(attributes, METADATA, toWholeMetadata(event, said));
  setPrompt(attributes, said);
}

function setPrompt(attributes: SpanAttributes, { promptName, promptVersion, parentId }: SaidFacts): void {
  attributes.text("langfuse.observation.prompt.name", promptName);
  attributes.other(
    "langfuse.observation.prompt.version",
    promptVersion === undefined ? undefined : { intValue: promptVersion },
  );
  attributes.text("langfuse.generation.parent_observation_id", parentId);
}

const TRACE_METADATA = toKeys("langfuse.trace.metadata.");
const METADATA = toKeys("langfuse.observation.metadata.");

/** Langfuse reads metadata as texts: what is none is its JSON. */
function setMetadata(attributes: SpanAttributes, keys: ReturnType<typeof toKeys>, metadata: JsonObject = {}): void {
  for (const [key, value] of Object.entries(metadata)) {
    if (value !== undefined && value !== null) {
      attributes.text(key, typeof value === "string" ? value : JSON.stringify(value), keys);
    }
  }
}
