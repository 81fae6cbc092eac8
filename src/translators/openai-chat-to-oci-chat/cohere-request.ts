import { isObject, listOf, objectOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, RequestContext } from "../../core/translation.ts";
import {
  type FunctionTool,
  readMaxTokens,
  readNumber,
  readResponseFormat,
  readStop,
  readToolChoice,
  readTools,
} from "../../dialects/openai/chat-params.ts";
import {
  type ChatMessage,
  contentText,
  parseArguments,
  readMessages,
  type ToolCall,
} from "../../dialects/openai/chat-request.ts";

/**
 * A chat of Cohere's models: the last message apart from those before it, the results of the last tool calls apart from
 * both. Source: `CohereChatRequest` of PyPI `oci` 2.189.0; Oracle's PyPI `langchain-oci` (read 2026-11-28).
 */
export function writeCohereRequest(body: JsonObject, context: RequestContext): JsonObject {
  for (const name of ["n", "logit_bias", "reasoning_effort", "verbosity"]) {
    const value = body[name];
    if (value !== undefined && value !== null && value !== 1) {
      context.ledger.refuse(name, `'${name}' for models of Cohere`);
    }
  }
  const messages = readMessages(body);
  for (const { content } of messages) {
    for (const part of content) {
      if (part.kind !== "text" && part.kind !== "refusal") {
        context.ledger.refuse(part.path, "parts other than text for models of Cohere");
      }
    }
  }
  return {
    apiFormat: "COHERE",
    ...writeTurns(messages),
    ...writeNumbers(body),
    ...writeTools(body, context),
    ...writeFormat(body),
  };
}

function writeTurns(messages: readonly ChatMessage[]): JsonObject {
  // Where ids repeat, the last call is meant.
  const calls = new Map(messages.flatMap(({ toolCalls }) => toolCalls.map((call) => [call.id, call] as const)));
  const lastSpoken = messages.findLastIndex(({ role }) => role !== "tool");
  const results = messages.slice(lastSpoken + 1);
  const last = messages.at(-1);
  const isOpen = last !== undefined && last.role !== "tool";
  const before = results.length > 0 ? messages.slice(0, lastSpoken + 1) : messages.slice(0, -1);
  const history = before.map((message) => writeTurn(message, calls));
  return {
    message: isOpen ? contentText(last.content) : "",
    ...(history.length === 0 ? {} : { chatHistory: history }),
    ...(results.length === 0 ? {} : { toolResults: results.map((message) => writeResult(message, calls)) }),
  };
}

function writeTurn(message: ChatMessage, calls: ReadonlyMap<string, ToolCall>): JsonObject {
  const text = contentText(message.content);
  switch (message.role) {
    case "system":
      return { role: "SYSTEM", message: text };
    case "user":
      return { role: "USER", message: text };
    case "tool":
      return { role: "TOOL", toolResults: [writeResult(message, calls)] };
    case "assistant":
      return {
        role: "CHATBOT",
        message: text === "" ? " " : text, // An empty one is refused.
        ...(message.toolCalls.length === 0 ? {} : { toolCalls: message.toolCalls.map(writeCall) }),
      };
    default:
      return message.role satisfies never;
  }
}

const writeCall = (call: ToolCall): JsonObject => ({ name: call.name, parameters: parseArguments(call.arguments) });

function writeResult({ toolCallId, name, content }: ChatMessage, calls: ReadonlyMap<string, ToolCall>): JsonObject {
  const call = calls.get(toolCallId ?? "");
  return {
    call: call === undefined ? { name: name ?? toolCallId, parameters: {} } : writeCall(call),
    outputs: [{ output: contentText(content) }],
  };
}

function writeNumbers(body: JsonObject): JsonObject {
  const stop = readStop(body);
  return {
    frequencyPenalty: readNumber(body, "frequency_penalty"),
    maxTokens: readMaxTokens(body),
    presencePenalty: readNumber(body, "presence_penalty"),
    seed: readNumber(body, "seed"),
    temperature: readNumber(body, "temperature"),
    topK: readNumber(body, "top_k"),
    topP: readNumber(body, "top_p"),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
  };
}

function writeTools(body: JsonObject, { ledger }: RequestContext): JsonObject {
  const { functions, others } = readTools(body);
  for (const { path, type } of others) {
    ledger.refuse(path, `tools of type '${type}'`);
  }
  const choice = readToolChoice(body);
  if (choice !== undefined && choice !== "auto" && choice !== "none") {
    ledger.refuse("tool_choice", "calls of tools that must be made, for models of Cohere");
  }
  return functions.length === 0 || choice === "none" ? {} : { tools: functions.map(writeTool) };
}

/** Cohere's older tools name Python types, and only the top level of a schema. */
const TYPES: Readonly<Record<string, string>> = {
  string: "str",
  number: "float",
  integer: "int",
  boolean: "bool",
  array: "List",
  object: "Dict",
};

function writeTool({ name, description, parameters = {} }: FunctionTool): JsonObject {
  const required = new Set(listOf(parameters["required"]));
  const definitions = Object.entries(objectOf(parameters["properties"])).map(([key, value]) => {
    const property = isObject(value) ? value : {};
    const type = textOf(property["type"]) ?? "any";
    return [
      key,
      {
        description: describe(property),
        type: Object.hasOwn(TYPES, type) ? TYPES[type] : type,
        isRequired: required.has(key),
      },
    ] as const;
  });
  return { name, description: description ?? name, parameterDefinitions: Object.fromEntries(definitions) };
}

/** What a property may be, in words where the format has no place for it. */
function describe(property: JsonObject): string {
  const { description, enum: values, items, properties } = property;
  const more = {
    ...(values === undefined ? {} : { enum: values }),
    ...(items === undefined ? {} : { items }),
    ...(properties === undefined ? {} : { properties }),
  };
  const words = textOf(description) ?? "";
  return Object.keys(more).length === 0 ? words : `${words} Schema: ${JSON.stringify(more)}`.trim();
}

function writeFormat(body: JsonObject): JsonObject {
  const format = readResponseFormat(body);
  switch (format.kind) {
    case "text":
      return {};
    case "json":
      return { responseFormat: { type: "JSON_OBJECT" } };
    case "schema":
      return { responseFormat: { type: "JSON_OBJECT", schema: format.schema } };
    default:
      return format satisfies never;
  }
}
