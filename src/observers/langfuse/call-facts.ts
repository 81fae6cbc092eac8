import type { CallFinished } from "../../core/call-event.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";
import { toClockTime, writeClockTime } from "../iso-time.ts";
import { readMetadata } from "../read-details.ts";
import { CALL_TYPES } from "../standard-payload.ts";
import { type ContentTexts, type JsonText, readContentTexts } from "./content-texts.ts";
import { toKnown } from "./known-metadata.ts";
import { type LangfuseKey, METADATA_KEYS, TRACE_PREFIX } from "./metadata-keys.ts";
import { flagFrom, integerFrom, objectFrom, textFrom, textsFrom } from "./read-values.ts";

/** How calls are told of. */
export interface FactOptions {
  readonly release: string | undefined;
  readonly environment: string | undefined;
  /** Names of what becomes tags. */
  readonly defaultTags: readonly string[];
  readonly showsContent: boolean;
}

/** What is said of a trace. `undefined`: nothing is said, and what the trace has of it stays. */
export interface TraceFacts {
  readonly id: string;
  /** The trace is another's: it was there before. */
  readonly isJoined: boolean;
  readonly name: string | undefined;
  readonly userId: string | undefined;
  readonly sessionId: string | undefined;
  readonly version: string | undefined;
  readonly release: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly metadata: JsonObject | undefined;
  readonly isPublic: boolean | undefined;
  readonly input: JsonText | undefined;
  readonly output: JsonText | undefined;
}

/** What is said of a generation beside what the call itself says. */
export interface GenerationFacts {
  /** The caller's own ({@link generationIdOf}). */
  readonly id: string | undefined;
  readonly name: string;
  readonly parentId: string | undefined;
  readonly version: string | undefined;
  /** The caller's own; what the gateway knows is to stand above it ({@link toWholeMetadata}). */
  readonly ownMetadata: JsonObject | undefined;
  readonly promptName: string | undefined;
  readonly promptVersion: number | undefined;
  readonly input: JsonText | undefined;
  readonly output: JsonText | undefined;
}

/** A call as Langfuse sees it, however it is sent there. */
export interface CallFacts {
  readonly trace: TraceFacts;
  readonly generation: GenerationFacts;
  readonly environment: string | undefined;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of streams: when the first byte went out. */
  readonly answeredAt: number | undefined;
}

const DEFAULT_NAMES = Object.fromEntries(
  Object.entries(CALL_TYPES).map(([operation, type]) => [operation, `litellm-${type}`]),
) as Readonly<Record<CallFinished["operation"], string>>;

const NOTHING: JsonObject = {};

/** Environments that Langfuse takes; an event with another one would be refused. */
const ENVIRONMENT = /^(?!langfuse)[a-z0-9_-]{1,40}$/;

/** Keys to a project, or where it is: the callers' are not used, and not shown either. */
const CREDENTIAL_PREFIX = "langfuse_";

/** What a call's metadata, headers and settings say of it. Never throws. */
export function readFacts(event: CallFinished, options: FactOptions): CallFacts {
  const said = readMetadata(event);
  const content = readContentTexts(event, {
    isRedacted: !options.showsContent || event.details?.isRedacted === true,
    masksInput: flagFrom(said["mask_input"]),
    masksOutput: flagFrom(said["mask_output"]),
  });
  const ownMetadata = toOwnMetadata(said);
  const existing = textFrom(said["existing_trace_id"]);
  const whole = (): TraceFacts => toTrace(event, { said, content, options, ownMetadata });
  const { startedAt, durationMs, firstByteMs, isStream } = event;
  return {
    trace: existing === undefined ? whole() : toJoinedTrace(existing, said, whole),
    generation: toGeneration(event, { said, content, ownMetadata }),
    environment: environmentFrom(said["trace_environment"]) ?? environmentFrom(options.environment),
    startedAt,
    endedAt: startedAt + durationMs,
    answeredAt: isStream && firstByteMs !== undefined ? startedAt + firstByteMs : undefined,
  };
}

