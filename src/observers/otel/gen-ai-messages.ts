import { isObject, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";

/**
 * A message as OpenTelemetry shows it. Source:
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-input-messages.json (read 2026-11-28).
 */
export interface GenAiMessage {
  readonly role: string;
  readonly parts: readonly JsonObject[];
  readonly finish_reason?: string;
}

/** What was asked, message by message: of a chat, else the text that stands in its place. */
export function toInputMessages(request: JsonObject): readonly GenAiMessage[] {
  const { messages } = request;
  if (Array.isArray(messages)) {
    return objectsOf(messages).map(toMessage);
  }
  const asked = request["prompt"] ?? request["input"] ?? request["query"];
  const parts = toParts(asked);
  return parts.length === 0 ? [] : [{ role: "user", parts }];
}

/** What was answered: a message for each choice. */
export function toOutputMessages(response: JsonObject): readonly GenAiMessage[] {
  return objectsOf(response["choices"]).map((choice) => {
    const message = choice["message"];
    const text = textOf(choice["text"]);
    const answer = isObject(message) ? toMessage(message) : { role: "assistant", parts: toParts(text) };
    const reason = textOf(choice["finish_reason"]);
    return reason === undefined ? answer : { ...answer, finish_reason: reason };
  });
}

/**
 * What the model may call, function by function. Tools of a vendor's own have no name but their type. Source:
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-tool-definitions.json (read 2026-11-29).
 */
export function toToolDefinitions({ tools, functions }: JsonObject): readonly JsonObject[] {
  return [
    ...objectsOf(tools).map((tool) => {
      const type = textOf(tool["type"]) ?? "function";
      return isObject(tool[type]) ? { type, name: type, ...tool[type] } : { name: type, ...tool, type };
    }),
    ...objectsOf(functions).map((named) => ({ ...named, type: "function" })),
  ];
}

function toMessage(message: JsonObject): GenAiMessage {
  const role = textOf(message["role"]) ?? "assistant";
  if (role === "tool" || role === "function") {
    const id = textOf(message["tool_call_id"]) ?? textOf(message["name"]);
    return { role: "tool", parts: [{ type: "tool_call_response", id, response: message["content"] ?? null }] };
  }
  const thoughts = textOf(message["reasoning_content"]);
  return {
    role,
    parts: [
      ...(thoughts === undefined ? [] : [{ type: "reasoning", content: thoughts }]),
      ...toParts(message["content"]),
      ...toParts(message["refusal"]),
      ...objectsOf(message["tool_calls"]).map(toToolCall),
      ...(isObject(message["function_call"]) ? [toToolCall(message["function_call"])] : []),
    ],
  };
}

function toToolCall(call: JsonObject): JsonObject {
  const named = isObject(call["function"]) ? call["function"] : call;
  return { type: "tool_call", id: call["id"], name: named["name"], arguments: readArguments(named["arguments"]) };
}

/** Arguments are JSON in a text; what is none stays text. */
function readArguments(written: unknown): unknown {
  if (typeof written !== "string") {
    return written;
  }
  try {
    return JSON.parse(written) as unknown;
  } catch {
    return written;
  }
}

function toParts(content: unknown): readonly JsonObject[] {
  if (typeof content === "string") {
    return [{ type: "text", content }];
  }
  if (!Array.isArray(content)) {
    return [];
  }
  return content.flatMap((part: unknown) => {
    if (typeof part === "string") {
      return [{ type: "text", content: part }];
    }
    return isObject(part) ? [toPart(part)] : [];
  });
}

/** Media that came along in the body. */
const DATA_URL = /^data:([^;,]{0,100});base64,/;

function toPart(part: JsonObject): JsonObject {
  const text = textOf(part["text"]);
  if (text !== undefined) {
    return { type: "text", content: text };
  }
  const image = part["image_url"];
  const url = textOf(isObject(image) ? image["url"] : image);
  if (url !== undefined) {
    const data = DATA_URL.exec(url);
    return data === null
      ? { type: "uri", modality: "image", uri: url }
      : { type: "blob", modality: "image", mime_type: data[1], content: url.slice(data[0].length) };
  }
  return { ...part, type: textOf(part["type"]) ?? "unknown" };
}

/**
 * Messages as JSON of at most so many characters. Where they are more the earliest are left out, with a message that says
 * so: the text stays JSON. `undefined` for what cannot be written, such as lists nested beyond all measure.
 */
export function writeMessages(messages: readonly GenAiMessage[], maxLength: number): string | undefined {
  try {
    const whole = JSON.stringify(messages);
    return whole.length + LEFT_OUT_LENGTH <= maxLength ? whole : writeLatest(messages, maxLength);
  } catch {
    return undefined;
  }
}

function writeLatest(messages: readonly GenAiMessage[], maxLength: number): string {
  const kept: string[] = [];
  let length = 2 + LEFT_OUT_LENGTH;
  for (const message of messages.toReversed()) {
    const text = JSON.stringify(message);
    const isFitting = length + text.length + 1 <= maxLength;
    if (!isFitting) {
      break;
    }
    length += text.length + 1;
    kept.push(text);
  }
  const leftOut = messages.length - kept.length;
  const note = { role: "system", parts: [{ type: "text", content: `[${leftOut} messages left out: too long]` }] };
  return `[${[...(leftOut === 0 ? [] : [JSON.stringify(note)]), ...kept.toReversed()].join(",")}]`;
}

/** Room for the message that says what is missing. */
const LEFT_OUT_LENGTH = 120;
