import { GatewayError } from "../../core/errors.ts";
import { isObject, lookUp, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import { toOpenaiUsage } from "../../dialects/bedrock/usage.ts";
import { type FinishReason, writeChatCompletion } from "../../dialects/openai/chat-reply.ts";
import { unwrapAnswer } from "../openai-chat-to-anthropic-messages/structured-output.ts";
import { type ConversePlan, planConverse } from "./plan.ts";

/**
 * Why Converse stopped, in OpenAI's words.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseResponse.html (read 2026-11-28).
 */
const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  content_filtered: "content_filter",
  end_turn: "stop",
  guardrail_intervened: "content_filter",
  malformed_model_output: "stop",
  malformed_tool_use: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  stop_sequence: "stop",
  tool_use: "tool_calls",
};

/** A reason to stop; an answer that was given by a tool call ends like any other. */
export const toFinishReason = (reason: unknown, hasToolCalls: boolean): FinishReason => {
  const known = lookUp(FINISH_REASONS, reason) ?? "stop";
  return known === "tool_calls" && !hasToolCalls ? "stop" : known;
};

/** A thinking block as LiteLLM has it, of one of Bedrock's; `undefined` for what is none. */
export function toThinkingBlock(reasoning: JsonObject): JsonObject | undefined {
  const { reasoningText, redactedContent } = reasoning;
  if (typeof redactedContent === "string") {
    return { type: "redacted_thinking", data: redactedContent };
  }
  const { text, signature } = objectOf(reasoningText);
  return isObject(reasoningText)
    ? { type: "thinking", thinking: textOf(text) ?? "", ...(signature === undefined ? {} : { signature }) }
    : undefined;
}

/** A whole reply of Converse as a chat completion. @throws GatewayError `upstream-malformed` */
export function readReply(reply: unknown, context: ReplyContext): JsonObject {
  const { output, stopReason, usage, trace, serviceTier } = objectOf(reply);
  const { message } = objectOf(output);
  if (!isObject(message)) {
    throw new GatewayError("upstream-malformed", "the reply has no message");
  }
  const plan = planConverse(context.request, context.model);
  const { written, hasToolCalls } = readMessage(objectsOf(message["content"]), plan);
  const tier = textOf(objectOf(serviceTier)["type"]);
  return writeChatCompletion(
    context,
    {},
    [{ message: written, finishReason: toFinishReason(stopReason, hasToolCalls) }],
    {
      usage: toOpenaiUsage(objectOf(usage)),
      ...(tier === undefined ? {} : { service_tier: tier }),
      ...(isObject(trace) ? { trace } : {}),
    },
  );
}

function readMessage(
  blocks: readonly JsonObject[],
  plan: ConversePlan,
): { written: JsonObject; hasToolCalls: boolean } {
  let text = "";
  const thoughts: JsonObject[] = [];
  const toolCalls: JsonObject[] = [];
  const citations: JsonObject[] = [];
  for (const block of blocks) {
    const { toolUse, reasoningContent, citationsContent } = block;
    text += textOf(block["text"]) ?? "";
    if (isObject(toolUse) && plan.output.kind === "tool" && toolUse["name"] === plan.output.name) {
      text += JSON.stringify(unwrapAnswer(plan.output, toolUse["input"]));
    } else if (isObject(toolUse)) {
      toolCalls.push(toToolCall(toolUse, plan));
    } else if (isObject(reasoningContent)) {
      thoughts.push(...[toThinkingBlock(reasoningContent)].filter((thought) => thought !== undefined));
    } else if (isObject(citationsContent)) {
      text += objectsOf(citationsContent["content"])
        .map((part) => textOf(part["text"]) ?? "")
        .join("");
      citations.push(citationsContent);
    }
  }
  const reasoning = thoughts.map((thought) => textOf(thought["thinking"]) ?? "").join("");
  return {
    hasToolCalls: toolCalls.length > 0,
    written: {
      content: text === "" && toolCalls.length > 0 ? null : text,
      ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
      ...(thoughts.length === 0 ? {} : { reasoning_content: reasoning, thinking_blocks: thoughts }),
      ...(citations.length === 0 ? {} : { provider_specific_fields: { citationsContent: citations } }),
    },
  };
}

function toToolCall({ toolUseId, name, input }: JsonObject, { toCaller }: ConversePlan): JsonObject {
  const written = textOf(name) ?? "";
  return {
    id: toolUseId,
    type: "function",
    function: { name: toCaller.get(written) ?? written, arguments: JSON.stringify(input ?? {}) },
  };
}