interface TraceSources {
  readonly said: JsonObject;
  readonly content: ContentTexts;
  readonly options: FactOptions;
  readonly ownMetadata: JsonObject | undefined;
}

function toTrace(event: CallFinished, { said, content, options, ownMetadata }: TraceSources): TraceFacts {
  const { details } = event;
  return {
    id: textFrom(said["trace_id"]) ?? details?.traceId ?? event.callId,
    isJoined: false,
    name: textFrom(said["trace_name"]) ?? DEFAULT_NAMES[event.operation],
    userId: textFrom(said["trace_user_id"]) ?? details?.endUser,
    sessionId: textFrom(said["trace_session_id"]) ?? textFrom(said["session_id"]) ?? details?.sessionId,
    version: textFrom(said["trace_version"]) ?? textFrom(said["version"]),
    release: textFrom(said["trace_release"]) ?? options.release,
    tags: toTags(event, { said, ownMetadata, defaultTags: options.defaultTags }),
    metadata: toTraceMetadata(said),
    isPublic: said["trace_public"] === undefined ? undefined : flagFrom(said["trace_public"]),
    input: valueText(said["trace_input"]) ?? content.input,
    output: valueText(said["trace_output"]) ?? content.output,
  };
}

/** Only what the call asks to overwrite; the rest of the trace is its owner's. */
function toJoinedTrace(id: string, said: JsonObject, toWhole: () => TraceFacts): TraceFacts {
  const keys = new Set(textsFrom(said["update_trace_keys"]).map((key) => key.replace(/^trace_/, "")));
  if (keys.size === 0) {
    return { ...UNTOUCHED, id };
  }
  const whole = toWhole();
  const pick = <Value>(key: string, value: Value): Value | undefined => (keys.has(key) ? value : undefined);
  // What the call does not say is no default here: the trace has its own.
  const pickSaid = <Value>(key: string, value: Value): Value | undefined =>
    said[`${TRACE_PREFIX}${key}`] === undefined && said[key] === undefined ? undefined : pick(key, value);
  return {
    id,
    isJoined: true,
    name: pickSaid("name", whole.name),
    userId: pickSaid("user_id", whole.userId),
    sessionId: pickSaid("session_id", whole.sessionId),
    version: pickSaid("version", whole.version),
    release: pickSaid("release", whole.release),
    tags: pickSaid("tags", whole.tags),
    metadata: pickSaid("metadata", whole.metadata),
    isPublic: pickSaid("public", whole.isPublic),
    input: pick("input", whole.input),
    output: pick("output", whole.output),
  };
}

const UNTOUCHED: Omit<TraceFacts, "id"> = {
  isJoined: true,
  name: undefined,
  userId: undefined,
  sessionId: undefined,
  version: undefined,
  release: undefined,
  tags: undefined,
  metadata: undefined,
  isPublic: undefined,
  input: undefined,
  output: undefined,
};

interface GenerationSources {
  readonly said: JsonObject;
  readonly content: ContentTexts;
  readonly ownMetadata: JsonObject | undefined;
}

function toGeneration(event: CallFinished, { said, content, ownMetadata }: GenerationSources): GenerationFacts {
  const prompt = said["prompt"] === undefined ? undefined : objectFrom(said["prompt"]);
  const promptVersion = integerFrom(prompt?.["version"]);
  return {
    id: textFrom(said["generation_id"]),
    name: textFrom(said["generation_name"]) ?? DEFAULT_NAMES[event.operation],
    parentId: textFrom(said["parent_observation_id"]),
    version: textFrom(said["version"]),
    ownMetadata,
    // A link needs both.
    promptName: promptVersion === undefined ? undefined : textFrom(prompt?.["name"]),
    promptVersion: textFrom(prompt?.["name"]) === undefined ? undefined : promptVersion,
    input: content.input,
    output: content.output,
  };
}

