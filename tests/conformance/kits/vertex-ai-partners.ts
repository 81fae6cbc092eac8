import { isObject, listOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import { anthropicError, checkAnthropicBody } from "../../support/anthropic-rules.ts";
import { checkGeminiRequest, checkKey, googleError, VERTEX } from "../../support/gemini-rules.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { CLAUDE_ANSWERS } from "./anthropic.ts";
import { GEMINI_ANSWERS } from "./gemini.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const PROVIDER = { providers: ["vertex_ai"], params: { vertex_project: "project" } } satisfies Partial<VendorKit>;

/** A tuned Gemini, which is deployed to an endpoint that has a number for a name. */
export const vertexAiTunedKit = defineKit({
  ...GEMINI_ANSWERS,
  ...PROVIDER,
  model: "gemini/4965075652664360960",
  check: (request) => checkGeminiRequest(request, { path: /\/endpoints\/(\d+)$/, isVertex: true }),
});

const CLAUDE = "claude-sonnet-4-5@20250929";

/** What Vertex refuses beside Anthropic's own rules: the model is told by the path, the version by the body. */
const checkClaude = (request: RecordedRequest): ScriptedReply | undefined => {
  const refusal = checkKey(request, VERTEX);
  if (refusal !== undefined) return refusal;
  const [, model, method] = /\/publishers\/anthropic\/models\/([^/:]+):(\w+)$/.exec(request.path) ?? [];
  if (model === undefined || decodeURIComponent(model) !== CLAUDE) {
    return googleError(404, "NOT_FOUND", "Publisher Model was not found.");
  }
  if (!isObject(request.json))
    return anthropicError(400, "invalid_request_error", "body: Input should be a dictionary");
  const { anthropic_version: version, ...body } = request.json;
  const isStream = body["stream"] === true;
  const fault =
    version !== "vertex-2023-10-16"
      ? "anthropic_version: Field required"
      : body["model"] !== undefined
        ? "model: Extra inputs are not permitted"
        : method !== (isStream ? "streamRawPredict" : "rawPredict")
          ? "stream: does not fit the method"
          : checkAnthropicBody({ ...body, model: CLAUDE }, request.headers.get("anthropic-beta") ?? "");
  return fault === undefined ? undefined : anthropicError(400, "invalid_request_error", fault);
};

/**
 * Claude on Vertex AI.
 * Source: https://platform.claude.com/docs/en/build-with-claude/claude-models-on-google-cloud/google-managed (read 2026-11-28).
 */
export const vertexAiClaudeKit = defineKit({
  ...CLAUDE_ANSWERS,
  ...PROVIDER,
  model: CLAUDE,
  check: checkClaude,
});

const HEAD = { id: "chatcmpl-1", created: 1_764_000_000, model: "some-model" };
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const CALL = { id: "call_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } };

const whole = (message: JsonObject, reason: string): ScriptedReply => ({
  body: {
    ...HEAD,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: reason }],
    usage: USAGE,
  },
});

const frame = (fields: JsonObject): string =>
  `data: ${JSON.stringify({ ...HEAD, object: "chat.completion.chunk", ...fields })}\n\n`;

const said = (delta: JsonObject, reason: string | null = null): string =>
  frame({ choices: [{ index: 0, delta, finish_reason: reason }] });

const streamed = (...frames: readonly string[]): { readonly chunks: readonly string[] } => ({
  chunks: [...frames, frame({ choices: [], usage: USAGE }), "data: [DONE]\n\n"],
});

const OPENAI_ANSWERS = {
  operation: "chat",
  simple: whole({ content: "caf\u00e9" }, "stop"),
  stream: streamed(said({ role: "assistant", content: "ca" }), said({ content: "f\u00e9" }), said({}, "stop")),
  tool: whole({ content: null, tool_calls: [CALL] }, "tool_calls"),
  toolStream: streamed(said({ role: "assistant", tool_calls: [{ index: 0, ...CALL }] }), said({}, "tool_calls")),
  error: GEMINI_ANSWERS.error,
  skipped: { "unsupported parameters": "the vendor speaks OpenAI's format: all parameters are its own to judge" },
} satisfies Partial<VendorKit>;

const checkOpenai = (request: RecordedRequest, model: string): ScriptedReply | undefined => {
  const refusal = checkKey(request, VERTEX);
  if (refusal !== undefined) return refusal;
  if (!isObject(request.json)) return googleError(400, "INVALID_ARGUMENT", "Invalid JSON payload received.");
  if (request.json["model"] !== model) return googleError(404, "NOT_FOUND", "The model was not found.");
  return listOf(request.json["messages"]).length === 0
    ? googleError(400, "INVALID_ARGUMENT", "messages are missing")
    : undefined;
};

const OPEN_MODEL = "meta/llama-4-maverick-17b-128e-instruct-maas";

/**
 * Open models as a service, in OpenAI's format.
 * Source: https://cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis (read 2026-11-28).
 */
export const vertexAiOpenModelsKit = defineKit({
  ...OPENAI_ANSWERS,
  ...PROVIDER,
  model: OPEN_MODEL,
  check: (request) =>
    request.path.endsWith("/endpoints/openapi/chat/completions")
      ? checkOpenai(request, OPEN_MODEL)
      : googleError(404, "NOT_FOUND", "Not found."),
});

const MISTRAL = "mistral-small-2503";

/** Mistral's models. Source: https://docs.mistral.ai/models/deployment/cloud-deployments/vertex (read 2026-11-28). */
export const vertexAiMistralKit = defineKit({
  ...OPENAI_ANSWERS,
  ...PROVIDER,
  model: MISTRAL,
  check: (request) => {
    const isStream = isObject(request.json) && request.json["stream"] === true;
    const method = isStream ? "streamRawPredict" : "rawPredict";
    return request.path.endsWith(`/publishers/mistralai/models/${MISTRAL}:${method}`)
      ? checkOpenai(request, MISTRAL)
      : googleError(404, "NOT_FOUND", "Publisher Model was not found.");
  },
});
