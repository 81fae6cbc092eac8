import { withoutUndefined } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { isCohere, OCI_PLACE, writePlace } from "../dialects/oci/details.ts";
import { restOf } from "../dialects/openai/chat-params.ts";
import { remoteImageUrls } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";
import { writeCohereRequest } from "./openai-chat-to-oci-chat/cohere-request.ts";
import { writeGenericRequest } from "./openai-chat-to-oci-chat/generic-request.ts";
import { readReply } from "./openai-chat-to-oci-chat/reply.ts";
import { OciStream } from "./openai-chat-to-oci-chat/stream.ts";

const FIELDS = {
  frequency_penalty: "mapped",
  function_call: "mapped",
  functions: "mapped",
  logit_bias: "mapped",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  n: "mapped",
  parallel_tool_calls: "mapped",
  presence_penalty: "mapped",
  reasoning_effort: "mapped",
  response_format: "mapped",
  seed: "mapped",
  stop: "mapped",
  stream: "mapped",
  stream_options: "mapped",
  temperature: "mapped",
  tool_choice: "mapped",
  tools: "mapped",
  top_p: "mapped",
  verbosity: "mapped",
} as const;

/**
 * Chats with OCI's Generative AI: Cohere's models in the format COHERE (text only), all others in GENERIC. Parameters that
 * are not known go into `chatRequest` as they are (`topK`, `safetyMode`); `oci_compartment_id`, `oci_serving_mode` and
 * `oci_endpoint_id` say where the call runs.
 * Sources: https://docs.oracle.com/iaas/api/#/en/generative-ai-inference/20231130/ChatResult/Chat, PyPI `oci` 2.189.0,
 * Oracle's PyPI `langchain-oci` (read 2026-11-28).
 */
export const openaiChatToOciChat = defineTranslator({
  from: "openai-chat",
  to: "oci-chat",
  fields: FIELDS,
  mediaUrls: remoteImageUrls,
  request: (body, context): JsonObject => {
    const written = isCohere(context.model) ? writeCohereRequest(body, context) : writeGenericRequest(body, context);
    const streamed = context.isStream ? { isStream: true, streamOptions: { isIncludeUsage: true } } : {};
    const rest = restOf(body, { ...FIELDS, ...OCI_PLACE, top_k: "" });
    return {
      ...writePlace(body, context),
      chatRequest: { ...withoutUndefined(written), ...rest, ...streamed },
    };
  },
  response: readReply,
  stream: (context) => new OciStream(context),
});
