import { createHash } from "node:crypto";
import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import { toIsoTime } from "../iso-time.ts";
import {
  type CallFacts,
  type GenerationFacts,
  generationIdOf,
  type TraceFacts,
  toWholeMetadata,
} from "./call-facts.ts";
import { textOfJson } from "./content-texts.ts";
import { costPartsOf, usagePartsOf } from "./usage-parts.ts";
import { writeParameters } from "./write-events.ts";

/** SPAN_KIND_CLIENT */
const CLIENT = 3;
/** STATUS_CODE_ERROR */
const ERROR = 2;

type Attribute = JsonObject;

/**
 * A call as one span of OTLP in JSON. Ids of OpenTelemetry are hexadecimal of a fixed length: others are replaced by the
 * beginning of their SHA-256, as Langfuse's own clients do it, and stand in attributes as they were written.
 * Source: https://langfuse.com/integrations/native/opentelemetry (read 2026-11-28).
 */
export function writeSpan(event: CallFinished, facts: CallFacts): string {
  const { trace, generation } = facts;
  return JSON.stringify({
    traceId: toHexId(trace.id, 32),
    spanId: toHexId(generationIdOf(event, generation), 16),
    ...(generation.parentId === undefined ? {} : { parentSpanId: toHexId(generation.parentId, 16) }),
    name: generation.name,
    kind: CLIENT,
    startTimeUnixNano: toNanoText(facts.startedAt),
    endTimeUnixNano: toNanoText(facts.endedAt),
    attributes: [...traceAttributes(trace), ...generationAttributes(event, facts)],
    ...(event.errorKind === undefined
      ? {}
      : { status: { code: ERROR, message: event.errorMessage ?? event.errorKind } }),
  });
}

/** The id where it is one of OpenTelemetry, else the beginning of its hash. */
export function toHexId(id: string, length: 16 | 32): string {
  const isHex = id.length === length && /^[0-9a-f]+$/i.test(id) && !/^0+$/.test(id);
  return isHex ? id.toLowerCase() : createHash("sha256").update(id).digest("hex").slice(0, length);
}

/** Nanoseconds do not fit into a number. */
const toNanoText = (epochMs: number): string => String(BigInt(Math.round(epochMs * 1000)) * 1000n);

function text(key: string, value: string | undefined): readonly Attribute[] {
  return value === undefined ? NONE : [{ key, value: { stringValue: value } }];
}

function json(key: string, value: unknown): readonly Attribute[] {
  return value === undefined ? NONE : text(key, JSON.stringify(value));
}

const NONE: readonly Attribute[] = [];

function traceAttributes(trace: TraceFacts): readonly Attribute[] {
  return [
    ...text("langfuse.trace.id", trace.id),
    ...text("langfuse.trace.name", trace.name),
    ...text("user.id", trace.userId),
    ...text("session.id", trace.sessionId),
    ...text("langfuse.release", trace.release),
    ...(trace.tags === undefined
      ? NONE
      : [
          {
            key: "langfuse.trace.tags",
            value: { arrayValue: { values: trace.tags.map((tag) => ({ stringValue: tag })) } },
          },
        ]),
    ...metadataAttributes("langfuse.trace.metadata.", trace.metadata ?? {}),
    ...(trace.isPublic === undefined ? NONE : [{ key: "langfuse.trace.public", value: { boolValue: trace.isPublic } }]),
    ...text("langfuse.trace.input", textOfJson(trace.input)),
    ...text("langfuse.trace.output", textOfJson(trace.output)),
  ];
}

function generationAttributes(event: CallFinished, facts: CallFacts): readonly Attribute[] {
  const { trace, generation, environment, answeredAt } = facts;
  const model = event.upstreamModel ?? event.requestedModel;
  return [
    ...text("langfuse.observation.type", "generation"),
    ...text("langfuse.generation.id", generationIdOf(event, generation)),
    ...text("langfuse.environment", environment),
    ...text("langfuse.version", generation.version ?? trace.version),
    ...text("langfuse.observation.model.name", model),
    ...text("langfuse.observation.model.parameters", writeParameters(event)),
    ...text("langfuse.observation.input", textOfJson(generation.input)),
    ...text("langfuse.observation.output", textOfJson(generation.output)),
    ...json("langfuse.observation.usage_details", event.usage === undefined ? undefined : usagePartsOf(event.usage)),
    ...json("langfuse.observation.cost_details", costPartsOf(event)),
    ...json("langfuse.observation.completion_start_time", answeredAt === undefined ? undefined : toIsoTime(answeredAt)),
    ...levelAttributes(event),
    ...metadataAttributes("langfuse.observation.metadata.", toWholeMetadata(event, generation)),
    ...promptAttributes(generation),
  ];
}

function levelAttributes({ errorKind, errorMessage }: CallFinished): readonly Attribute[] {
  return errorKind === undefined
    ? NONE
    : [
        ...text("langfuse.observation.level", "ERROR"),
        ...text("langfuse.observation.status_message", errorMessage ?? errorKind),
      ];
}

function promptAttributes({ promptName, promptVersion, parentId }: GenerationFacts): readonly Attribute[] {
  return [
    ...text("langfuse.observation.prompt.name", promptName),
    ...(promptVersion === undefined
      ? NONE
      : [{ key: "langfuse.observation.prompt.version", value: { intValue: promptVersion } }]),
    ...text("langfuse.generation.parent_observation_id", parentId),
  ];
}

/** Langfuse reads metadata as texts: what is none is its JSON. */
function metadataAttributes(prefix: string, metadata: JsonObject): readonly Attribute[] {
  return Object.entries(metadata).flatMap(([key, value]) =>
    value === undefined || value === null
      ? []
      : text(`${prefix}${key}`, typeof value === "string" ? value : JSON.stringify(value)),
  );
}