/** The caller's own id of a generation, or one as LiteLLM makes it. */
export const generationIdOf = (event: CallFinished, { id }: GenerationFacts): string =>
  id ?? `time-${toClockTime(event.startedAt)}_${event.callId}`;

/** Writes {@link generationIdOf} as JSON. */
export function writeGenerationId(out: ByteWriter, event: CallFinished, { id }: GenerationFacts): void {
  if (id !== undefined) {
    out.jsonString(id);
    return;
  }
  out.raw(TIME);
  writeClockTime(out, event.startedAt);
  out.raw(BEFORE_CALL_ID);
  out.jsonContent(event.callId);
  out.raw(QUOTE);
}

const QUOTE = Buffer.from('"');
const TIME = Buffer.from('"time-');
const BEFORE_CALL_ID = Buffer.from("_");

function toTags(
  event: CallFinished,
  { said, ownMetadata, defaultTags }: Pick<TraceSources, "said" | "ownMetadata"> & Pick<FactOptions, "defaultTags">,
): readonly string[] | undefined {
  const own = event.details?.tags ?? [];
  if (own.length === 0 && defaultTags.length === 0 && said["tags"] === undefined && said["trace_tags"] === undefined) {
    return undefined;
  }
  const known = defaultTags.length === 0 ? NOTHING : { ...ownMetadata, ...toKnown(event) };
  const defaults = defaultTags.flatMap((name) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    return value === undefined || value === null || typeof value === "object" ? [] : [`${name}:${String(value)}`];
  });
  return [...new Set([...textsFrom(said["tags"]), ...textsFrom(said["trace_tags"]), ...own, ...defaults])];
}

function isSilent(said: JsonObject): boolean {
  for (const _key in said) {
    return false;
  }
  return true;
}

const isOwnKey = (key: string): key is LangfuseKey => Object.hasOwn(METADATA_KEYS, key);

/** `trace_metadata`, other `trace_` keys, and all that was sent where that is asked for. */
function toTraceMetadata(said: JsonObject): JsonObject | undefined {
  if (isSilent(said)) {
    return undefined;
  }
  const own = objectFrom(said["trace_metadata"]);
  const others = Object.entries(said).filter(([key]) => key.startsWith(TRACE_PREFIX) && !isOwnKey(key));
  const isDebugged = flagFrom(said["debug_langfuse"]);
  if (own === undefined && others.length === 0 && !isDebugged) {
    return undefined;
  }
  const named = others.map(([key, value]): [string, unknown] => [key.slice(TRACE_PREFIX.length), value]);
  const raw: [string, unknown][] = isDebugged ? [["metadata_passed_to_litellm", said]] : [];
  return Object.fromEntries([...Object.entries(own ?? NOTHING), ...named, ...raw]);
}

/** The caller's own metadata without what has a place of its own; `undefined` where there is none. */
function toOwnMetadata(said: JsonObject): JsonObject | undefined {
  if (isSilent(said)) {
    return undefined;
  }
  const rest = Object.entries(said).filter(
    ([key]) => !isOwnKey(key) && !key.startsWith(TRACE_PREFIX) && !key.startsWith(CREDENTIAL_PREFIX),
  );
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** Above the caller's own metadata stands what the gateway knows: nobody writes a cost of their own. */
export const toWholeMetadata = (event: CallFinished, { ownMetadata }: GenerationFacts): JsonObject =>
  ownMetadata === undefined ? toKnown(event) : { ...ownMetadata, ...toKnown(event) };

/** A value as JSON text, a text that is JSON already as it is not: it stays text. */
function valueText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The environment where it is one that Langfuse takes. */
export function environmentFrom(value: unknown): string | undefined {
  return typeof value === "string" && ENVIRONMENT.test(value) ? value : undefined;
}
