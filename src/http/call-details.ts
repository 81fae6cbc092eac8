import type { CallContent, CallDetails, UncountedCall } from "../core/call-details.ts";
import { MAX_CONTENT_BYTES, MAX_COUNTABLE_BYTES, MAX_TEXT_BYTES } from "../core/call-details.ts";
import { isObject, textOf } from "../core/json-values.ts";
import type { Operation } from "../core/operation.ts";
import { isAnswerCounted } from "../core/usage.ts";
import { OPENAI_PARAMS } from "../dialects/openai/params.ts";
import type { HeaderReader } from "../inbound/inbound.ts";
import { ByteWriter } from "../wire/byte-writer.ts";
import { cutJsonTexts } from "../wire/cut-json-texts.ts";
import type { ScannedField, ScannedObject } from "../wire/scanned-object.ts";
import { toBuffer } from "../wire/utf8.ts";
import type { Call, CallEnd } from "./call.ts";
import { toPricer } from "./call-price.ts";
import { copyContent, copyCountable } from "./copy-content.ts";
import { cutMetadata } from "./cut-metadata.ts";

/** Longest piece of JSON that is kept beside conversation and metadata, in bytes: each parameter, tags. */
const MAX_PART_BYTES = 64 * 1024;
/** Longest text from a header or a short field. */
const MAX_SHORT_TEXT = 1024;
const MAX_TAGS = 100;

/** Fields of a body that are the conversation, or as private as it is. */
const CONTENT_FIELDS: ReadonlySet<string> = new Set([
  "messages",
  "prompt",
  "suffix",
  "input",
  "query",
  "documents",
  "tools",
  "functions",
  "prediction",
]);

/** Parameters of vendors that are worth a look, beside OpenAI's. A field of another name may be anything, a key too. */
const OTHER_PARAMS: readonly string[] = [
  "top_k",
  "min_p",
  "repetition_penalty",
  "thinking",
  "reasoning",
  "max_output_tokens",
];

/** Parameters that say who the caller is: they have places of their own. */
const IDENTITY_PARAMS: readonly string[] = ["user", "safety_identifier", "stream_options"];

const PARAMETERS: ReadonlySet<string> = new Set(
  [...Object.values(OPENAI_PARAMS).flat(), ...OTHER_PARAMS].filter(
    (name) => !CONTENT_FIELDS.has(name) && !IDENTITY_PARAMS.includes(name),
  ),
);

/** Callers cannot name a project, nor where it is. */
const LANGFUSE_HEADER = /^langfuse_(?!(?:public_key|secret|secret_key|(?:otel_)?host|base_url)$)/;

/**
 * What observers may know of a call beyond its numbers; what is of the request is copied, as its bytes end with the answer.
 * Never throws: what cannot be read is left out.
 */
export function toCallDetails(call: Call, end: CallEnd): CallDetails {
  const { body, state } = call;
  const { scrubber } = state;
  const { observing } = state.config;
  const own = ownHeadersOf(call.request.headers);
  const saying = body !== undefined && saysOfItself(body) ? body : undefined;
  const wholeMetadata = saying === undefined ? undefined : readMetadata(saying);
  const metadata = wholeMetadata === undefined ? NOTHING : parseObject(wholeMetadata);
  const metadataText = wholeMetadata === undefined ? undefined : cutMetadata(wholeMetadata);
  const said: Said = { body: saying, metadata, headers: own };
  const isRedacted = isContentHidden(call, own);
  return {
    metadataText: scrubber.scrubJson(metadataText),
    langfuseHeaders: scrubber.scrub(readLangfuseHeaders(call)),
    spendLogsMetadataText: scrubber.scrubJson(own.get("x-litellm-spend-logs-metadata") ?? undefined), // Cut, it would be no JSON.
    parametersText: body === undefined ? "{}" : scrubber.scrubJson(copyFields(body, PARAMETERS)),
    content: body === undefined || isRedacted || !state.capture.content ? undefined : toContent(call, body, end),
    isRedacted,
    isUnlogged: isUnlogged(call, saying),
    disabledCallbacks: readDisabledCallbacks(own),
    endUser: scrubber.scrub(endUserOf(call, said)),
    tags: scrubber.scrub(readAllTags(call, said)),
    traceId: scrubber.scrub(readId(saying, "litellm_trace_id", own.get("x-litellm-trace-id"))) ?? call.id,
    sessionId: scrubber.scrub(readId(saying, "litellm_session_id", own.get("x-litellm-session-id"))),
    userAgent: scrubber.scrub(shorten(call.request.headers.get("user-agent"))),
    clientAddress: call.request.clientAddress,
    keyHash: observing.redactUserApiKeyInfo ? undefined : call.keyHash,
    remainingRequests: readCount(call.reply?.header("x-ratelimit-remaining-requests")),
    remainingTokens: readCount(call.reply?.header("x-ratelimit-remaining-tokens")),
  };
}

