import { isObject, listOf, objectOf, objectsOf, textOf } from "../../../src/core/json-values.ts";
import type { JsonObject } from "../../../src/core/translation.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type Ranked } from "./vendor-kit.ts";

const error = (status: number, message: string): ScriptedReply => ({
  status,
  body: { errors: [{ code: "some_code", message }], trace: "t1", status_code: status },
});

const PATHS: readonly string[] = ["/ml/v1/text/chat", "/ml/v1/text/chat_stream"];

/** Fields of a body. Source: PyPI ibm-watsonx-ai 1.8.1, `TextChatParameters` and `_prepare_chat_payload` (read 2026-11-28). */
const FIELDS: readonly string[] = [
  ...["model_id", "messages", "project_id", "space_id", "tools", "tool_choice", "tool_choice_option", "crypto"],
  ...["frequency_penalty", "logprobs", "top_logprobs", "presence_penalty", "response_format", "temperature"],
  ...["max_tokens", "max_completion_tokens", "time_limit", "top_p", "n", "logit_bias", "seed", "stop"],
  ...["guided_choice", "guided_regex", "guided_grammar", "guided_json", "chat_template_kwargs", "reasoning_effort"],
  ...["include_reasoning", "repetition_penalty", "length_penalty"],
];

/** What every call needs: a token, a version, a model and a place, and no field that is not known. */
const checkCall = (
  request: RecordedRequest,
  paths: readonly string[],
  fields: readonly string[],
): ScriptedReply | undefined => {
  const body = objectOf(request.json);
  if (!paths.includes(request.path)) return error(404, "not found");
  if (!/^Bearer \S+$/.test(request.headers.get("authorization") ?? "")) return error(401, "no token");
  if (!/^\d{4}-\d{2}-\d{2}$/.test(request.query.get("version") ?? "")) return error(400, "version is missing");
  if (textOf(body["model_id"]) === undefined) return error(400, "model_id is missing");
  if ((body["project_id"] === undefined) === (body["space_id"] === undefined)) {
    return error(400, "one of project_id and space_id is needed");
  }
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  return unknown === undefined ? undefined : error(400, `unknown field ${unknown}`);
};

const check = (request: RecordedRequest): ScriptedReply | undefined => {
  const refusal = checkCall(request, PATHS, FIELDS);
  if (refusal !== undefined) return refusal;
  const body = objectOf(request.json);
  if (objectsOf(body["messages"]).length === 0) return error(400, "messages are missing");
  if (body["tool_choice"] !== undefined && !isObject(body["tool_choice"]))
    return error(400, "tool_choice is no object");
  return undefined;
};

const head = { id: "chat-1", model_id: "ibm/granite", created: 1_764_000_000, created_at: "2025-11-24T16:00:00.000Z" };
const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const call = { id: "look_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } };

const whole = (message: JsonObject, reason: string): JsonObject => ({
  ...head,
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: reason }],
  usage,
});

const frame = (choices: readonly JsonObject[], more: JsonObject = {}, event = "message"): string =>
  `id: 1\nevent: ${event}\ndata: ${JSON.stringify({ ...head, choices, ...more })}\n\n`;
const delta = (said: JsonObject, reason: string | null = null): string =>
  frame([{ index: 0, delta: said, finish_reason: reason }]);

const PARAMS = { project_id: "project-1", api_key: null, token: "iam-token" };

/** IBM's watsonx.ai. Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-chat (read 2026-11-28). */
export const watsonxChatKit = defineKit({
  providers: ["watsonx"],
  operation: "chat",
  params: PARAMS,
  check,
  simple: { body: whole({ content: "café" }, "stop") },
  stream: {
    chunks: [
      delta({ role: "assistant", content: "ca" }),
      delta({ content: "fé" }),
      delta({}, "stop"),
      frame([], { usage }),
    ],
  },
  tool: { body: whole({ content: "", tool_calls: [call] }, "tool_calls") },
  toolStream: {
    chunks: [
      delta({ role: "assistant", tool_calls: [{ index: 0, ...call }] }),
      delta({}, "tool_calls"),
      frame([], { usage }),
    ],
  },
  error,
  failingStream: {
    chunks: [
      delta({ role: "assistant", content: "ca" }),
      `event: error\ndata: ${JSON.stringify({ errors: [{ code: "c", message: "the model is overloaded" }], status_code: 503 })}\n\n`,
    ],
  },
});

const TASK_FIELDS: readonly string[] = ["model_id", "inputs", "project_id", "space_id", "parameters"];

const embeddings = (vectors: readonly unknown[], tokens: number): ScriptedReply => ({
  body: {
    model_id: "ibm/granite-embedding",
    created_at: "2025-11-24T16:00:00.000Z",
    results: vectors.map((embedding) => ({ embedding })),
    input_token_count: tokens,
  },
});

/** Embeddings. Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-embeddings; PyPI ibm-watsonx-ai 1.8.1 (read 2026-11-28). */
export const watsonxEmbeddingKit = defineKit({
  providers: ["watsonx"],
  operation: "embedding",
  params: PARAMS,
  check: (request) => {
    const inputs = listOf(objectOf(request.json)["inputs"]);
    const isSound = inputs.length > 0 && inputs.every((text) => typeof text === "string");
    return (
      checkCall(request, ["/ml/v1/text/embeddings"], TASK_FIELDS) ??
      (isSound ? undefined : error(400, "inputs are missing"))
    );
  },
  simple: embeddings([[0.5, -1.25]], 11),
  embedding: { textsOf: ({ inputs }) => listOf(inputs), reply: embeddings },
  error,
});

const ranking = (ranked: readonly Ranked[]): ScriptedReply => ({
  body: {
    model_id: "cross-encoder/ms-marco-minilm-l-12-v2",
    created_at: "2025-11-24T16:00:00.000Z",
    results: ranked,
    input_token_count: 11,
  },
});

/** Reranking. Source: https://cloud.ibm.com/apidocs/watsonx-ai#text-rerank; PyPI ibm-watsonx-ai 1.8.1 (read 2026-11-28). */
export const watsonxRerankKit = defineKit({
  providers: ["watsonx"],
  operation: "rerank",
  params: PARAMS,
  check: (request) => {
    const { query, inputs } = objectOf(request.json);
    const texts = objectsOf(inputs);
    const isSound =
      textOf(query) !== undefined && texts.length > 0 && texts.every(({ text }) => typeof text === "string");
    return (
      checkCall(request, ["/ml/v1/text/rerank"], [...TASK_FIELDS, "query"]) ??
      (isSound ? undefined : error(400, "query or inputs are missing"))
    );
  },
  simple: ranking([
    { index: 1, score: 8.5 },
    { index: 0, score: -4.25 },
  ]),
  rerank: {
    documentsOf: ({ inputs }) => objectsOf(inputs).map(({ text }) => text),
    topNOf: ({ parameters }) => objectOf(objectOf(parameters)["return_options"])["top_n"],
    reply: ranking,
  },
  error,
});
