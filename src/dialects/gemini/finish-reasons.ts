import type { FinishReason } from "../openai/chat-reply.ts";

/**
 * Why a candidate ended, in OpenAI's words; the mapping is LiteLLM's. Reasons of the vendor:
 * https://ai.google.dev/api/generate-content#FinishReason (read 2026-11-28) and `FinishReason` of `@google/genai` 3.3.0.
 */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  FINISH_REASON_UNSPECIFIED: "stop",
  MAX_TOKENS: "length",
  MALFORMED_FUNCTION_CALL: "stop",
  MALFORMED_RESPONSE: "stop",
  UNEXPECTED_TOOL_CALL: "stop",
  TOO_MANY_TOOL_CALLS: "stop",
  MISSING_THOUGHT_SIGNATURE: "stop",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  OTHER: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
  IMAGE_OTHER: "content_filter",
  NO_IMAGE: "content_filter",
  MODEL_ARMOR: "content_filter",
};

/** OpenAI's word for a finish reason; a candidate that called tools and was not cut short ended for them. */
export function toFinishReason(reason: string, hasToolCalls: boolean): FinishReason {
  const mapped = Object.hasOwn(FINISH_REASONS, reason) ? FINISH_REASONS[reason] : undefined;
  return hasToolCalls && (mapped === undefined || mapped === "stop") ? "tool_calls" : (mapped ?? "stop");
}

/** Whether OpenAI's word says less than the vendor's own. */
export const isTelling = (reason: string): boolean => reason !== "STOP" && reason !== "MAX_TOKENS";
