import { isObject, listOf, objectOf, objectsOf, textOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";

/** A failure as Cohere tells it. Source: https://docs.cohere.com/reference/errors (read 2026-11-28). */
export const cohereError = (status: number, message: string): ScriptedReply => ({ status, body: { message } });

const invalid = (message: string): ScriptedReply => cohereError(400, `invalid request: ${message}`);

/** Refuses requests without a key. */
export const checkBearer = (request: RecordedRequest): ScriptedReply | undefined =>
  /^Bearer \S+$/.test(request.headers.get("authorization") ?? "") ? undefined : cohereError(401, "no api key supplied");

/** What is wrong with a body before its endpoint's own rules. */
const findCommonFault = (request: RecordedRequest, known: readonly string[]): ScriptedReply | undefined => {
  if (!isObject(request.json)) return cohereError(400, "invalid json syntax");
  const unknown = Object.keys(request.json).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return cohereError(422, `unknown field: parameter '${unknown}' is not a valid field`);
  }
  return textOf(request.json["model"]) === undefined
    ? cohereError(400, "a model parameter is required for this endpoint.")
    : undefined;
};

const CHAT_FIELDS: readonly string[] = [
  ...["stream", "model", "messages", "tools", "strict_tools", "documents", "citation_options", "response_format"],
  ...["safety_mode", "max_tokens", "stop_sequences", "temperature", "seed", "frequency_penalty", "presence_penalty"],
  ...["k", "p", "logprobs", "tool_choice", "thinking", "priority"],
];

const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  system: ["text"],
  user: ["text", "image_url"],
  assistant: ["text", "thinking"],
  tool: ["text", "document"],
};

const findContentFault = (role: string, content: unknown): string | undefined => {
  if (typeof content === "string") return undefined;
  if (!Array.isArray(content) || content.length === 0) return "all elements in history must have a message.";
  for (const block of objectsOf(content)) {
    const type = textOf(block["type"]) ?? "";
    if (!(BLOCKS[role] ?? []).includes(type)) return `content of type '${type}' is not allowed for role '${role}'`;
    const value = block[type];
    if (type === "image_url" ? textOf(objectOf(value)["url"]) === undefined : value === undefined) {
      return `content of type '${type}' has no ${type}`;
    }
  }
  return undefined;
};

const findMessageFault = (messages: readonly JsonObject[]): string | undefined => {
  const calls = new Set<unknown>();
  for (const message of messages) {
    const role = textOf(message["role"]) ?? "";
    if (BLOCKS[role] === undefined) return `invalid role '${role}'`;
    const unknown = Object.keys(message).find(
      (name) => !["role", "content", "tool_calls", "tool_plan", "citations", "tool_call_id"].includes(name),
    );
    if (unknown !== undefined) return `unknown field '${unknown}' in a message`;
    const isSilent =
      role === "assistant" && message["content"] === undefined && listOf(message["tool_calls"]).length > 0;
    const fault = isSilent ? undefined : findContentFault(role, message["content"]);
    if (fault !== undefined) return fault;
    for (const call of objectsOf(message["tool_calls"])) {
      const named = objectOf(call["function"]);
      if (call["type"] !== "function") return "tool call must be of type function";
      if (textOf(named["name"]) === undefined || textOf(named["arguments"]) === undefined)
        return "a tool call is incomplete";
      calls.add(call["id"]);
    }
    if (role === "tool" && !calls.has(message["tool_call_id"])) return "tool call id not found in previous tool calls";
  }
  return undefined;
};

const findToolFault = (body: JsonObject): string | undefined => {
  for (const tool of objectsOf(body["tools"])) {
    const { name, parameters } = objectOf(tool["function"]);
    if (tool["type"] !== "function" || textOf(name) === undefined) return "a tool has no name";
    if (!isObject(parameters)) return "schema must be an object";
    if (body["strict_tools"] === true && listOf(parameters["required"]).length === 0) return "a tool requires nothing";
  }
  const choice = body["tool_choice"];
  if (choice === undefined) return undefined;
  if (choice !== "REQUIRED" && choice !== "NONE") return "tool_choice must be one of REQUIRED, NONE";
  return body["tools"] === undefined ? "tool_choice needs tools" : undefined;
};

