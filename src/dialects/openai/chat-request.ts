import { GatewayError } from "../../core/errors.ts";
import { isObject, objectOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { parseJsonText } from "../../wire/json-depth.ts";

/** A request that cannot be understood. @param path of the caller's body: `messages[2].content` */
export const invalidField = (path: string, wanted: string): GatewayError =>
  new GatewayError("invalid-request", `Invalid value for '${path}': expected ${wanted}.`, { param: path });

/** One part of a message's content. `path` is where it stands in the body, `raw` the part as it came. */
export type ContentPart = { readonly path: string; readonly raw: JsonObject } & (
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image"; readonly url: string; readonly detail: string | undefined }
  /** `data` is base64, `format` such as `wav`. */
  | { readonly kind: "audio"; readonly data: string; readonly format: string }
  /** Exactly one of the two says what the file is: a data URL or base64, or the id of an uploaded file or its URL. */
  | {
      readonly kind: "file";
      readonly fileData: string | undefined;
      readonly fileId: string | undefined;
      readonly filename: string | undefined;
      /** Media type that LiteLLM lets callers name (`file.format`). */
      readonly format: string | undefined;
    }
  | { readonly kind: "refusal"; readonly text: string }
  /** A part of a type that OpenAI does not have; vendors may. */
  | { readonly kind: "other"; readonly type: string }
);

/** A call of a tool by the model. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text as the model wrote it; may be empty or no JSON at all. */
  readonly arguments: string;
  readonly path: string;
  readonly raw: JsonObject;
}

/** One message. Legacy functions are read as tools: an id is made of the function's name. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: readonly ContentPart[];
  readonly toolCalls: readonly ToolCall[];
  /** Of a tool message: the call that it answers. */
  readonly toolCallId: string | undefined;
  readonly name: string | undefined;
  readonly path: string;
  readonly raw: JsonObject;
}

const ROLES: Readonly<Record<string, ChatMessage["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
  function: "tool",
};

/** The id under which a legacy function call and its result find each other. */
const legacyId = (name: string): string => `call_${name}`;

/**
 * The messages of a chat request, checked as far as every vendor needs.
 * Source: https://platform.openai.com/docs/api-reference/chat/create (read 2026-11-28).
 * @throws GatewayError `invalid-request` naming the path at fault
 */
export function readMessages(body: JsonObject): readonly ChatMessage[] {
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalidField("messages", "a list of at least one message");
  }
  return messages.map((message: unknown, index) => readMessage(message, `messages[${index}]`));
}

function readMessage(message: unknown, path: string): ChatMessage {
  if (!isObject(message)) {
    throw invalidField(path, "an object");
  }
  const { role, name, tool_call_id: toolCallId } = message;
  const known = typeof role === "string" && Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  if (known === undefined) {
    throw invalidField(`${path}.role`, `one of ${Object.keys(ROLES).join(", ")}`);
  }
  const shownName = typeof name === "string" ? name : undefined;
  return {
    role: known,
    content: readContent(message["content"], `${path}.content`),
    toolCalls: known === "assistant" ? readToolCalls(message, path) : [],
    toolCallId: known === "tool" ? readToolCallId(role === "function", toolCallId, shownName, path) : undefined,
    name: shownName,
    path,
    raw: message,
  };
}

function readToolCallId(isLegacy: boolean, id: unknown, name: string | undefined, path: string): string {
  if (isLegacy && name !== undefined) {
    return legacyId(name);
  }
  if (typeof id !== "string" || id === "") {
    throw invalidField(`${path}.tool_call_id`, "the id of the tool call that the message answers");
  }
  return id;
}

/** Content as a list of parts: text is one part, `null` none. @throws GatewayError `invalid-request` */
export function readContent(content: unknown, path: string): readonly ContentPart[] {
  if (content === undefined || content === null) {
    return [];
  }
  if (typeof content === "string") {
    return [{ kind: "text", text: content, path, raw: { type: "text", text: content } }];
  }
  if (!Array.isArray(content)) {
    throw invalidField(path, "text or a list of parts");
  }
  return content.map((part: unknown, index) => readPart(part, `${path}[${index}]`));
}

