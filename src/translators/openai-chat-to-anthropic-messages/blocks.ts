import { isObject, listOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import type { FinishReason } from "../../dialects/openai/chat-reply.ts";

/**
 * Why an answer ended, in OpenAI's words.
 * Source: https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons (read 2026-11-28).
 */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  pause_turn: "stop",
  compaction: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/** OpenAI's reason for one of Anthropic's; `stop` for those to come. */
export const toFinishReason = (reason: unknown): FinishReason =>
  typeof reason === "string" && Object.hasOwn(FINISH_REASONS, reason) ? (FINISH_REASONS[reason] ?? "stop") : "stop";

/** What OpenAI's reasons do not tell apart: the vendor's own, for `provider_specific_fields`. */
export function stopFields({
  stop_reason: reason,
  stop_sequence: sequence,
  stop_details: details,
}: JsonObject): JsonObject {
  const isTold =
    reason === "end_turn" || reason === "max_tokens" || reason === "tool_use" || typeof reason !== "string";
  return {
    ...(isTold ? {} : { stop_reason: reason }),
    ...(typeof sequence === "string" ? { stop_sequence: sequence } : {}),
    ...(isObject(details) ? { stop_details: details } : {}),
  };
}

const NOTHING: JsonObject = {};

/**
 * Blocks that neither text nor thoughts nor calls for the caller are: what tools of the vendor's own were asked and
 * found. Under LiteLLM's names where it has some.
 */
export function serverFields(blocks: readonly JsonObject[]): JsonObject {
  if (blocks.every(({ type }) => type === "text" || type === "tool_use" || type === "thinking")) {
    return NOTHING; // As nearly all answers.
  }
  const ofType = (test: (type: string) => boolean): readonly JsonObject[] =>
    blocks.filter(({ type }) => typeof type === "string" && test(type));
  const found = {
    server_tool_use: ofType((type) => type === "server_tool_use" || type === "mcp_tool_use"),
    web_search_results: ofType((type) => type === "web_search_tool_result"),
    tool_results: ofType((type) => type.endsWith("_tool_result") && type !== "web_search_tool_result"),
    compaction_blocks: ofType((type) => type === "compaction"),
    container_uploads: ofType((type) => type === "container_upload"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0));
}

/** A thinking block as LiteLLM shows it; `undefined` for other blocks. */
export function toThinkingBlock({ type, thinking, signature, data }: JsonObject): JsonObject | undefined {
  if (type === "thinking") {
    return { type, thinking: textOf(thinking) ?? "", signature: textOf(signature) ?? "" };
  }
  return type === "redacted_thinking" ? { type, data: textOf(data) ?? "" } : undefined;
}

/** The citations of a text block, each with the text that it supports. */
export const citationsOf = ({ citations, text }: JsonObject): readonly JsonObject[] =>
  objectsOf(listOf(citations)).map((citation) => ({ ...citation, supported_text: textOf(text) ?? "" }));

/** Tiers as OpenAI names them; absent when the vendor told none. */
export function serviceTierOf({ service_tier: tier }: JsonObject): JsonObject {
  if (typeof tier !== "string") {
    return {};
  }
  return { service_tier: tier === "standard" ? "default" : tier };
}
