import { append } from "../../core/append.ts";
import { isObject, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, RequestContext } from "../../core/translation.ts";
import { isGemini3OrLater } from "../../dialects/gemini/models.ts";
import {
  bareId,
  FOREIGN_SIGNATURE,
  findCallSignature,
  findTextSignatures,
} from "../../dialects/gemini/thought-signatures.ts";
import { type ChatMessage, contentText, invalidField, parseArguments } from "../../dialects/openai/chat-request.ts";
import { parseJsonText } from "../../wire/json-depth.ts";
import { toGeminiPart } from "./media-parts.ts";

/** The conversation in Gemini's terms. */
export interface Contents {
  readonly contents: readonly JsonObject[];
  readonly systemInstruction: JsonObject | undefined;
}

/** One content under way: neighbours of the same kind become one. */
interface Turn {
  readonly kind: "user" | "model" | "tool";
  readonly parts: JsonObject[];
}

/** Gemini refuses contents without parts, and texts without a character. */
const BLANK: JsonObject = { text: " " };

/**
 * Messages as contents. Roles alternate; results of tools are contents of their own right behind the calls, as the vendor wants
 * as many results there as there were calls; instructions go to `systemInstruction`, wherever they stood.
 * Sources: https://ai.google.dev/api/caching#Content, https://ai.google.dev/gemini-api/docs/function-calling (read 2026-11-28).
 * @throws GatewayError `invalid-request`, `unsupported-params`
 */
export function toContents(messages: readonly ChatMessage[], context: RequestContext): Contents {
  const turns: Turn[] = [];
  const instructions: JsonObject[] = [];
  const names = new Map<string, string>();
  for (const message of messages) {
    switch (message.role) {
      case "system":
        append(instructions, toInstructions(message, context));
        break;
      case "user":
        push(turns, "user", toUserParts(message, context));
        break;
      case "assistant":
        push(turns, "model", toModelParts(message, context));
        for (const { id, name } of message.toolCalls) {
          names.set(bareId(id), name);
        }
        break;
      case "tool":
        push(turns, "tool", toResultParts(message, names, context));
        break;
      default:
        message.role satisfies never;
    }
  }
  if (turns.length === 0) {
    turns.push({ kind: "user", parts: [BLANK] });
  }
  return {
    contents: turns.map(({ kind, parts }) => ({ role: kind === "model" ? "model" : "user", parts })),
    systemInstruction: instructions.length === 0 ? undefined : { parts: instructions },
  };
}

function push(turns: Turn[], kind: Turn["kind"], parts: readonly JsonObject[]): void {
  const last = turns.at(-1);
  if (parts.length === 0) {
    return;
  }
  if (last?.kind === kind) {
    append(last.parts, parts);
  } else {
    turns.push({ kind, parts: [...parts] });
  }
}

const isPart = (part: JsonObject | undefined): part is JsonObject => part !== undefined;

function toInstructions(message: ChatMessage, { ledger }: RequestContext): readonly JsonObject[] {
  return message.content.flatMap((part) => {
    if (part.kind !== "text") {
      ledger.refuse(part.path, "instructions other than text");
      return [];
    }
    return part.text === "" ? [] : [{ text: part.text }];
  });
}

function toUserParts(message: ChatMessage, context: RequestContext): readonly JsonObject[] {
  const parts = message.content.map((part) => toGeminiPart(part, context)).filter(isPart);
  if (message.name !== undefined) {
    context.ledger.drop(`${message.path}.name`);
  }
  return parts.length === 0 ? [BLANK] : parts;
}

/** Thoughts, then what was said, then calls: the order in which the model makes them. */
function toModelParts(message: ChatMessage, context: RequestContext): readonly JsonObject[] {
  const { raw, toolCalls } = message;
  const thoughts = textOf(raw["reasoning_content"]);
  const said = message.content.map((part) => toGeminiPart(part, context)).filter(isPart);
  const images = objectsOf(raw["images"]).flatMap((image, index) => {
    const url = textOf(objectOf(image["image_url"])["url"]);
    const path = `${message.path}.images[${index}]`;
    const part = { kind: "image", url: url ?? "", detail: undefined, path, raw: image } as const;
    return url === undefined ? [] : [toGeminiPart(part, context)].filter(isPart);
  });
  if (isObject(raw["audio"])) {
    context.ledger.drop(`${message.path}.audio`); // The id of audio that OpenAI keeps.
  }
  const calls = toCalls(message, context);
  const taken = new Set(toolCalls.map((call) => findCallSignature(call.raw)));
  const [signature] = findTextSignatures(raw).filter((candidate) => !taken.has(candidate));
  return [
    ...(thoughts === undefined || thoughts === "" ? [] : [{ text: thoughts, thought: true }]),
    ...withSignature([...said, ...images], signature),
    ...foreignParts(raw),
    ...calls,
  ];
}

/** A signature that is no call's belongs to the last part that was said. */
function withSignature(parts: readonly JsonObject[], signature: string | undefined): readonly JsonObject[] {
  const last = parts.at(-1);
  return last === undefined || signature === undefined
    ? parts
    : [...parts.slice(0, -1), { ...last, thoughtSignature: signature }];
}

/** Parts of earlier answers that OpenAI has no place for (code that ran, built-in tools), as the reply handed them out. */
const foreignParts = (message: JsonObject): readonly JsonObject[] =>
  objectsOf(objectOf(message["provider_specific_fields"])["parts"]);

function toCalls({ toolCalls }: ChatMessage, { model }: RequestContext): readonly JsonObject[] {
  const isStrict = isGemini3OrLater(model);
  return toolCalls.map((call, index) => {
    const own = findCallSignature(call.raw);
    // Only the first of several calls is signed, and must be.
    const signature = own ?? (isStrict && index === 0 ? FOREIGN_SIGNATURE : undefined);
    return {
      functionCall: {
        // Models before Gemini 3 refuse ids.
        ...(isStrict ? { id: bareId(call.id) } : {}),
        name: call.name,
        args: parseArguments(call.arguments),
      },
      ...(signature === undefined ? {} : { thoughtSignature: signature }),
    };
  });
}

function toResultParts(
  message: ChatMessage,
  names: ReadonlyMap<string, string>,
  context: RequestContext,
): readonly JsonObject[] {
  const id = bareId(message.toolCallId ?? "");
  const name = names.get(id) ?? message.name;
  if (name === undefined) {
    throw invalidField(`${message.path}.tool_call_id`, "the id of a tool call of an assistant's message before it");
  }
  const isModern = isGemini3OrLater(context.model);
  const files = message.content
    .filter((part) => part.kind !== "text" && part.kind !== "refusal")
    .map((part) => toGeminiPart(part, context))
    .filter(isPart);
  const functionResponse = {
    ...(isModern ? { id } : {}),
    name,
    response: toResult(contentText(message.content)),
    ...(isModern && files.length > 0 ? { parts: files } : {}),
  };
  return [{ functionResponse }, ...(isModern ? [] : files)];
}

/** A result must be an object; `output` is the vendor's name for one that is none. */
function toResult(text: string): JsonObject {
  try {
    const value = parseJsonText(text);
    return isObject(value) ? value : { output: value };
  } catch {
    return { output: text };
  }
}
