import { isObject, listOf, objectOf, objectsOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import {
  AWS_KEYS,
  awsError,
  awsException,
  awsPayloadParts,
  checkAwsSignature,
  EVENT_STREAM,
} from "../../support/aws-rules.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const ENDPOINT = "my-endpoint";
const COMPONENT = "my-component";
const REGION = "eu-west-1";

const KEYS = {
  api_key: null,
  aws_access_key_id: AWS_KEYS.accessKeyId,
  aws_secret_access_key: AWS_KEYS.secretAccessKey,
  aws_region_name: REGION,
};

/**
 * Exceptions by status. Source: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html,
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/CommonErrors.html (read 2026-11-28).
 */
const EXCEPTIONS: Readonly<Record<number, string>> = {
  401: "UnrecognizedClientException",
  403: "AccessDeniedException",
  424: "ModelError",
  429: "ThrottlingException",
  500: "InternalFailure",
  503: "ServiceUnavailable",
  530: "InternalDependencyException",
};

const error = (status: number, message: string): ScriptedReply => {
  const type = EXCEPTIONS[status] ?? "ValidationError";
  return { ...awsError(status, type, message), body: { Message: message } };
};

/** What the container says is an error of the model. */
const fromModel = (status: number, told: string): ScriptedReply =>
  error(424, `Received client error (${status}) from primary with message "${JSON.stringify({ error: told })}".`);

/** SageMaker's own rules: an address, a signature, an inference component. */
const checkCall = (request: RecordedRequest, component?: string): ScriptedReply | undefined => {
  const isStream = request.path === `/endpoints/${ENDPOINT}/invocations-response-stream`;
  if (!isStream && request.path !== `/endpoints/${ENDPOINT}/invocations`) {
    return error(400, `Endpoint ${request.path} of account 123456789012 not found.`);
  }
  const signature = checkAwsSignature(request, { service: "sagemaker", region: REGION });
  if (signature !== undefined) return signature;
  if ((request.headers.get("x-amzn-sagemaker-inference-component") ?? undefined) !== component) {
    return error(400, "Inference Component Name header is required for endpoints to which you plan to deploy");
  }
  if (request.headers.get("content-type") !== "application/json") return fromModel(415, "Unsupported Media Type");
  if (!isObject(request.json)) return fromModel(400, "the body is no object");
  // The container does not know how it was invoked: it streams when the body says so.
  const streams = request.json["stream"] === true;
  return streams === isStream ? undefined : fromModel(422, "'stream' does not fit the way of invocation");
};

const LIMITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  frequency_penalty: (value) => Number(value) > -2,
  max_new_tokens: (value) => Number.isInteger(value) && Number(value) > 0,
  repetition_penalty: (value) => Number(value) > 0,
  seed: (value) => Number.isInteger(value),
  stop: (value) => Array.isArray(value) && value.length <= 4 && value.every((item) => typeof item === "string"),
  temperature: (value) => Number(value) > 0,
  top_k: (value) => Number.isInteger(value) && Number(value) > 0,
  top_p: (value) => Number(value) > 0 && Number(value) < 1,
};

const PARAMETERS: readonly string[] = [
  ...Object.keys(LIMITS),
  ...["adapter_id", "best_of", "decoder_input_details", "details", "do_sample", "grammar", "return_full_text"],
  ...["top_n_tokens", "truncate", "typical_p", "watermark"],
];

const findGenerationFault = (body: JsonObject): string | undefined => {
  const { inputs, parameters = {}, ...rest } = body;
  if (typeof inputs !== "string" || inputs === "") return "`inputs` must be non empty";
  const unknown = Object.keys(rest).find((name) => name !== "stream");
  if (unknown !== undefined || !isObject(parameters)) return `unknown field \`${unknown}\``;
  const odd = Object.keys(parameters).find((name) => !PARAMETERS.includes(name));
  if (odd !== undefined) return `unknown parameter \`${odd}\``;
  const bad = Object.entries(parameters).find(([name, value]) => LIMITS[name]?.(value) === false);
  if (bad !== undefined) return `\`${bad[0]}\` is out of bounds`;
  return body["stream"] === true && parameters["decoder_input_details"] === true
    ? "`decoder_input_details` == true is not supported when streaming tokens"
    : undefined;
};

const token = (text: string, special = false): JsonObject => ({ id: 1, text, logprob: -0.34, special });

const sse = (events: readonly unknown[]): string => events.map((event) => `data:${JSON.stringify(event)}\n\n`).join("");

const parts = (
  text: string,
): { readonly headers: Readonly<Record<string, string>>; readonly chunks: Uint8Array[] } => ({
  headers: { ...EVENT_STREAM, "x-amzn-sagemaker-content-type": "text/event-stream" },
  chunks: awsPayloadParts(text),
});

const TOKENS = [
  { index: 1, token: token("ca"), generated_text: null, details: null },
  { index: 2, token: token("f\u00e9"), generated_text: null, details: null },
];

/**
 * Text generation by Hugging Face's container. The tokens of the prompt are counted by `prefill` in whole replies.
 * Source: https://github.com/huggingface/text-generation-inference/blob/main/docs/openapi.json (`/invocations`, read 2026-11-28).
 */