const findParameterFault = (body: JsonObject): string | undefined => {
  const { response_format: format, stop_sequences: stop, thinking, max_tokens: maxTokens } = body;
  if (format !== undefined && !["text", "json_object"].includes(String(objectOf(format)["type"]))) {
    return "response_format.type must be one of text, json_object";
  }
  if (stop !== undefined && !listOf(stop).every((item) => typeof item === "string")) return "stop_sequences";
  if (thinking !== undefined && !["enabled", "disabled"].includes(String(objectOf(thinking)["type"])))
    return "thinking";
  return maxTokens === undefined || Number.isInteger(maxTokens) ? undefined : "max_tokens must be an integer";
};

/** Refuses what https://docs.cohere.com/reference/chat does not take (read 2026-11-28). */
export const checkCohereChat = (request: RecordedRequest): ScriptedReply | undefined => {
  if (request.path !== "/v2/chat") return cohereError(404, "404 page not found");
  const common = checkBearer(request) ?? findCommonFault(request, CHAT_FIELDS);
  if (common !== undefined) return common;
  const body = objectOf(request.json);
  const messages = objectsOf(body["messages"]);
  if (messages.length === 0) return invalid("list of messages must not be empty");
  const fault = findMessageFault(messages) ?? findToolFault(body) ?? findParameterFault(body);
  return fault === undefined ? undefined : invalid(fault);
};

const EMBED_FIELDS: readonly string[] = [
  ...["texts", "images", "model", "input_type", "inputs", "max_tokens", "output_dimension", "embedding_types"],
  ...["truncate", "priority"],
];
const INPUT_TYPES: readonly unknown[] = ["search_document", "search_query", "classification", "clustering", "image"];

/** Refuses what https://docs.cohere.com/reference/embed does not take (read 2026-11-28). */
export const checkCohereEmbed = (request: RecordedRequest): ScriptedReply | undefined => {
  if (request.path !== "/v2/embed") return cohereError(404, "404 page not found");
  const common = checkBearer(request) ?? findCommonFault(request, EMBED_FIELDS);
  if (common !== undefined) return common;
  const { texts, images, input_type: inputType, embedding_types: types } = objectOf(request.json);
  if (!INPUT_TYPES.includes(inputType)) return invalid("valid input_type must be provided with the provided model");
  if (types === undefined) return cohereError(400, "embedding_types parameter is required");
  if (images !== undefined) {
    return inputType === "image" ? undefined : invalid("images must be used with input_type=image");
  }
  const count = listOf(texts).length;
  if (count === 0) return invalid("at least one text is required");
  return count > 96 ? invalid(`total number of texts must be at most 96 - received ${count}`) : undefined;
};

const RERANK_FIELDS: readonly string[] = ["model", "query", "documents", "top_n", "max_tokens_per_doc", "priority"];

/** Refuses what https://docs.cohere.com/reference/rerank does not take, keys apart (read 2026-11-28). */
export const checkCohereRerank = (request: RecordedRequest): ScriptedReply | undefined => {
  if (request.path !== "/v2/rerank") return cohereError(404, "404 page not found");
  const common = findCommonFault(request, RERANK_FIELDS);
  if (common !== undefined) return common;
  const { query, documents, top_n: topN } = objectOf(request.json);
  if (typeof query !== "string" || query.trim() === "") return invalid("query must not be empty or be only whitespace");
  if (listOf(documents).length === 0) return invalid("list of documents must not be empty");
  if (!listOf(documents).every((document) => typeof document === "string")) return invalid("documents must be texts");
  return topN === undefined || (Number.isInteger(topN) && Number(topN) >= 1) ? undefined : invalid("top_n");
};
