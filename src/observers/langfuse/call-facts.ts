import type { CallFinished } from "../../core/call-event.ts";
import { OPERATIONS, type Operation } from "../../core/operation.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { ByteWriter } from "../../wire/byte-writer.ts";
import { toClockTime, writeClockTime } from "../iso-time.ts";
import { NO_METADATA, readDetails, readMetadata } from "../read-details.ts";
import { CALL_TYPES } from "../standard-payload.ts";
import { type ContentTexts, readContentTexts } from "./content-texts.ts";
import { toKnown } from "./known-metadata.ts";
import { type LangfuseKey, METADATA_KEYS, TRACE_PREFIX } from "./metadata-keys.ts";
import { flagFrom, idFrom, integerFrom, maskFrom, objectFrom, textFrom, textsFrom } from "./read-values.ts";

/** How calls are told of. */
export interface FactOptions {
  readonly release: string | undefined;
  readonly environment: string | undefined;
  /** Names of what becomes tags. */
  readonly defaultTags: readonly string[];
  /** The gateway's own address, for those. */
  readonly proxyBaseUrl: string | undefined;
  readonly showsContent: boolean;
  /** Nothing is told of the caller's key, nor what is named after it. */
  readonly hidesKeyInfo: boolean;
}

/**
 * What a call's metadata and the settings say of its trace and its generation; calls that say nothing share it. `undefined`:
 * nothing is said, and what the trace has of it stays.
 */
export interface SaidFacts {
  /** The caller says nothing: the same object for all such calls of an operation. */
  readonly isSilent: boolean;
  /** The trace is another's: it was there before. */
  readonly isJoined: boolean;
  readonly traceName: string | undefined;
  readonly traceVersion: string | undefined;
  readonly release: string | undefined;
  readonly tags: readonly string[] | undefined;
  readonly traceMetadata: JsonObject | undefined;
  readonly isPublic: boolean | undefined;
  readonly traceEnvironment: string | undefined;
  /** Of the generation. */
  readonly environment: string | undefined;
  /** The caller's own ({@link generationIdOf}). */
  readonly generationId: string | undefined;
  readonly generationName: string;
  readonly parentId: string | undefined;
  readonly version: string | undefined;
  /** The caller's own; what the gateway knows is to stand above it ({@link toWholeMetadata}). */
  readonly ownMetadata: JsonObject | undefined;
  /** As in {@link FactOptions}. */
  readonly hidesKeyInfo: boolean;
  readonly promptName: string | undefined;
  readonly promptVersion: number | undefined;
}

/** A call as Langfuse sees it, however it is sent there, beside what the call itself says. */
export interface CallFacts {
  readonly said: SaidFacts;
  readonly traceId: string;
  readonly userId: string | undefined;
  readonly sessionId: string | undefined;
  /** Of the trace. */
  readonly traceContent: ContentTexts;
  /** Of the generation. */
  readonly content: ContentTexts;
  /** What was asked may be seen. */
  readonly showsInput: boolean;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of streams: when the first byte went out. */
  readonly answeredAt: number | undefined;
}

const defaultNameOf = (operation: Operation): string => `litellm-${CALL_TYPES[operation]}`;

/** Environments that Langfuse takes; an event with another one would be refused. */
const ENVIRONMENT = /^(?!langfuse)[a-z0-9_-]{1,40}$/;

/** Keys to a project, or where it is: the callers' are not used, and not shown either. */
const CREDENTIAL_PREFIX = "langfuse_";

/** Reads what a call's metadata, headers and settings say of it. Never throws. */
export type FactsReader = (event: CallFinished) => CallFacts;

