import { isObject } from "../core/json-values.ts";
import type { JsonObject, RequestContext } from "../core/translation.ts";
import { readMessages, remoteImageUrls } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";
import { JSON_INSTRUCTION } from "./openai-chat-to-anthropic-messages/structured-output.ts";
import { DocumentNames } from "./openai-chat-to-bedrock-converse/files.ts";
import { writeConversation } from "./openai-chat-to-bedrock-converse/messages.ts";
import { writeParams } from "./openai-chat-to-bedrock-converse/params.ts";
import { planConverse } from "./openai-chat-to-bedrock-converse/plan.ts";
import { readReply } from "./openai-chat-to-bedrock-converse/reply.ts";
import { ConverseStream } from "./openai-chat-to-bedrock-converse/stream.ts";

const FIELDS = {
  function_call: "mapped",
  functions: "mapped",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  reasoning_effort: "mapped",
  response_format: "emulated",
  service_tier: "mapped",
  stop: "mapped",
  stream: "emulated",
  stream_options: "emulated",
  temperature: "mapped",
  tool_choice: "mapped",
  tools: "mapped",
  top_p: "mapped",
} as const;

/**
 * Chats by Bedrock's Converse API. Fields that Converse has (`guardrailConfig`, `performanceConfig`, `requestMetadata`, ...) pass as
 * they are, all others are the model's own and go into `additionalModelRequestFields`.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and
 * https://www.npmjs.com/package/@aws-sdk/client-bedrock-runtime 3.1164.0 (read 2026-11-28).
 */
export const openaiChatToBedrockConverse = defineTranslator({
  from: "openai-chat",
  to: "bedrock-converse",
  fields: FIELDS,
  framing: "aws-event-stream",
  request: writeRequest,
  response: readReply,
  stream: (context) => new ConverseStream(context),
  mediaUrls: (body) => [...remoteImageUrls(body), ...remoteFileUrls(body)],
});

function writeRequest(body: JsonObject, { model, ledger, media }: RequestContext): JsonObject {
  const messages = readMessages(body);
  const plan = planConverse(body, model);
  const writing = { ledger, media, documents: new DocumentNames(), takesCachePoints: plan.traits.takesCachePoints };
  const { system, messages: turns, calledTools } = writeConversation(messages, writing);
  const instructed = plan.output.kind === "instruction" ? [...system, { text: JSON_INSTRUCTION }] : system;
  return {
    messages: turns,
    ...(instructed.length === 0 ? {} : { system: instructed }),
    ...writeParams(body, { plan, ledger, messages, calledTools, known: FIELDS }),
  };
}

/** URLs in place of the ids of uploaded files, as LiteLLM's callers send them. Never throws. */
function remoteFileUrls(body: JsonObject): readonly string[] {
  const messages = Array.isArray(body["messages"]) ? body["messages"].filter(isObject) : [];
  const parts = messages.flatMap(({ content }) => (Array.isArray(content) ? content.filter(isObject) : []));
  return parts.flatMap(({ type, file }) => {
    const id = type === "file" && isObject(file) && file["file_data"] === undefined ? file["file_id"] : undefined;
    return typeof id === "string" && /^https?:/i.test(id) ? [id] : [];
  });
}
