import type { Operation } from "../../core/operation.ts";
import { OPENAI_PARAMS } from "../../dialects/openai/params.ts";
import type { JsonSchema } from "../../http/endpoint-description.ts";

/** Bodies of an operation. */
export interface OperationSchemas {
  readonly request: JsonSchema;
  readonly response: JsonSchema;
  readonly streams: boolean;
}

/** Every error, whatever its status (contract 3.4). */
const ERROR_SCHEMA: JsonSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: {
        message: { type: "string" },
        type: { type: "string", examples: ["invalid_request_error"] },
        param: { type: ["string", "null"], description: "The request field at fault." },
        code: { type: ["string", "null"], description: "The HTTP status as text." },
        provider_specific_fields: { type: "object", description: "The vendor's own error, when there is one." },
      },
    },
  },
};

const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });
const list = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const TEXT: JsonSchema = { type: "string" };
const INTEGER: JsonSchema = { type: "integer" };
const NUMBER: JsonSchema = { type: "number" };
const BOOLEAN: JsonSchema = { type: "boolean" };
const OBJECT: JsonSchema = { type: "object" };
const MODEL: JsonSchema = {
  type: "string",
  description: "A model name of `/v1/models`, an alias, or a deployment id. Needed unless the path names the model.",
};
const TEXT_OR_TOKENS: JsonSchema = {
  description: "A text, a list of texts, token ids, or a list of lists of token ids.",
  oneOf: [TEXT, list(TEXT), list(INTEGER), list(list(INTEGER))],
};

/** Types of OpenAI's parameters, where they are plain; the others are left open. */
const PARAM_TYPES: Readonly<Record<string, JsonSchema>> = {
  audio: OBJECT,
  best_of: INTEGER,
  dimensions: INTEGER,
  echo: BOOLEAN,
  encoding_format: { enum: ["float", "base64"] },
  frequency_penalty: { type: "number", minimum: -2, maximum: 2 },
  functions: list(OBJECT),
  logit_bias: OBJECT,
  max_completion_tokens: INTEGER,
  max_tokens: INTEGER,
  modalities: list(TEXT),
  n: INTEGER,
  parallel_tool_calls: BOOLEAN,
  prediction: OBJECT,
  presence_penalty: { type: "number", minimum: -2, maximum: 2 },
  prompt_cache_key: TEXT,
  reasoning_effort: TEXT,
  response_format: OBJECT,
  safety_identifier: TEXT,
  seed: INTEGER,
  service_tier: TEXT,
  stop: { oneOf: [TEXT, list(TEXT)] },
  store: BOOLEAN,
  stream: { type: "boolean", description: "Answer as server-sent events." },
  stream_options: { type: "object", properties: { include_usage: BOOLEAN } },
  suffix: TEXT,
  temperature: { type: "number", minimum: 0, maximum: 2 },
  tools: list(OBJECT),
  top_logprobs: INTEGER,
  top_p: { type: "number", minimum: 0, maximum: 1 },
  user: TEXT,
  verbosity: TEXT,
  web_search_options: OBJECT,
};

/** What the gateway itself reads of any call (contract 2.6). */
const GATEWAY_PARAMS: Readonly<Record<string, JsonSchema>> = {
  metadata: { type: "object", description: "For logs; not sent to the vendor." },
  timeout: { type: "number", description: "Seconds that the whole answer may take." },
  drop_params: { type: "boolean", description: "Drop parameters that the vendor refuses instead of answering 400." },
  allowed_openai_params: list(TEXT),
  additional_drop_params: list(TEXT),
};

function toRequest(
  operation: Operation,
  required: readonly string[],
  own: Readonly<Record<string, JsonSchema>>,
): JsonSchema {
  const nullable = OPENAI_PARAMS[operation].map((name) => [name, orNull(PARAM_TYPES[name] ?? {})]);
  return {
    type: "object",
    required,
    properties: { ...own, ...Object.fromEntries(nullable), ...GATEWAY_PARAMS },
    additionalProperties: true,
    description: "Parameters that are not listed go to the vendor as they are.",
  };
}

