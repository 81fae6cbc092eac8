import { METADATA_CUT } from "../core/call-details.ts";
import type { CallFinished } from "../core/call-event.ts";
import { isObject, objectOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { isDeeperThan, MAX_JSON_DEPTH, parseJsonText } from "../wire/json-depth.ts";
import { toBuffer } from "../wire/utf8.ts";
import { hideCredentials, hideKeys } from "./hide-credentials.ts";
import { readStreamedAnswer } from "./streamed-answer.ts";

const NOTHING: JsonObject = {};

/** The {@link readMetadata} of all calls that have none. */
export const NO_METADATA = NOTHING;

/** Metadata keys of headers that are lists: JSON there, or separated by commas. */
const LIST_KEYS: ReadonlySet<string> = new Set(["tags", "update_trace_keys"]);

/** Other ones that are not text: JSON there. */
const JSON_KEYS: ReadonlySet<string> = new Set(["trace_metadata", "metadata", "prompt"]);

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, false: false };

/**
 * The JSON of a call's details, read when first asked for and once only, whichever observers ask. Never throws: what cannot
 * be read is an empty object, or `undefined`.
 */
export class DetailsReader {
  readonly #event: CallFinished;
  #metadata: JsonObject | undefined;
  #bodyMetadata: JsonObject | undefined;
  #parameters: JsonObject | undefined;
  #request: JsonObject | undefined;
  #response: JsonObject | undefined;
  #hasReadResponse = false;
  #recordId: string | undefined;

  constructor(event: CallFinished) {
    this.#event = event;
  }

  /** The caller's metadata without credentials; keys of `langfuse_` headers stand in it too and win, as LiteLLM has it. */
  get metadata(): JsonObject {
    if (this.#metadata === undefined) {
      const own = this.#ownMetadata;
      const headers = this.#event.details?.langfuseHeaders;
      this.#metadata = headers === undefined ? own : { ...own, ...toMetadata(headers) };
    }
    return this.#metadata;
  }

  /** What tells the call's record from all others; a caller chooses the call's own id, and several models share it. */
  get recordId(): string {
    this.#recordId ??= crypto.randomUUID();
    return this.#recordId;
  }

  /** The body's metadata cannot be read whole, as it is broken, too deep or cut: nobody knows all that it says. */
  get hasUnreadMetadata(): boolean {
    const text = this.#event.details?.metadataText;
    const own = this.#ownMetadata;
    const isUnread = text !== undefined && own === NOTHING && text.startsWith("{") && text !== "{}";
    return isUnread || own[METADATA_CUT] !== undefined;
  }

  get #ownMetadata(): JsonObject {
    this.#bodyMetadata ??= parseSaid(this.#event.details?.metadataText);
    return this.#bodyMetadata;
  }

  /** Parameters of the model: `temperature`, `max_tokens`, ...; texts in them (`stop`) without keys. */
  get parameters(): JsonObject {
    this.#parameters ??= parseParameters(this.#event.details?.parametersText);
    return this.#parameters;
  }

  /** `x-litellm-spend-logs-metadata`; `undefined` where it is no object. */
  get spendLogsMetadata(): JsonObject | undefined {
    const text = this.#event.details?.spendLogsMetadataText;
    const value = parseSaid(text);
    return value === NOTHING ? undefined : value;
  }

  /** What was asked: `messages`, `prompt`, `input`, `tools`, ...; empty where it may not be shown. */
  get request(): JsonObject {
    this.#request ??= parseBytes(this.#event.details?.content?.request) ?? NOTHING;
    return this.#request;
  }

  /** The whole answer in OpenAI's shape, of a stream as much as came; `undefined` where there is none, or it may not be shown. */
  get response(): JsonObject | undefined {
    if (!this.#hasReadResponse) {
      this.#hasReadResponse = true;
      const bytes = this.#event.details?.content?.response;
      this.#response =
        bytes === undefined ? undefined : this.#event.isStream ? readStreamedAnswer(bytes) : parseBytes(bytes);
    }
    return this.#response;
  }
}

