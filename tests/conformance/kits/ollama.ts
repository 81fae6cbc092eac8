import { isObject, objectsOf } from "../../../src/core/json-values.ts";
import type { RecordedRequest } from "../../support/recorded-request.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

const AT = "2025-11-24T16:00:00.123456Z";
const MODEL = "some-model";
const USAGE = { total_duration: 5e9, load_duration: 1e6, prompt_eval_count: 11, eval_count: 7, eval_duration: 1e9 };

const refusal = (message: string, status = 400): ScriptedReply => ({ status, body: { error: message } });

const lines = (
  ...values: readonly unknown[]
): { readonly headers: Record<string, string>; readonly chunks: string[] } => ({
  headers: { "content-type": "application/x-ndjson" },
  chunks: values.map((value) => `${JSON.stringify(value)}\n`),
});

const message = (fields: object, rest: object = { done: false }): object => ({
  model: MODEL,
  created_at: AT,
  message: { role: "assistant", content: "", ...fields },
  ...rest,
});

const DONE = { done: true, done_reason: "stop", ...USAGE };
const CALL = { tool_calls: [{ function: { name: "look", arguments: { at: "sea" } } }] };

const CHAT_FIELDS =
  /^(?:model|messages|stream|format|keep_alive|tools|think|logprobs|top_logprobs|options|truncate|shift)$/;
const MESSAGE_FIELDS = /^(?:role|content|thinking|images|tool_calls|tool_name)$/;
const OPTIONS =
  /^(?:num_(?:ctx|batch|gpu|thread|keep|predict)|main_gpu|use_mmap|seed|top_[kp]|min_p|typical_p|repeat_(?:last_n|penalty)|temperature|(?:presence|frequency)_penalty|stop)$/;

/** What is wrong with a body's options; Ollama would only warn of unknown ones, and a parameter would be lost. */
const findBadOption = (options: unknown): string | undefined => {
  if (options === undefined) return undefined;
  if (!isObject(options)) return "json: cannot unmarshal string into Go struct field .options";
  const unknown = Object.keys(options).find((name) => !OPTIONS.test(name));
  if (unknown !== undefined) return `invalid option provided: ${unknown}`;
  const { stop = [] } = options;
  return Array.isArray(stop) ? undefined : 'option "stop" must be of type array';
};

const findBadMessage = (body: Readonly<Record<string, unknown>>): string | undefined => {
  if (!Array.isArray(body["messages"]) || body["messages"].length === 0) return "missing messages";
  for (const entry of body["messages"] as readonly unknown[]) {
    if (!isObject(entry) || typeof entry["content"] !== "string") return "json: cannot unmarshal .messages.content";
    const unknown = Object.keys(entry).find((name) => !MESSAGE_FIELDS.test(name));
    if (unknown !== undefined) return `unknown field "${unknown}"`;
    if (!/^(?:system|user|assistant|tool)$/.test(String(entry["role"]))) return `invalid role: ${entry["role"]}`;
    const images: readonly unknown[] = Array.isArray(entry["images"]) ? entry["images"] : [];
    if (!images.every((image) => typeof image === "string" && /^[A-Za-z0-9+/]+=*$/.test(image)))
      return "illegal base64 data";
    for (const call of objectsOf(entry["tool_calls"])) {
      const { arguments: given } = (call["function"] ?? {}) as Readonly<Record<string, unknown>>;
      if (!isObject(given)) return "json: cannot unmarshal string into .messages.tool_calls.function.arguments";
    }
  }
  return undefined;
};

const findBadTool = (tools: unknown): string | undefined => {
  const bad = objectsOf(tools).find((tool) => {
    const { name, parameters } = (tool["function"] ?? {}) as Readonly<Record<string, unknown>>;
    return tool["type"] !== "function" || typeof name !== "string" || !isObject(parameters);
  });
  return bad === undefined ? undefined : "invalid tool";
};

const checkKey = ({ headers }: RecordedRequest): ScriptedReply | undefined => {
  const key = headers.get("authorization");
  return key === null || key.startsWith("Bearer ") ? undefined : refusal("unauthorized", 401);
};

const check = (request: RecordedRequest): ScriptedReply | undefined => {
  const { json: body, path } = request;
  if (path !== "/api/chat" && !path.endsWith("/base/api/chat")) return { status: 404, body: "404 page not found" };
  if (!isObject(body)) return refusal("missing request body");
  if (typeof body["model"] !== "string" || body["model"] === "") return refusal("model is required");
  const unknown = Object.keys(body).find((name) => !CHAT_FIELDS.test(name));
  if (unknown !== undefined) return refusal(`json: unknown field "${unknown}"`);
  const wrong = findBadMessage(body) ?? findBadTool(body["tools"]) ?? findBadOption(body["options"]);
  return wrong === undefined ? checkKey(request) : refusal(wrong);
};

/** Ollama's chats. Source: https://docs.ollama.com/api/chat, https://docs.ollama.com/api/errors (read 2026-11-28). */
export const ollamaKit: VendorKit = defineKit({
  providers: ["ollama", "ollama_chat"],
  operation: "chat",
  check,
  simple: { body: message({ content: "caf\u00e9" }, DONE) },
  stream: lines(message({ content: "ca" }), message({ content: "f\u00e9" }), message({}, DONE)),
  tool: { body: message(CALL, DONE) },
  toolStream: lines(message(CALL), message({}, DONE)),
  error: (status, words) => refusal(words, status),
  failingStream: lines(message({ content: "ca" }), { error: "the model runner is overloaded" }),
  contextWindow: { status: 400, message: "the input length exceeds the context length" },
});

/** Ollama's embeddings. Source: https://docs.ollama.com/api/embed (read 2026-11-28). */
export const ollamaEmbeddingKit: VendorKit = defineKit({
  providers: ["ollama", "ollama_chat"],
  operation: "embedding",
  check: ({ json: body }) => {
    if (!isObject(body) || typeof body["model"] !== "string") return refusal("model is required");
    const unknown = Object.keys(body).find(
      (name) => !/^(?:model|input|truncate|dimensions|keep_alive|options)$/.test(name),
    );
    if (unknown !== undefined) return refusal(`json: unknown field "${unknown}"`);
    const { input } = body;
    const texts: readonly unknown[] = Array.isArray(input) ? input : [input];
    return texts.every((text) => typeof text === "string") ? undefined : refusal("invalid input type");
  },
  simple: { body: { model: MODEL, embeddings: [[0.5, -1.25]], total_duration: 14143917, prompt_eval_count: 11 } },
  embedding: {
    textsOf: ({ input }) => (Array.isArray(input) ? input : [input]),
    reply: (embeddings, tokens) => ({ body: { model: MODEL, embeddings, prompt_eval_count: tokens } }),
    dimensionsOf: ({ dimensions }) => dimensions,
  },
  error: (status, words) => refusal(words, status),
});
