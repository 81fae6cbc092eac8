import { GatewayError } from "../../core/errors.ts";
import { isObject, objectOf, objectsOf, textOf } from "../../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../../core/translation.ts";
import { toOpenaiUsage } from "../../dialects/anthropic/usage.ts";
import { writeChatCompletion } from "../../dialects/openai/chat-reply.ts";
import { orderField, toOrderEntry } from "./block-order.ts";
import { citationsOf, serverFields, serviceTierOf, stopFields, toFinishReason, toThinkingBlock } from "./blocks.ts";
import { type Agreement, agreementOf } from "./request.ts";
import { unwrapAnswer } from "./structured-output.ts";

/**
 * A message of Anthropic's as a chat completion.
 * Source: https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28).
 * @throws GatewayError `upstream-malformed`
 */
export function readMessageReply(reply: unknown, context: ReplyContext): JsonObject {
  const message = objectOf(reply);
  if (!Array.isArray(message["content"])) {
    throw new GatewayError("upstream-malformed", "the reply has no content");
  }
  const agreement = agreementOf(context.request, context.model, context.options);
  const blocks = objectsOf(message["content"]);
  const { usage } = message;
  const content = readContent(blocks, agreement);
  const finishReason = toFinishReason(message["stop_reason"]);
  const isAnswered = finishReason === "tool_calls" && content.calls.length === 0;
  return writeChatCompletion(
    context,
    { id: textOf(message["id"]), model: textOf(message["model"]) },
    [{ message: writeMessage(message, blocks, content), finishReason: isAnswered ? "stop" : finishReason }],
    { usage: toOpenaiUsage(objectOf(usage)), ...serviceTierOf(objectOf(usage)) },
  );
}

const isEntry = (entry: string | number | undefined): entry is string | number => entry !== undefined;

interface Content {
  readonly text: string;
  readonly calls: readonly JsonObject[];
}

function readContent(blocks: readonly JsonObject[], { tools, output }: Agreement): Content {
  const called = blocks.filter(({ type }) => type === "tool_use");
  const isAnswer = ({ name }: JsonObject): boolean => output.kind === "tool" && name === output.name;
  const answer = called.find(isAnswer);
  const text = blocks.flatMap(({ type, text: said }) => (type === "text" ? (textOf(said) ?? "") : ""));
  return {
    text: answer === undefined ? text.join("") : JSON.stringify(unwrapAnswer(output, answer["input"]) ?? null),
    calls: called
      .filter((block) => !isAnswer(block))
      .map((block) => ({
        id: textOf(block["id"]) ?? "",
        type: "function",
        function: {
          name: tools.names.toCaller(textOf(block["name"]) ?? ""),
          arguments: JSON.stringify(block["input"] ?? {}),
        },
        ...callerFields(block),
      })),
  };
}

/** Where a call comes from when it is not the model itself: kept for callers that run code at the vendor's. */
export function callerFields({ caller, toolset_name: toolset }: JsonObject): JsonObject {
  const fields = {
    ...(isObject(caller) && caller["type"] !== "direct" ? { caller } : {}),
    ...(typeof toolset === "string" ? { toolset_name: toolset } : {}),
  };
  return Object.keys(fields).length === 0 ? {} : { provider_specific_fields: fields };
}

function writeMessage(message: JsonObject, blocks: readonly JsonObject[], { text, calls }: Content): JsonObject {
  const thoughts = blocks.map(toThinkingBlock).filter((block) => block !== undefined);
  const reasoning = thoughts.map(({ thinking }) => textOf(thinking) ?? "").join("");
  const citations = blocks.map(citationsOf).filter((list) => list.length > 0);
  const { container, context_management: management } = message;
  const fields = {
    ...(citations.length === 0 ? {} : { citations }),
    ...serverFields(blocks),
    ...(isObject(container) ? { container } : {}),
    ...(isObject(management) ? { context_management: management } : {}),
    ...stopFields(message),
    ...orderField(blocks.map(({ type, text: said }) => toOrderEntry(type, textOf(said) ?? "")).filter(isEntry)),
  };
  return {
    content: text === "" && calls.length > 0 ? null : text,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(thoughts.length === 0 ? {} : { thinking_blocks: thoughts }),
    ...(Object.keys(fields).length === 0 ? {} : { provider_specific_fields: fields }),
  };
}