const orNull = (schema: JsonSchema): JsonSchema =>
  Object.keys(schema).length === 0 ? schema : { oneOf: [schema, { type: "null" }] };

const SHARED_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  Message: {
    type: "object",
    required: ["role"],
    properties: {
      role: { enum: ["developer", "system", "user", "assistant", "tool", "function"] },
      content: {
        description: "A text, or a list of parts (text, images, audio, files).",
        oneOf: [TEXT, list(OBJECT), { type: "null" }],
      },
      name: TEXT,
      tool_calls: list(OBJECT),
      tool_call_id: TEXT,
    },
    additionalProperties: true,
  },
  Usage: {
    type: "object",
    properties: { prompt_tokens: INTEGER, completion_tokens: INTEGER, total_tokens: INTEGER },
    additionalProperties: true,
  },
};

const REPLY_HEAD: Readonly<Record<string, JsonSchema>> = { id: TEXT, created: INTEGER, model: TEXT };

/** Requests and answers as OpenAI has them; vendors may add fields to both. */
const BODY_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ChatRequest: toRequest("chat", ["messages"], { model: MODEL, messages: list(ref("Message")) }),
  ChatResponse: {
    type: "object",
    properties: {
      ...REPLY_HEAD,
      object: { const: "chat.completion" },
      choices: list({
        type: "object",
        properties: { index: INTEGER, message: ref("Message"), finish_reason: { type: ["string", "null"] } },
      }),
      usage: ref("Usage"),
    },
  },
  CompletionRequest: toRequest("completion", ["prompt"], { model: MODEL, prompt: TEXT_OR_TOKENS }),
  CompletionResponse: {
    type: "object",
    properties: {
      ...REPLY_HEAD,
      object: { const: "text_completion" },
      choices: list({
        type: "object",
        properties: { index: INTEGER, text: TEXT, finish_reason: { type: ["string", "null"] } },
      }),
      usage: ref("Usage"),
    },
  },
  EmbeddingRequest: toRequest("embedding", ["input"], { model: MODEL, input: TEXT_OR_TOKENS }),
  EmbeddingResponse: {
    type: "object",
    properties: {
      object: { const: "list" },
      data: list({
        type: "object",
        properties: {
          object: { const: "embedding" },
          index: INTEGER,
          embedding: { description: "Numbers, or base64 when asked for.", oneOf: [list(NUMBER), TEXT] },
        },
      }),
      model: TEXT,
      usage: ref("Usage"),
    },
  },
  ModerationRequest: toRequest("moderation", ["input"], {
    model: MODEL,
    input: { description: "A text, texts, or parts with images.", oneOf: [TEXT, list(TEXT), list(OBJECT)] },
  }),
  ModerationResponse: {
    type: "object",
    properties: {
      id: TEXT,
      model: TEXT,
      results: list({
        type: "object",
        properties: {
          flagged: BOOLEAN,
          categories: { type: "object", additionalProperties: BOOLEAN },
          category_scores: { type: "object", additionalProperties: NUMBER },
        },
      }),
    },
  },
  RerankRequest: toRequest("rerank", ["query", "documents"], {
    model: MODEL,
    query: TEXT,
    documents: { description: "Texts, or objects with a text.", oneOf: [list(TEXT), list(OBJECT)] },
  }),
  RerankResponse: {
    type: "object",
    properties: {
      id: TEXT,
      results: list({ type: "object", properties: { index: INTEGER, relevance_score: NUMBER, document: OBJECT } }),
      meta: OBJECT,
    },
  },
};

/** Everything under `components.schemas`. */
export const SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  ...SHARED_SCHEMAS,
  ...BODY_SCHEMAS,
  Error: ERROR_SCHEMA,
};

const bodies = (name: string, streams: boolean): OperationSchemas => ({
  request: ref(`${name}Request`),
  response: ref(`${name}Response`),
  streams,
});

/** Which schemas an operation's bodies have. */
export const OPERATION_SCHEMAS: Readonly<Record<Operation, OperationSchemas>> = {
  chat: bodies("Chat", true),
  completion: bodies("Completion", true),
  embedding: bodies("Embedding", false),
  moderation: bodies("Moderation", false),
  rerank: bodies("Rerank", false),
};