function readPart(part: unknown, path: string): ContentPart {
  if (typeof part === "string") {
    return { kind: "text", text: part, path, raw: { type: "text", text: part } };
  }
  if (!isObject(part)) {
    throw invalidField(path, "an object with a type");
  }
  const at = { path, raw: part };
  switch (part["type"]) {
    case "text":
    case "input_text":
      return { ...at, kind: "text", text: needText(part["text"], `${path}.text`) };
    case "refusal":
      return { ...at, kind: "refusal", text: needText(part["refusal"], `${path}.refusal`) };
    case "image_url":
      return { ...at, kind: "image", ...readImage(part["image_url"], `${path}.image_url`) };
    case "input_audio": {
      const audio = objectOf(part["input_audio"]);
      const data = needText(audio["data"], `${path}.input_audio.data`);
      return { ...at, kind: "audio", data, format: needText(audio["format"], `${path}.input_audio.format`) };
    }
    case "file":
      return { ...at, kind: "file", ...readFile(part["file"], `${path}.file`) };
    default:
      return { ...at, kind: "other", type: needText(part["type"], `${path}.type`) };
  }
}

function readImage(image: unknown, path: string): { readonly url: string; readonly detail: string | undefined } {
  const { url, detail } = objectOf(image);
  const isText = typeof image === "string"; // Some clients send the URL itself, and LiteLLM takes it.
  return {
    url: isText ? image : needText(url, `${path}.url`),
    detail: typeof detail === "string" ? detail : undefined,
  };
}

function readFile(
  file: unknown,
  path: string,
): Record<"fileData" | "fileId" | "filename" | "format", string | undefined> {
  const { file_data: data, file_id: id, filename, format } = objectOf(file);
  const optional = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const found = { fileData: optional(data), fileId: optional(id) };
  if (found.fileData === undefined && found.fileId === undefined) {
    throw invalidField(path, "an object with file_data or file_id");
  }
  return { ...found, filename: optional(filename), format: optional(format) };
}

function needText(value: unknown, path: string): string {
  if (typeof value !== "string") {
    throw invalidField(path, "text");
  }
  return value;
}

function readToolCalls(message: JsonObject, path: string): readonly ToolCall[] {
  const { tool_calls: calls, function_call: legacy } = message;
  if (calls === undefined || calls === null) {
    return isObject(legacy) ? [readLegacyCall(legacy, `${path}.function_call`)] : [];
  }
  if (!Array.isArray(calls)) {
    throw invalidField(`${path}.tool_calls`, "a list of tool calls");
  }
  return calls.map((call: unknown, index): ToolCall => {
    const at = `${path}.tool_calls[${index}]`;
    if (!isObject(call)) {
      throw invalidField(at, "an object");
    }
    const called = isObject(call["function"]) ? call["function"] : objectOf(call["custom"]);
    const written = called["arguments"] ?? called["input"] ?? "";
    return {
      id: needText(call["id"], `${at}.id`),
      name: needText(called["name"], `${at}.function.name`),
      arguments: typeof written === "string" ? written : JSON.stringify(written),
      path: at,
      raw: call,
    };
  });
}

function readLegacyCall(call: JsonObject, path: string): ToolCall {
  const name = needText(call["name"], `${path}.name`);
  const { arguments: written } = call;
  return { id: legacyId(name), name, arguments: typeof written === "string" ? written : "", path, raw: call };
}

/** The arguments of a call as an object, for vendors that take no text; text that is no object stands under `input`. */
export function parseArguments(text: string): JsonObject {
  if (text.trim() === "") {
    return {};
  }
  try {
    const value = parseJsonText(text);
    return isObject(value) ? value : { input: value };
  } catch {
    return { input: text };
  }
}

/** All text of a content, parts joined as they are; other parts are left out. */
export const contentText = (content: readonly ContentPart[]): string =>
  content.map((part) => (part.kind === "text" || part.kind === "refusal" ? part.text : "")).join("");

/** The data of a data URL; `undefined` for other URLs. @throws GatewayError `invalid-request` on one that is not base64 */
export function readDataUrl(url: string, path: string): { readonly type: string; readonly base64: string } | undefined {
  if (!url.startsWith("data:")) {
    return undefined;
  }
  const comma = url.indexOf(",");
  const head = url.slice("data:".length, Math.max(comma, 0));
  if (comma < 0 || !head.endsWith(";base64")) {
    throw invalidField(path, "a URL, or a data URL in base64 (data:image/png;base64,...)");
  }
  return { type: head.split(";")[0]?.toLowerCase() ?? "", base64: url.slice(comma + 1) };
}

/** URLs of images that are no data URLs, for {@link Translator.mediaUrls} of vendors that fetch nothing. Never throws. */
export function remoteImageUrls(body: JsonObject): readonly string[] {
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isObject) : [];
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []));
  return parts.flatMap((part) => {
    const image = part["type"] === "image_url" ? part["image_url"] : undefined;
    const url = isObject(image) ? image["url"] : image;
    return typeof url === "string" && /^https?:/i.test(url) ? [url] : [];
  });
}