export function toFactsReader(options: FactOptions): FactsReader {
  const silent = Object.fromEntries(
    OPERATIONS.map((operation) => [operation, toSaid(operation, { metadata: NO_METADATA, tags: undefined }, options)]),
  ) as Readonly<Record<Operation, SaidFacts>>;
  return (event) => {
    const { operation, details, startedAt, durationMs, firstByteMs, isStream } = event;
    const metadata = readMetadata(event);
    const tags = readTags(event, metadata, options);
    const isSilent = metadata === NO_METADATA && tags === undefined;
    // What cannot be read may hold masks.
    const isUnread = details?.metadataText !== undefined && readDetails(event).hasUnreadMetadata;
    const hiding = {
      isRedacted: !options.showsContent || details?.isRedacted === true,
      masksInput: isUnread || maskFrom(metadata["mask_input"]),
      masksOutput: isUnread || maskFrom(metadata["mask_output"]),
    };
    const content = readContentTexts(event, hiding);
    const facts = {
      said: isSilent ? silent[operation] : toSaid(operation, { metadata, tags }, options),
      traceId: idFrom(metadata["trace_id"]) ?? idFrom(details?.traceId) ?? event.callId,
      userId: textFrom(metadata["trace_user_id"]) ?? details?.endUser,
      sessionId: textFrom(metadata["trace_session_id"]) ?? textFrom(metadata["session_id"]) ?? details?.sessionId,
      traceContent: isSilent ? content : toTraceContent(metadata, content),
      content,
      showsInput: !hiding.isRedacted && !hiding.masksInput,
      startedAt,
      endedAt: startedAt + durationMs,
      answeredAt: isStream && firstByteMs !== undefined ? startedAt + firstByteMs : undefined,
    };
    const existing = idFrom(metadata["existing_trace_id"]);
    return existing === undefined ? facts : join(facts, existing, metadata);
  };
}

/** What a caller says. */
interface Saying {
  readonly metadata: JsonObject;
  readonly tags: readonly string[] | undefined;
}

function toSaid(operation: Operation, { metadata, tags }: Saying, options: FactOptions): SaidFacts {
  const environment = environmentFrom(metadata["trace_environment"]) ?? environmentFrom(options.environment);
  const prompt = metadata["prompt"] === undefined ? undefined : objectFrom(metadata["prompt"]);
  const promptName = textFrom(prompt?.["name"]);
  const promptVersion = integerFrom(prompt?.["version"]);
  const isLinked = promptName !== undefined && promptVersion !== undefined && promptVersion > 0; // A link needs both.
  return {
    isSilent: metadata === NO_METADATA && tags === undefined,
    isJoined: false,
    traceName: textFrom(metadata["trace_name"]) ?? defaultNameOf(operation),
    traceVersion: textFrom(metadata["trace_version"]) ?? textFrom(metadata["version"]),
    release: textFrom(metadata["trace_release"]) ?? options.release,
    tags,
    traceMetadata: toTraceMetadata(metadata),
    isPublic: metadata["trace_public"] === undefined ? undefined : flagFrom(metadata["trace_public"]),
    traceEnvironment: environment,
    environment,
    generationId: idFrom(metadata["generation_id"]),
    generationName: textFrom(metadata["generation_name"]) ?? defaultNameOf(operation),
    parentId: textFrom(metadata["parent_observation_id"]),
    version: textFrom(metadata["version"]),
    ownMetadata: toOwnMetadata(metadata),
    hidesKeyInfo: options.hidesKeyInfo,
    promptName: isLinked ? promptName : undefined,
    promptVersion: isLinked ? promptVersion : undefined,
  };
}

const toTraceContent = (metadata: JsonObject, content: ContentTexts): ContentTexts => ({
  input: valueText(metadata["trace_input"]) ?? content.input,
  output: valueText(metadata["trace_output"]) ?? content.output,
});

/** Of another's trace only what the call asks to overwrite; the rest is its owner's. */
function join(facts: CallFacts, traceId: string, metadata: JsonObject): CallFacts {
  const { said, userId, sessionId, traceContent } = facts;
  const keys = new Set(textsFrom(metadata["update_trace_keys"]).map((key) => key.replace(/^trace_/, "")));
  const pick = <Value>(key: string, value: Value): Value | undefined => (keys.has(key) ? value : undefined);
  // What the call does not say is no default here: the trace has its own.
  const pickSaid = <Value>(key: string, value: Value): Value | undefined =>
    metadata[`${TRACE_PREFIX}${key}`] === undefined && metadata[key] === undefined ? undefined : pick(key, value);
  return {
    ...facts,
    traceId,
    userId: pickSaid("user_id", userId),
    sessionId: pickSaid("session_id", sessionId),
    traceContent: { input: pick("input", traceContent.input), output: pick("output", traceContent.output) },
    said: {
      ...said,
      isSilent: false,
      isJoined: true,
      traceName: pickSaid("name", said.traceName),
      traceVersion: pickSaid("version", said.traceVersion),
      release: pickSaid("release", said.release),
      tags: pickSaid("tags", said.tags),
      traceMetadata: pickSaid("metadata", said.traceMetadata),
      isPublic: pickSaid("public", said.isPublic),
      traceEnvironment: pickSaid("environment", said.environment),
    },
  };
}

/**
 * The caller's own id of a generation, or one that begins as LiteLLM's do. Calls for several models of one request share id
 * and time, and clients may send the same call id more than once: the number keeps them apart.
 * @param callNumber this call's alone, in this process
 */
