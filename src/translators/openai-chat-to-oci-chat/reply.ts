import { GatewayError } from "../../core/errors.ts";
import { countOf, isObject, numberOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import {
  type ChatChoice,
  type FinishReason,
  writeChatCompletion,
  writeUsage,
} from "../../dialects/openai/chat-reply.ts";

/** Reasons of both formats; those of GENERIC are the models' own words in small letters. Source: PyPI `oci` 2.189.0 (read 2026-11-28). */
const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: "stop",
  CONTENT_FILTER: "content_filter",
  ERROR_LIMIT: "length",
  ERROR_TOXIC: "content_filter",
  LENGTH: "length",
  MAX_TOKENS: "length",
  STOP: "stop",
  TOOL_CALL: "tool_calls",
  TOOL_CALLS: "tool_calls",
};

/** OpenAI's word for why an answer ended. */
export function toFinishReason(reason: unknown, hasCalls: boolean): FinishReason {
  const name = String(reason).toUpperCase();
  const known = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
  return hasCalls && (known === undefined || known === "stop") ? "tool_calls" : (known ?? "stop");
}

/** Usage of a reply or an event; `undefined` when it tells none. */
export function readUsage(reply: JsonObject): JsonObject | undefined {
  const { usage } = reply;
  if (!isObject(usage)) {
    return undefined;
  }
  return writeUsage({
    promptTokens: countOf(usage["promptTokens"]),
    completionTokens: countOf(usage["completionTokens"]),
    totalTokens: numberOf(usage["totalTokens"]),
    cachedTokens: numberOf(objectOf(usage["promptTokensDetails"])["cachedTokens"]),
    reasoningTokens: numberOf(objectOf(usage["completionTokensDetails"])["reasoningTokens"]),
  });
}

/** All text of a message's parts. */
export const readText = (message: JsonObject): string =>
  objectsOf(message["content"])
    .map((part) => textOf(part["text"]) ?? "")
    .join("");

/** Calls of Cohere's models, which have no ids. */
export const readCohereCalls = (reply: JsonObject, context: ReplyContext): readonly JsonObject[] =>
  objectsOf(reply["toolCalls"]).map((call, index) => ({
    id: toCallId(context, index),
    type: "function",
    function: { name: textOf(call["name"]) ?? "", arguments: JSON.stringify(call["parameters"] ?? {}) },
  }));

/** An id for a call without one. */
export const toCallId = (context: ReplyContext, index: number): string =>
  `call_${context.id.replace(/^chatcmpl-/, "")}_${index}`;

/** The caller's body of a whole reply of either format. @throws GatewayError `upstream-malformed` */
export function readReply(reply: unknown, context: ReplyContext): JsonObject {
  const outer = objectOf(reply);
  const inner = outer["chatResponse"];
  if (!isObject(inner)) {
    throw new GatewayError("upstream-malformed", "the reply has no chatResponse");
  }
  const isGeneric = Array.isArray(inner["choices"]);
  const choices = isGeneric
    ? objectsOf(inner["choices"]).map((choice) => readGenericChoice(choice, context))
    : [readCohereChoice(inner, context)];
  if (choices.length === 0) {
    throw new GatewayError("upstream-malformed", "the reply has no choices");
  }
  const at = Date.parse(textOf(inner["timeCreated"]) ?? "");
  const usage = readUsage(inner) ?? readUsage(objectOf(objectsOf(inner["choices"])[0]));
  const head = { model: textOf(outer["modelId"]), created: Number.isNaN(at) ? undefined : Math.floor(at / 1000) };
  return writeChatCompletion(context, head, choices, usage === undefined ? {} : { usage });
}

function readGenericChoice(choice: JsonObject, context: ReplyContext): ChatChoice {
  const message = objectOf(choice["message"]);
  const calls = objectsOf(message["toolCalls"]).map((call, index) => ({
    id: textOf(call["id"]) || toCallId(context, index),
    type: "function",
    function: { name: textOf(call["name"]) ?? "", arguments: textOf(call["arguments"]) ?? "{}" },
  }));
  const reasoning = textOf(message["reasoningContent"]);
  const refusal = textOf(message["refusal"]);
  return {
    message: {
      ...toContent(readText(message), calls),
      ...(reasoning ? { reasoning_content: reasoning } : {}),
      ...(refusal === undefined ? {} : { refusal }),
    },
    finishReason: toFinishReason(choice["finishReason"], calls.length > 0),
  };
}

function readCohereChoice(reply: JsonObject, context: ReplyContext): ChatChoice {
  const text = textOf(reply["text"]);
  const calls = readCohereCalls(reply, context);
  if (reply["finishReason"] === "ERROR") {
    throw new GatewayError("upstream-failed", textOf(reply["errorMessage"]) ?? "the model failed");
  }
  if (text === undefined && calls.length === 0) {
    throw new GatewayError("upstream-malformed", "the reply has neither text nor calls");
  }
  const citations = reply["citations"];
  const own = Array.isArray(citations) && citations.length > 0 ? { provider_specific_fields: { citations } } : {};
  return {
    message: { ...toContent(text ?? "", calls), ...own },
    finishReason: toFinishReason(reply["finishReason"], calls.length > 0),
  };
}

const toContent = (text: string, calls: readonly JsonObject[]): JsonObject => ({
  content: text === "" && calls.length > 0 ? null : text,
  ...(calls.length === 0 ? {} : { tool_calls: calls }),
});
