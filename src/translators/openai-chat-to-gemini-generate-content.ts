import { GatewayError } from "../core/errors.ts";
import { objectOf, shownOf } from "../core/json-values.ts";
import type { FieldFate, JsonObject, RequestContext } from "../core/translation.ts";
import { restOf } from "../dialects/openai/chat-params.ts";
import { readMessages } from "../dialects/openai/chat-request.ts";
import { defineTranslator } from "./define-translator.ts";
import { toContents } from "./openai-chat-to-gemini-generate-content/contents.ts";
import { toGenerationConfig } from "./openai-chat-to-gemini-generate-content/generation-config.ts";
import { findMediaUrls } from "./openai-chat-to-gemini-generate-content/media-parts.ts";
import { toCompletion } from "./openai-chat-to-gemini-generate-content/reply.ts";
import { GeminiStream } from "./openai-chat-to-gemini-generate-content/stream.ts";
import { toTools } from "./openai-chat-to-gemini-generate-content/tools.ts";
import { withVendorParams } from "./openai-chat-to-gemini-generate-content/vendor-params.ts";

const FIELDS: Readonly<Record<string, FieldFate>> = {
  audio: "mapped",
  frequency_penalty: "mapped",
  function_call: "mapped",
  functions: "mapped",
  logprobs: "mapped",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  modalities: "mapped",
  n: "mapped",
  parallel_tool_calls: "emulated",
  presence_penalty: "mapped",
  reasoning_effort: "mapped",
  response_format: "mapped",
  seed: "forwarded",
  service_tier: "mapped",
  stop: "mapped",
  stream: "mapped",
  stream_options: "emulated",
  temperature: "forwarded",
  tool_choice: "mapped",
  tools: "mapped",
  top_logprobs: "mapped",
  top_p: "mapped",
  web_search_options: "mapped",
};

/** Parameters that LiteLLM takes for every vendor beside OpenAI's. */
const KNOWN: Readonly<Record<string, unknown>> = { ...FIELDS, thinking: "mapped", top_k: "mapped" };

/** OpenAI's tiers by the vendor's names. Source: `ServiceTier` of `@google/genai` 3.3.0 (read 2026-11-28). */
const TIERS: Readonly<Record<string, string>> = { default: "standard", flex: "flex", priority: "priority" };

/**
 * Google's Gemini, on AI Studio and on Vertex AI.
 * Route options: `isVertex`: the vendor opens public URLs of files itself.
 * Source: https://ai.google.dev/api/generate-content,
 * https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference (read 2026-11-28).
 */
export const openaiChatToGeminiGenerateContent = defineTranslator({
  from: "openai-chat",
  to: "gemini-generate-content",
  fields: FIELDS,
  request: (body, context) => {
    const { contents, systemInstruction } = toContents(readMessages(body), context);
    const generationConfig = toGenerationConfig(body, context);
    const serviceTier = toServiceTier(body, context);
    const written = {
      contents,
      ...(systemInstruction === undefined ? {} : { systemInstruction }),
      ...toTools(body, context),
      ...(serviceTier === undefined ? {} : { serviceTier }),
      generationConfig,
    };
    return withVendorParams(written, restOf(body, KNOWN));
  },
  response: (reply, context) => {
    const read = objectOf(reply);
    const completion = toCompletion(read, context);
    if (completion === undefined) {
      throw new GatewayError("upstream-malformed", "the reply has no candidates");
    }
    return completion;
  },
  stream: (context) => new GeminiStream(context),
  mediaUrls: (body, options) => findMediaUrls(body, options["isVertex"] === true),
});

function toServiceTier(body: JsonObject, { ledger }: RequestContext): string | undefined {
  const { service_tier: tier } = body;
  if (tier === undefined || tier === null || tier === "auto") {
    return undefined;
  }
  if (typeof tier === "string" && Object.hasOwn(TIERS, tier)) {
    return TIERS[tier];
  }
  ledger.refuse("service_tier", `the service tier '${shownOf(tier)}'`);
  return undefined;
}