const readers = new WeakMap<CallFinished, DetailsReader>();

/** The reader of a call's details; all observers of the call share it. */
export function readDetails(event: CallFinished): DetailsReader {
  let reader = readers.get(event);
  if (reader === undefined) {
    reader = new DetailsReader(event);
    readers.set(event, reader);
  }
  return reader;
}

/** Parameters in which callers write what they ask. */
const CONTENT_PARAMETERS: ReadonlySet<string> = new Set(["function_call", "stop", "tool_choice", "web_search_options"]);

/** {@link DetailsReader.parameters}; where content is not shown, without those that may hold some: of a schema its kind stays. */
export function readParameters(event: CallFinished, showsContent: boolean): JsonObject {
  const { parameters } = readDetails(event);
  if (showsContent || parameters === NOTHING) {
    return parameters;
  }
  const open = Object.entries(parameters).filter(([name]) => !CONTENT_PARAMETERS.has(name));
  return Object.fromEntries(open.map(([name, value]) => [name, name === "response_format" ? toKind(value) : value]));
}

const toKind = (format: unknown): JsonObject => ({ type: objectOf(format)["type"] });

/** {@link DetailsReader.metadata}, for the many calls that say nothing without a reader. */
export function readMetadata(event: CallFinished): JsonObject {
  const { details } = event;
  const isSilent = details?.metadataText === undefined && details?.langfuseHeaders === undefined;
  return isSilent ? NOTHING : readDetails(event).metadata;
}

function parseObject(text: string | undefined, reviver?: Parameters<typeof JSON.parse>[1]): JsonObject {
  if (text === undefined || text === "{}") {
    return NOTHING;
  }
  try {
    const value = parseJsonText(text, reviver);
    return isObject(value) ? value : NOTHING;
  } catch {
    return NOTHING;
  }
}

function parseParameters(text: string | undefined): JsonObject {
  const object = parseObject(text);
  return object === NOTHING || text === undefined ? object : hideKeys(object, text);
}

/** What a caller says of a call, which no observer may show the credentials of. */
function parseSaid(text: string | undefined): JsonObject {
  const object = parseObject(text, text !== undefined && LONG_NUMBER.test(text) ? withDigits : undefined);
  return object === NOTHING || text === undefined ? object : hideCredentials(object, text);
}

/** Shorter whole numbers are exact. */
const LONG_NUMBER = /\d{16}/;

/** Whole numbers that no number holds, such as ids, as texts of their digits. */
const withDigits = (_key: string, value: unknown, { source = "" }: { readonly source?: string } = {}): unknown =>
  typeof value === "number" && !Number.isSafeInteger(value) && WHOLE_NUMBER.test(source) ? source : value;

const WHOLE_NUMBER = /^-?\d+$/;

function parseBytes(bytes: Uint8Array | undefined): JsonObject | undefined {
  if (bytes === undefined || isDeeperThan(bytes, MAX_JSON_DEPTH)) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(toBuffer(bytes).toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `langfuse_trace_metadata: {"a":1}` is an object, `langfuse_mask_input: true` a boolean; everything else is text. */
function toMetadata(headers: Readonly<Record<string, string>>): JsonObject {
  const metadata = Object.fromEntries(Object.entries(headers).map(([key, text]) => [key, toValue(key, text)]));
  return hideCredentials(metadata, JSON.stringify(headers));
}

function toValue(key: string, text: string): unknown {
  if (LIST_KEYS.has(key)) {
    const list = text.startsWith("[") ? parseOr(text, undefined) : undefined;
    return list ?? text.split(",").map((item) => item.trim());
  }
  if (JSON_KEYS.has(key)) {
    return parseOr(text, text);
  }
  return Object.hasOwn(BOOLEANS, text) ? BOOLEANS[text] : text;
}

/** The other value for what is no JSON. */
function parseOr(text: string, other: unknown): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return other;
  }
}