export const sagemakerKit: VendorKit = defineKit({
  providers: ["sagemaker"],
  operation: "chat",
  model: ENDPOINT,
  params: { ...KEYS, details: true },
  check: (request) => {
    const fault = findGenerationFault(objectOf(request.json));
    return checkCall(request) ?? (fault === undefined ? undefined : fromModel(422, `Input validation error: ${fault}`));
  },
  simple: {
    body: [
      {
        generated_text: "caf\u00e9",
        details: {
          finish_reason: "eos_token",
          generated_tokens: 7,
          seed: null,
          prefill: Array.from({ length: 11 }, () => ({ id: 1, text: "a", logprob: null })),
          tokens: [],
        },
      },
    ],
  },
  stream: parts(
    sse([
      ...TOKENS,
      {
        index: 3,
        token: token("</s>", true),
        generated_text: "caf\u00e9",
        details: { finish_reason: "eos_token", generated_tokens: 7, input_length: 11, seed: null },
      },
    ]),
  ),
  error,
  failingStream: parts(sse([...TOKENS.slice(0, 1), { error: "Model is overloaded", error_type: "overloaded" }])),
  contextWindow: {
    status: 424,
    message:
      'Received client error (422) from primary with message "{"error":"Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048. Given: 2000 `inputs` tokens and 512 `max_new_tokens`","error_type":"validation"}".',
  },
  skipped: {
    tools: "text generation has no tools",
    images: "prompts are text",
    "structured output": "the container's `grammar` is the vendor's own parameter",
  },
});

const ROLES: readonly unknown[] = ["system", "user", "assistant", "tool"];

const findChatFault = ({ messages, tools, stop }: JsonObject): string | undefined => {
  if (listOf(messages).length === 0) return "missing field `messages`";
  const isMessage = ({ role, content, tool_calls: calls }: JsonObject): boolean =>
    ROLES.includes(role) && (typeof content === "string" || Array.isArray(content) || Array.isArray(calls));
  if (!objectsOf(messages).every(isMessage)) return "data did not match any variant of untagged enum MessageBody";
  const isTool = (tool: JsonObject): boolean => isObject(tool["function"]) && tool["type"] === "function";
  if (!objectsOf(tools).every(isTool)) return "missing field `function`";
  return stop === undefined || Array.isArray(stop) ? undefined : "invalid type: string, expected a sequence";
};

const HEAD = { id: "", created: 1_764_000_000, model: "tgi", system_fingerprint: "3.3.4-native" };
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const CALL = { id: "0", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } };

const whole = (message: JsonObject, reason: string): ScriptedReply => ({
  body: {
    ...HEAD,
    object: "chat.completion",
    choices: [{ index: 0, message: { role: "assistant", ...message }, logprobs: null, finish_reason: reason }],
    usage: USAGE,
  },
});

const chunk = (choices: readonly unknown[], usage: JsonObject | null = null): JsonObject => ({
  ...HEAD,
  object: "chat.completion.chunk",
  choices,
  usage,
});

const said = (delta: JsonObject, reason: string | null = null): JsonObject =>
  chunk([{ index: 0, delta, logprobs: null, finish_reason: reason }]);

const chatStream = (...chunks: readonly JsonObject[]) => parts(`${sse([...chunks, chunk([], USAGE)])}data: [DONE]\n\n`);

/**
 * Chats of containers that speak OpenAI's format, at an inference component.
 * Sources: https://huggingface.co/docs/text-generation-inference/messages_api#amazon-sagemaker, the openapi.json above (read 2026-11-28).
 */
export const sagemakerChatKit: VendorKit = defineKit({
  providers: ["sagemaker_chat"],
  operation: "chat",
  model: ENDPOINT,
  params: { ...KEYS, model_id: COMPONENT },
  check: (request) => {
    const fault = findChatFault(objectOf(request.json));
    return checkCall(request, COMPONENT) ?? (fault === undefined ? undefined : fromModel(422, fault));
  },
  simple: whole({ content: "caf\u00e9" }, "stop"),
  stream: chatStream(said({ role: "assistant", content: "ca" }), said({ content: "f\u00e9" }), said({}, "stop")),
  tool: whole({ content: null, tool_calls: [CALL] }, "tool_calls"),
  toolStream: chatStream(said({ role: "assistant", tool_calls: [{ index: 0, ...CALL }] }), said({}, "tool_calls")),
  error,
  failingStream: {
    headers: EVENT_STREAM,
    chunks: [
      ...awsPayloadParts(sse([said({ role: "assistant", content: "ca" })])),
      awsException("InternalStreamFailure", "The model is overloaded.", "Message"),
    ],
  },
  contextWindow: {
    status: 424,
    message:
      'Received client error (400) from primary with message "{"message":"This model\'s maximum context length is 4096 tokens."}".',
  },
  skipped: { "unsupported parameters": "which parameters a container takes is not known, so all are sent" },
});

/**
 * Embeddings by Text Embeddings Inference, which tells no tokens in bodies, and SageMaker passes no headers of containers.
 * Source: https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json (`/embed`, read 2026-11-28).
 */
export const sagemakerEmbeddingKit: VendorKit = defineKit({
  providers: ["sagemaker"],
  operation: "embedding",
  model: ENDPOINT,
  params: KEYS,
  check: (request) => {
    const { inputs, ...rest } = objectOf(request.json);
    const texts = listOf(inputs);
    const known = ["dimensions", "normalize", "prompt_name", "truncate", "truncation_direction"];
    const isSound = texts.length > 0 && texts.every((text) => typeof text === "string");
    const unknown = Object.keys(rest).find((name) => !known.includes(name));
    return (
      checkCall(request) ??
      (isSound && unknown === undefined ? undefined : fromModel(422, `\`inputs\` cannot be empty; ${unknown}`))
    );
  },
  simple: { body: [[0.5, -1.25]] },
  embedding: { textsOf: ({ inputs }) => listOf(inputs), reply: (vectors) => ({ body: vectors }) },
  error,
  tellsNoUsage: "the container has none in its replies",
});
