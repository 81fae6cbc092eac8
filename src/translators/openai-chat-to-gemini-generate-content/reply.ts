import { isObject, listOf, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import { isTelling, toFinishReason } from "../../dialects/gemini/finish-reasons.ts";
import { toChatUsage } from "../../dialects/gemini/usage.ts";
import { type ChatChoice, writeChatCompletion } from "../../dialects/openai/chat-reply.ts";
import { type CandidateParts, readParts, toAnnotations, toLogprobs } from "./candidate.ts";

/** What LiteLLM tells at the top of replies, by the vendor's names within candidates. */
const METADATA: Readonly<Record<string, string>> = {
  groundingMetadata: "vertex_ai_grounding_metadata",
  urlContextMetadata: "vertex_ai_url_context_metadata",
  safetyRatings: "vertex_ai_safety_results",
  citationMetadata: "vertex_ai_citation_metadata",
};

/** Whether the caller still speaks of functions, and expects `function_call` in the answer. */
export const isLegacy = ({ tools, functions }: JsonObject): boolean =>
  Array.isArray(functions) && functions.length > 0 && listOf(tools).length === 0;

/**
 * A chat completion of a reply; `undefined` when it has neither candidates nor a reason for having none. A prompt that was
 * blocked is an answer that the content filter ended, as in LiteLLM.
 * Source: https://ai.google.dev/api/generate-content#GenerateContentResponse (read 2026-11-28).
 */
export function toCompletion(reply: JsonObject, context: ReplyContext): JsonObject | undefined {
  const candidates = objectsOf(reply["candidates"]).toSorted((left, right) => positionOf(left) - positionOf(right));
  const blocked = toBlockedFields(reply);
  if (candidates.length === 0 && blocked === undefined) {
    return undefined;
  }
  const choices =
    candidates.length === 0
      ? [{ message: { content: null, provider_specific_fields: blocked }, finishReason: "content_filter" }]
      : candidates.map((candidate, index) => toChoice(candidate, index, context));
  const head = { id: textOf(reply["responseId"]), model: textOf(reply["modelVersion"]) };
  return writeChatCompletion(context, head, choices, {
    usage: toChatUsage(objectOf(reply["usageMetadata"])),
    ...collectMetadata(candidates),
  });
}

/** Which candidate it is; the vendor leaves 0 out. */
export const positionOf = ({ index }: JsonObject): number => (typeof index === "number" ? index : 0);

/** Why a prompt was blocked, for `provider_specific_fields`; `undefined` when it was not. */
export function toBlockedFields(reply: JsonObject): JsonObject | undefined {
  const { blockReason, blockReasonMessage, safetyRatings } = objectOf(reply["promptFeedback"]);
  if (typeof blockReason !== "string") {
    return undefined;
  }
  return {
    block_reason: blockReason,
    ...(typeof blockReasonMessage === "string" ? { block_reason_message: blockReasonMessage } : {}),
    ...(safetyRatings === undefined ? {} : { safety_ratings: safetyRatings }),
  };
}

function toChoice(candidate: JsonObject, index: number, context: ReplyContext): ChatChoice {
  const parts = readParts(candidate, context, { toolCalls: 0, images: 0, candidate: index });
  const reason = textOf(candidate["finishReason"]) ?? "STOP";
  const logprobs = toLogprobs(candidate);
  const hasCalls = parts.toolCalls.length > 0;
  const isLegacyCall = hasCalls && isLegacy(context.request);
  const finishReason = toFinishReason(reason, hasCalls);
  return {
    message: toMessage(candidate, parts, isLegacyCall),
    finishReason: isLegacyCall && finishReason === "tool_calls" ? "function_call" : finishReason,
    ...(logprobs === undefined ? {} : { logprobs }),
  };
}

function toMessage(candidate: JsonObject, parts: CandidateParts, isLegacyCall: boolean): JsonObject {
  const { text, reasoning, thinkingBlocks, toolCalls, images, audio } = parts;
  const annotations = toAnnotations(candidate, text);
  const fields = toProviderFields(candidate, parts);
  return {
    content: text === "" && (toolCalls.length > 0 || images.length > 0 || audio !== undefined) ? null : text,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(thinkingBlocks.length === 0 ? {} : { thinking_blocks: thinkingBlocks }),
    ...(isLegacyCall ? { function_call: objectOf(toolCalls[0])["function"] } : {}),
    ...(toolCalls.length === 0 || isLegacyCall ? {} : { tool_calls: toolCalls.map(({ index: _, ...call }) => call) }),
    ...(images.length === 0 ? {} : { images }),
    ...(audio === undefined ? {} : { audio }),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(fields === undefined ? {} : { provider_specific_fields: fields }),
  };
}

/** What OpenAI has no word for; `undefined` when there is nothing of the kind. */
export function toProviderFields(candidate: JsonObject, parts: CandidateParts): JsonObject | undefined {
  const { finishReason, finishMessage } = candidate;
  const isWorthTelling = typeof finishReason === "string" && isTelling(finishReason);
  const fields = {
    ...(parts.signatures.length === 0 ? {} : { thought_signatures: parts.signatures }),
    ...(parts.others.length === 0 ? {} : { parts: parts.others }),
    ...(isWorthTelling ? { native_finish_reason: finishReason } : {}),
    ...(typeof finishMessage === "string" ? { finish_message: finishMessage } : {}),
  };
  return Object.keys(fields).length === 0 ? undefined : fields;
}

function collectMetadata(candidates: readonly JsonObject[]): JsonObject {
  const found = Object.entries(METADATA).map(([vendorName, name]) => {
    const values = candidates.map((candidate) => candidate[vendorName]);
    return [name, values.filter((value) => isObject(value) || Array.isArray(value))] as const;
  });
  return Object.fromEntries(found.filter(([, values]) => values.length > 0));
}
