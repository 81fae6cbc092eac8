import { defineTranslator } from "./define-translator.ts";
import { readBetas } from "./openai-chat-to-anthropic-messages/betas.ts";
import { FIELDS } from "./openai-chat-to-anthropic-messages/fields.ts";
import { readMessagesOptions } from "./openai-chat-to-anthropic-messages/options.ts";
import { fileUrls } from "./openai-chat-to-anthropic-messages/parts.ts";
import { readMessageReply } from "./openai-chat-to-anthropic-messages/reply.ts";
import { writeMessagesRequest } from "./openai-chat-to-anthropic-messages/request.ts";
import { MessagesStream } from "./openai-chat-to-anthropic-messages/stream.ts";

/**
 * Chats over Anthropic's Messages API, at Anthropic or on a cloud; what differs there is told by the route's `options`
 * ({@link MessagesOptions}).
 * Source: https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28).
 */
export const openaiChatToAnthropicMessages = defineTranslator({
  from: "openai-chat",
  to: "anthropic-messages",
  fields: FIELDS,
  request: writeMessagesRequest,
  response: readMessageReply,
  stream: (context) => new MessagesStream(context),
  mediaUrls: (body, options) => (readMessagesOptions(options).takesNoUrls ? fileUrls(body) : []),
  headers: (body, options) => {
    const betas = readMessagesOptions(options).betasInBody ? [] : readBetas(body);
    return betas.length === 0 ? {} : { "anthropic-beta": betas.join(",") };
  },
});
