import { GatewayError } from "../core/errors.ts";
import { isObject, objectOf, objectsOf, textOf } from "../core/json-values.ts";
import type { JsonObject, ReplyContext } from "../core/translation.ts";
import { findFailure, toChatUsage, toFinishReason, toLogprobs, toMessage } from "../dialects/cohere/chat-reply.ts";
import { writeChatCompletion, writeUsage } from "../dialects/openai/chat-reply.ts";
import { defineTranslator } from "./define-translator.ts";
import { CHAT_FIELDS } from "./openai-chat-to-cohere-chat/fields.ts";
import { toCohereChat } from "./openai-chat-to-cohere-chat/request.ts";
import { CohereStream } from "./openai-chat-to-cohere-chat/stream.ts";

/**
 * Chats of Cohere's models. `documents`, `citation_options`, `safety_mode`, `thinking`, `k`, `p` and the like are the vendor's
 * own and pass; plans and citations are in `provider_specific_fields` of the message.
 * Source: https://docs.cohere.com/reference/chat (read 2026-11-28).
 */
export const openaiChatToCohereChat = defineTranslator({
  from: "openai-chat",
  to: "cohere-chat",
  fields: CHAT_FIELDS,
  request: toCohereChat,
  response: toCompletion,
  stream: (context) => new CohereStream(context),
});

function toCompletion(reply: unknown, context: ReplyContext): JsonObject {
  const { id, message, finish_reason: finishReason, usage, logprobs } = objectOf(reply);
  if (!isObject(message)) {
    throw new GatewayError("upstream-malformed", "the reply has no message");
  }
  const failure = findFailure(finishReason, undefined);
  if (failure !== undefined) {
    const kind = failure.status === 504 ? "upstream-timeout" : "upstream-failed";
    throw new GatewayError(kind, failure.message, { status: failure.status });
  }
  const items = objectsOf(logprobs);
  const choice = {
    message: toMessage(message),
    finishReason: toFinishReason(finishReason),
    ...(items.length === 0 ? {} : { logprobs: toLogprobs(items) }),
  };
  const citations = objectsOf(message["citations"]);
  return writeChatCompletion(context, { id: textOf(id) }, [choice], {
    usage: toChatUsage(usage) ?? writeUsage({ promptTokens: 0, completionTokens: 0 }),
    ...(citations.length === 0 ? {} : { citations }),
  });
}