/** Whether callbacks are kept from a call. */
const isUnlogged = ({ state }: Call, body: ScannedObject | undefined): boolean =>
  !state.config.observing.globalDisableNoLogParam && saysNoLog(body);

const readDisabledCallbacks = (headers: HeaderReader): readonly string[] =>
  readNames(headers.get("x-litellm-disable-callbacks")?.toLowerCase());

/** Whether a callback is kept from a call. */
export const isKeptFrom = (call: Call, callback: string): boolean =>
  isUnlogged(call, call.body) || readDisabledCallbacks(ownHeadersOf(call.request.headers)).includes(callback);

/** What a call says of itself. */
interface Said {
  /** `undefined` where none of its fields says anything. */
  readonly body: ScannedObject | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Where LiteLLM's own headers are looked up. */
  readonly headers: HeaderReader;
}

/** Fields that say whose call it is and what for: most calls have none, and one pass tells. */
const SAYING_FIELDS: ReadonlySet<string> = new Set([
  "metadata",
  "litellm_metadata",
  "no-log",
  "user",
  "safety_identifier",
  "tags",
  "litellm_trace_id",
  "litellm_session_id",
]);

function saysOfItself(body: ScannedObject): boolean {
  for (const { name } of body.fields) {
    if (SAYING_FIELDS.has(name)) {
      return true;
    }
  }
  return false;
}

/** The headers where LiteLLM's own are looked up: none where the head names none, which saves a search for each. */
const ownHeadersOf = (headers: HeaderReader): HeaderReader =>
  headers.mayHaveNames?.("l") === false ? NO_HEADERS : headers;

const NO_HEADERS: HeaderReader = { get: () => null, forEach: () => undefined };

/** What was asked and answered, its long texts cut. */
function toContent(call: Call, body: ScannedObject, end: CallEnd): CallContent {
  const request = copyContent(body, CONTENT_FIELDS);
  const { response } = end;
  const isKept = response !== undefined && call.operation !== "embedding" && response.length <= MAX_CONTENT_BYTES * 4;
  const kept = isKept ? toKept(response, call.isStream) : undefined;
  return { request, response: kept, isResponseCut: shareOf(end) < 1 || (isKept && kept === undefined) };
}

/**
 * What tokens can be counted in, of a call that was answered though nobody told how much that was, or how much the answer was;
 * `undefined` for one that is too long to be counted.
 */
export function toUncounted(call: Call, end: CallEnd): UncountedCall | undefined {
  const { response } = end;
  if (isAnswerCounted(end.usage) || !GENERATING.has(call.operation)) {
    return undefined;
  }
  if (response === undefined || response.length > MAX_COUNTABLE_BYTES || call.body === undefined) {
    return undefined;
  }
  const request = end.usage === undefined ? copyCountable(call.body, COUNTED_FIELDS) : TOLD_PROMPT;
  return request && { request, response, responseShare: shareOf(end), toCost: toPricer(call) };
}

/** Stands for a prompt that the vendor has counted. */
const TOLD_PROMPT = Buffer.from("{}");

/** Fields of a body that are read as tokens of the prompt. */
const COUNTED_FIELDS: ReadonlySet<string> = new Set(["messages", "prompt", "tools", "functions"]);

const shareOf = ({ responseShare = 1 }: CallEnd): number => responseShare;

const GENERATING: ReadonlySet<Operation> = new Set(["chat", "completion"]);

/** A stream is text of many short pieces: only whole answers have long ones. */
function toKept(response: Uint8Array, isStream: boolean): Uint8Array | undefined {
  const kept = isStream || response.length <= MAX_TEXT_BYTES ? response : cutJsonTexts(response, MAX_TEXT_BYTES);
  return kept.length <= MAX_CONTENT_BYTES ? kept : undefined;
}

/** Whoever means to hide something is not to fail by a spelling. */
const isTrue = (text: string | null | undefined): boolean => text?.trim().toLowerCase() === "true";

function saysNoLog(body: ScannedObject | undefined): boolean {
  const field = body?.find("no-log");
  return field?.kind === "true" || isTrue(body?.readString(field));
}

/** Request header, then the server's setting (contract 8.4). A caller can only hide more, unless it says that all may be seen. */
export function isContentHidden({ request, state }: Call, own = ownHeadersOf(request.headers)): boolean {
  if (own.get("litellm-disable-message-redaction") === "true") {
    return false;
  }
  return state.config.observing.turnOffMessageLogging || isTrue(own.get("x-litellm-enable-message-redaction"));
}

const NOTHING: Readonly<Record<string, unknown>> = {};