export const generationIdOf = (event: CallFinished, { generationId }: SaidFacts, callNumber: number): string =>
  generationId ?? `time-${toClockTime(event.startedAt)}_${event.callId}-${callNumber}`;

/** Writes {@link generationIdOf} as JSON. */
export function writeGenerationId(
  out: ByteWriter,
  event: CallFinished,
  { generationId }: SaidFacts,
  callNumber: number,
): void {
  if (generationId !== undefined) {
    out.jsonString(generationId);
    return;
  }
  out.raw(TIME);
  writeClockTime(out, event.startedAt);
  out.raw(BEFORE_CALL_ID);
  out.jsonContent(event.callId);
  out.raw(BEFORE_NUMBER);
  out.integer(callNumber);
  out.raw(QUOTE);
}

const QUOTE = Buffer.from('"');
const TIME = Buffer.from('"time-');
const BEFORE_CALL_ID = Buffer.from("_");
const BEFORE_NUMBER = Buffer.from("-");

/** Those that metadata name, the call's own, and those that settings make of what is known of it. */
function readTags(
  event: CallFinished,
  metadata: JsonObject,
  { defaultTags, proxyBaseUrl, hidesKeyInfo }: FactOptions,
): readonly string[] | undefined {
  const own = event.details?.tags ?? [];
  const isSaid = metadata["tags"] !== undefined || metadata["trace_tags"] !== undefined;
  if (own.length === 0 && defaultTags.length === 0 && !isSaid) {
    return undefined;
  }
  const address = proxyBaseUrl === undefined ? {} : { proxy_base_url: proxyBaseUrl };
  const known: JsonObject =
    defaultTags.length === 0 ? {} : { ...toOwnMetadata(metadata), ...toKnown(event, hidesKeyInfo), ...address };
  const defaults = defaultTags.flatMap((name) => {
    const value = Object.hasOwn(known, name) ? known[name] : undefined;
    return value === undefined || value === null || typeof value === "object" ? [] : [`${name}:${String(value)}`];
  });
  return [...new Set([...textsFrom(metadata["tags"]), ...textsFrom(metadata["trace_tags"]), ...own, ...defaults])];
}

const isOwnKey = (key: string): key is LangfuseKey => Object.hasOwn(METADATA_KEYS, key);

/** `trace_metadata`, other `trace_` keys, and all that was sent where that is asked for. */
function toTraceMetadata(said: JsonObject): JsonObject | undefined {
  const own = toObject(said["trace_metadata"]);
  const others = Object.entries(said).filter(([key]) => key.startsWith(TRACE_PREFIX) && !isOwnKey(key));
  const isDebugged = flagFrom(said["debug_langfuse"]);
  if (own === undefined && others.length === 0 && !isDebugged) {
    return undefined;
  }
  const named = others.map(([key, value]): [string, unknown] => [key.slice(TRACE_PREFIX.length), value]);
  const raw: [string, unknown][] = isDebugged ? [["metadata_passed_to_litellm", said]] : [];
  return Object.fromEntries([...Object.entries(own ?? {}), ...named, ...raw]);
}

/** An object; anything else as Langfuse would store it. */
const toObject = (value: unknown): JsonObject | undefined =>
  value === undefined || value === null ? undefined : (objectFrom(value) ?? { metadata: value });

/** The caller's own metadata without what has a place of its own; `undefined` where there is none. */
function toOwnMetadata(said: JsonObject): JsonObject | undefined {
  const rest = Object.entries(said).filter(
    ([key]) => !isOwnKey(key) && !key.startsWith(TRACE_PREFIX) && !key.startsWith(CREDENTIAL_PREFIX),
  );
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** Above the caller's own metadata stands what the gateway knows: nobody writes a cost of their own. */
export const toWholeMetadata = (event: CallFinished, { ownMetadata, hidesKeyInfo }: SaidFacts): JsonObject =>
  ownMetadata === undefined ? toKnown(event, hidesKeyInfo) : { ...ownMetadata, ...toKnown(event, hidesKeyInfo) };

/** A value as JSON text, a text that is JSON already as it is not: it stays text. */
function valueText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

/** The environment in small letters, as Langfuse makes them, where it is one that Langfuse takes. */
export function environmentFrom(value: unknown): string | undefined {
  const name = typeof value === "string" ? value.toLowerCase() : "";
  return ENVIRONMENT.test(name) ? name : undefined;
}
