import { objectOf, textOf } from "../core/json-values.ts";
import type { ChunkSink, JsonObject, ReplyContext, StreamEvent, StreamTranslator } from "../core/translation.ts";
import { readStreamFailure } from "../dialects/bedrock/stream-failure.ts";
import { parseJsonText } from "../wire/json-depth.ts";
import { defineTranslator } from "./define-translator.ts";
import { MessagesStream } from "./openai-chat-to-anthropic-messages/stream.ts";
import { openaiChatToAnthropicMessages as messages } from "./openai-chat-to-anthropic-messages.ts";

/**
 * Claude by Bedrock's InvokeModel: Anthropic's own Messages API in AWS' envelope. Options of the route are those of
 * {@link messages}; streams are AWS event streams whose chunks hold Anthropic's events in base64.
 * Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_PayloadPart.html (read 2026-11-28).
 */
export const openaiChatToBedrockClaudeMessages = defineTranslator({
  from: "openai-chat",
  to: "bedrock-claude-messages",
  fields: messages.fields,
  framing: "aws-event-stream",
  request: messages.request,
  response: messages.response,
  stream: (context) => new UnwrappedStream(context),
  ...(messages.mediaUrls === undefined ? {} : { mediaUrls: messages.mediaUrls }),
});

class UnwrappedStream implements StreamTranslator {
  readonly #inner: MessagesStream;

  constructor(context: ReplyContext) {
    this.#inner = new MessagesStream(context);
  }

  event(event: StreamEvent, sink: ChunkSink): void {
    const failure = readStreamFailure(event);
    if (failure !== undefined) {
      sink.fail(failure);
      return;
    }
    const bytes = textOf(objectOf(JSON.parse(event.data))["bytes"]);
    if (event.event !== "chunk" || bytes === undefined) {
      return;
    }
    const data = Buffer.from(bytes, "base64").toString("utf8");
    this.#inner.event({ event: textOf(objectOf(parseJsonText(data))["type"]) ?? "", data }, sink);
  }

  end(): boolean {
    return this.#inner.end();
  }

  get usage(): JsonObject | undefined {
    return this.#inner.usage;
  }
}