/** The text of the caller's metadata, however long: of `metadata`, or of `litellm_metadata` where that is all there is. */
export function readMetadata(body: ScannedObject): string | undefined {
  const field = body.find("litellm_metadata") ?? body.find("metadata");
  if (field === undefined) {
    return undefined;
  }
  // Forms can carry no object: there it is JSON in a string.
  return field.kind === "object" ? body.readText(field) : body.readString(field);
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : NOTHING;
  } catch {
    return NOTHING;
  }
}

function readLangfuseHeaders({ request }: Call): Readonly<Record<string, string>> | undefined {
  if (request.headers.mayHaveNames?.("l") === false) {
    return undefined;
  }
  let found: Record<string, string> | undefined;
  request.headers.forEach((value, name) => {
    if (LANGFUSE_HEADER.test(name)) {
      found ??= {};
      found[name.slice("langfuse_".length)] = value;
    }
  });
  return found;
}

/** The text of an object with only the fields of these names. */
function copyFields(body: ScannedObject, names: ReadonlySet<string>): string {
  const bytes = toBuffer(body.bytes);
  PARTS.clear();
  for (const field of body.fields) {
    if (names.has(field.name) && sizeOf(field) <= MAX_PART_BYTES) {
      PARTS.raw(PARTS.length === 0 ? OPEN : COMMA);
      PARTS.range(bytes, field.keyStart, field.keyEnd);
      PARTS.raw(COLON);
      PARTS.range(bytes, field.valueStart, field.valueEnd);
    }
  }
  if (PARTS.length === 0) {
    return "{}";
  }
  PARTS.raw(CLOSE);
  return PARTS.takeText();
}

const PARTS = new ByteWriter(4096);
const OPEN = Buffer.from("{");
const COMMA = Buffer.from(",");
const COLON = Buffer.from(":");
const CLOSE = Buffer.from("}");

const sizeOf = ({ valueStart, valueEnd }: ScannedField): number => valueEnd - valueStart;

const shorten = (text: string | null | undefined): string | undefined =>
  text === null || text === undefined || text === "" ? undefined : text.slice(0, MAX_SHORT_TEXT);

const readNames = (header: string | null | undefined): readonly string[] =>
  header === null || header === undefined
    ? NO_NAMES
    : header
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "")
        .slice(0, MAX_TAGS);

const NO_NAMES: readonly string[] = [];

function readId(body: ScannedObject | undefined, field: string, header: string | null): string | undefined {
  return shorten(body?.readString(body.find(field))) ?? shorten(header);
}

/** Whom the call is for (contract 2.7): the headers that always count, those of the configuration, then the body's fields. */
export const readEndUser = (call: Call, metadata: Readonly<Record<string, unknown>>): string | undefined =>
  endUserOf(call, { body: call.body, metadata, headers: ownHeadersOf(call.request.headers) });

function endUserOf({ request, state }: Call, { body, metadata, headers: own }: Said): string | undefined {
  const named = state.config.general.endUserHeaders.find((name) => (request.headers.get(name) ?? "") !== "");
  return (
    shorten(own.get("x-litellm-customer-id")) ??
    shorten(own.get("x-litellm-end-user-id")) ??
    shorten(named === undefined ? undefined : request.headers.get(named)) ??
    shorten(body?.readString(body.find("user"))) ??
    shorten(textOf(metadata["user"]) ?? textOf(metadata["user_id"])) ??
    shorten(body?.readString(body.find("safety_identifier")))
  );
}

/** Those of the call, of the deployment that answered, and of headers that the configuration names; no more than so many. */
function readAllTags(call: Call, said: Said): readonly string[] {
  const own = readOwnTags(said);
  const { tagHeaders } = call.state.config.observing;
  const ofDeployment = call.deployment?.entry.params.tags ?? NO_NAMES;
  if (tagHeaders.length === 0 && ofDeployment.length === 0) {
    return own;
  }
  const ofHeaders = tagHeaders.flatMap((name) => {
    const value = shorten(call.request.headers.get(name));
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  return [...new Set([...own, ...ofDeployment, ...ofHeaders])].slice(0, MAX_TAGS);
}

/** Those of the body, else of its metadata, else of the header. */
function readOwnTags({ body, metadata, headers }: Said): readonly string[] {
  const own = body?.find("tags");
  const inBody = own?.kind === "array" && sizeOf(own) <= MAX_PART_BYTES ? body?.readValue(own) : metadata["tags"];
  if (!Array.isArray(inBody)) {
    return readNames(headers.get("x-litellm-tags"));
  }
  const tags = inBody.filter((tag) => typeof tag === "string").map((tag) => tag.slice(0, MAX_SHORT_TEXT));
  return [...new Set(tags)].slice(0, MAX_TAGS);
}

function readCount(text: string | undefined): number | undefined {
  const count = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(count) && count >= 0 ? count : undefined;
}
