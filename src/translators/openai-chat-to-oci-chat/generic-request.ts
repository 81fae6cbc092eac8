import type { JsonObject, RequestContext } from "../../core/translation.ts";
import {
  readMaxTokens,
  readNumber,
  readResponseFormat,
  readStop,
  readToolChoice,
  readTools,
} from "../../dialects/openai/chat-params.ts";
import { type ChatMessage, type ContentPart, invalidField, readMessages } from "../../dialects/openai/chat-request.ts";

const ROLES = { system: "SYSTEM", user: "USER", assistant: "ASSISTANT", tool: "TOOL" } as const;

/** A chat of all models but Cohere's. Source: `GenericChatRequest` of PyPI `oci` 2.189.0 (read 2026-11-28). */
export function writeGenericRequest(body: JsonObject, context: RequestContext): JsonObject {
  return {
    apiFormat: "GENERIC",
    messages: readMessages(body).map((message) => writeMessage(message, context)),
    ...writeNumbers(body, context),
    ...writeTools(body, context),
    ...writeFormat(body),
    ...writeLevel(body, "reasoning_effort", "reasoningEffort"),
    ...writeLevel(body, "verbosity", "verbosity"),
  };
}

function writeMessage(message: ChatMessage, { ledger, media }: RequestContext): JsonObject {
  const { role, path, name, toolCalls, toolCallId, raw } = message;
  const content = message.content.flatMap((part) => writePart(part, { ledger, media }));
  if (role === "tool") {
    return { role: "TOOL", content, toolCallId };
  }
  if (name !== undefined && !/^[\w-]{1,64}$/.test(name)) {
    ledger.drop(`${path}.name`);
  }
  const reasoning = raw["reasoning_content"];
  return {
    role: ROLES[role],
    ...(content.length === 0 && toolCalls.length > 0 ? {} : { content }),
    ...(name !== undefined && /^[\w-]{1,64}$/.test(name) ? { name } : {}),
    ...(role === "assistant" && typeof reasoning === "string" ? { reasoningContent: reasoning } : {}),
    ...(toolCalls.length === 0
      ? {}
      : {
          toolCalls: toolCalls.map((call) => ({
            id: call.id,
            type: "FUNCTION",
            name: call.name,
            arguments: call.arguments === "" ? "{}" : call.arguments,
          })),
        }),
  };
}

function writePart(
  part: ContentPart,
  { ledger, media }: Pick<RequestContext, "ledger" | "media">,
): readonly JsonObject[] {
  switch (part.kind) {
    case "text":
    case "refusal":
      return [{ type: "TEXT", text: part.text }];
    case "image": {
      const fetched = media.get(part.url);
      const url = fetched === undefined ? part.url : `data:${fetched.type};base64,${fetched.base64}`;
      const detail = part.detail?.toUpperCase();
      return [{ type: "IMAGE", imageUrl: { url, ...(detail === undefined ? {} : { detail }) } }];
    }
    case "audio":
    case "file":
      ledger.refuse(part.path, `parts of type '${String(part.raw["type"])}'`);
      return [];
    case "other":
      ledger.refuse(part.path, `parts of type '${part.type}'`);
      return [];
    default:
      return part satisfies never;
  }
}

function writeNumbers(body: JsonObject, { model }: RequestContext): JsonObject {
  const numbers = {
    frequencyPenalty: readNumber(body, "frequency_penalty"),
    numGenerations: readNumber(body, "n"),
    presencePenalty: readNumber(body, "presence_penalty"),
    seed: readNumber(body, "seed"),
    temperature: readNumber(body, "temperature"),
    topK: readNumber(body, "top_k"),
    topP: readNumber(body, "top_p"),
    // OpenAI's models refuse the older name there, as elsewhere.
    [model.startsWith("openai.") ? "maxCompletionTokens" : "maxTokens"]: readMaxTokens(body),
  };
  const stop = readStop(body);
  const bias = body["logit_bias"];
  return {
    ...numbers,
    ...(stop.length === 0 ? {} : { stop }),
    ...(typeof bias === "object" && bias !== null ? { logitBias: bias } : {}),
  };
}

function writeTools(body: JsonObject, { ledger }: RequestContext): JsonObject {
  const { functions, others } = readTools(body);
  for (const { path, type } of others) {
    ledger.refuse(path, `tools of type '${type}'`);
  }
  const choice = readToolChoice(body);
  const parallel = body["parallel_tool_calls"];
  if (functions.length === 0) {
    return {};
  }
  return {
    tools: functions.map(({ name, description, parameters }) => ({
      type: "FUNCTION",
      name,
      ...(description === undefined ? {} : { description }),
      parameters: parameters ?? { type: "object", properties: {} },
    })),
    ...(choice === undefined
      ? {}
      : {
          toolChoice:
            typeof choice === "string" ? { type: choice.toUpperCase() } : { type: "FUNCTION", name: choice.name },
        }),
    ...(typeof parallel === "boolean" ? { isParallelToolCalls: parallel } : {}),
  };
}

function writeFormat(body: JsonObject): JsonObject {
  const format = readResponseFormat(body);
  switch (format.kind) {
    case "text":
      return {};
    case "json":
      return { responseFormat: { type: "JSON_OBJECT" } };
    case "schema": {
      const { name, description, schema, strict } = format;
      return {
        responseFormat: { type: "JSON_SCHEMA", jsonSchema: { name, description, schema, isStrict: strict } },
      };
    }
    default:
      return format satisfies never;
  }
}

/** A level such as `low`, which OCI spells in capitals. */
function writeLevel(body: JsonObject, name: string, to: string): JsonObject {
  const value = body[name];
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== "string") {
    throw invalidField(name, "text");
  }
  return { [to]: value.toUpperCase() };
}
