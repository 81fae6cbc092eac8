import { describe, expect, test } from "bun:test";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject, Media } from "../core/translation.ts";
import { openaiChatToOllamaChat as translator } from "./openai-chat-to-ollama-chat.ts";
import { openaiCompletionToOllamaGenerate } from "./openai-completion-to-ollama-generate.ts";
import { openaiEmbeddingToOllamaEmbed } from "./openai-embedding-to-ollama-embed.ts";

const told: string[] = [];
const context = {
  model: "llama3.2",
  isStream: false,
  ledger: { drop: (path: string) => void told.push(path), refuse: (path: string) => void told.push(`!${path}`) },
  media: new Map<string, Media>([["https://a.example/b.png", { type: "image/png", base64: "AAAA" }]]),
  options: {},
};
const messages = [{ role: "user", content: "Hi" }];

/** The vendor's body for a call, and what the ledger was told. */
const request = (body: JsonObject): { readonly sent: JsonObject; readonly told: readonly string[] } => {
  told.length = 0;
  const sent = translator.request({ model: "m", messages, ...body }, context) as JsonObject;
  return { sent, told: [...told] };
};

describe("parameters", () => {
  test.each<[JsonObject, JsonObject]>([
    [{ max_tokens: 5 }, { options: { num_predict: 5 } }],
    [{ max_completion_tokens: 6, max_tokens: 5 }, { options: { num_predict: 6 } }],
    [{ stop: "a" }, { options: { stop: ["a"] } }],
    [{ temperature: 0, top_p: 1, seed: 3 }, { options: { temperature: 0, top_p: 1, seed: 3 } }],
    [{ presence_penalty: 1, frequency_penalty: 2 }, { options: { presence_penalty: 1, frequency_penalty: 2 } }],
    [
      { num_ctx: 1, top_k: 2, options: { num_ctx: 3, mirostat: 1 } },
      { options: { num_ctx: 1, top_k: 2, mirostat: 1 } },
    ],
    [
      { keep_alive: -1, truncate: false },
      { keep_alive: -1, truncate: false },
    ],
    [{ response_format: { type: "json_object" } }, { format: "json" }],
    [{ response_format: { type: "json_schema", json_schema: { schema: { a: 1 } } } }, { format: { a: 1 } }],
    [{ response_format: { type: "text" } }, {}],
    [{ format: { own: 1 } }, { format: { own: 1 } }],
    [{ reasoning_effort: "none" }, { think: false }],
    [{ reasoning_effort: "minimal" }, { think: "low" }],
    [{ reasoning_effort: "high" }, { think: "high" }],
    [{ thinking: { type: "enabled", budget_tokens: 1 } }, { think: true }],
    [{ think: true, reasoning_effort: "low" }, { think: true }],
    [
      { logprobs: true, top_logprobs: 2 },
      { logprobs: true, top_logprobs: 2 },
    ],
    [{ tools: [], tool_choice: "auto" }, {}],
    [
      { functions: [{ name: "f" }] },
      { tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }] },
    ],
    [{ tools: [{ type: "function", function: { name: "f" } }], tool_choice: "none" }, {}],
  ])("%j becomes %j", (given, expected) => {
    expect(request(given)).toEqual({ sent: { model: "llama3.2", messages, stream: false, ...expected }, told: [] });
  });

  test.each<[JsonObject, string]>([
    [{ tools: [{ type: "function", function: { name: "f" } }], tool_choice: "required" }, "!tool_choice"],
    [{ function_call: { name: "f" } }, "!function_call"],
    [{ tools: [{ type: "web_search" }] }, "!tools[0]"],
  ])("%j cannot be carried", (given, path) => {
    expect(request(given).told).toEqual([path]);
  });

  test.each<JsonObject>([{ options: 7 }, { reasoning_effort: "a lot" }, { seed: "x" }, { messages: [] }])(
    "%j is refused",
    (given) => {
      expect(() => request(given)).toThrow(GatewayError);
    },
  );
});

test("messages: parts, images, thinking, calls and their results", () => {
  const call = (id: string, name: string, written: string): JsonObject => ({
    id,
    type: "function",
    function: { name, arguments: written },
  });
  const { sent, told: noted } = request({
    messages: [
      { role: "developer", content: "Be brief" },
      {
        role: "user",
        name: "ann",
        content: [
          { type: "text", text: "a" },
          { type: "image_url", image_url: { url: "data:image/png;base64,BBBB", detail: "low" } },
          { type: "image_url", image_url: { url: "https://a.example/b.png" } },
          { type: "input_audio", input_audio: { data: "CCCC", format: "wav" } },
        ],
      },
      {
        role: "assistant",
        content: null,
        reasoning_content: "hm",
        tool_calls: [call("1", "f", '{"x":1}'), call("2", "g", "")],
      },
      { role: "tool", tool_call_id: "2", content: [{ type: "text", text: "two" }] },
      { role: "tool", tool_call_id: "gone", content: "?" },
      { role: "assistant", content: "so", thinking_blocks: [{ type: "thinking", thinking: "t", signature: "s" }] },
    ],
  });
  expect(sent["messages"]).toEqual([
    { role: "system", content: "Be brief" },
    { role: "user", content: "a", images: ["BBBB", "AAAA"] },
    {
      role: "assistant",
      content: "",
      thinking: "hm",
      tool_calls: [{ function: { name: "f", arguments: { x: 1 } } }, { function: { name: "g", arguments: {} } }],
    },
    { role: "tool", content: "two", tool_name: "g" },
    { role: "tool", content: "?" },
    { role: "assistant", content: "so", thinking: "t" },
  ]);
  expect(noted).toEqual(["messages[1].name", "messages[1].content[1].image_url.detail", "!messages[1].content[3]"]);
});

const HEAD = { model: "llama3.2", created_at: "2025-11-24T16:00:00Z" };
const choiceOf = (reply: JsonObject): JsonObject =>
  (translator.response(reply, replyContext())["choices"] as JsonObject[])[0] ?? {};

describe("replies", () => {
  test.each([
    ["stop", "stop"],
    ["length", "length"],
    ["load", "stop"],
    [undefined, "stop"],
  ])("done_reason %p is finish_reason %p", (done_reason, expected) => {
    expect(choiceOf({ ...HEAD, message: { content: "a" }, done: true, done_reason })["finish_reason"]).toBe(expected);
  });

  test("thinking, calls without ids, log probabilities", () => {
    const calls = [{ function: { name: "f", arguments: { a: 1 } } }, { id: "own", function: { name: "g" } }];
    const reply = {
      ...HEAD,
      message: { content: "", thinking: "hm", tool_calls: calls },
      logprobs: [{ token: "a", logprob: -1, top_logprobs: [{ token: "b", logprob: -2 }] }],
    };
    expect(choiceOf(reply)).toEqual({
      index: 0,
      message: {
        role: "assistant",
        content: null,
        reasoning_content: "hm",
        tool_calls: [
          { id: "call_1_0", type: "function", function: { name: "f", arguments: '{"a":1}' } },
          { id: "own", type: "function", function: { name: "g", arguments: "{}" } },
        ],
      },
      finish_reason: "tool_calls",
      logprobs: {
        content: [{ token: "a", logprob: -1, bytes: null, top_logprobs: [{ token: "b", logprob: -2, bytes: null }] }],
        refusal: null,
      },
    });
  });

  test.each([[null], [[]], [{}], [{ error: "no" }], [{ message: 7 }]])("%j is none", (reply) => {
    expect(() => translator.response(reply, replyContext())).toThrow(GatewayError);
  });
});

const streamOf = (...values: readonly JsonObject[]): Uint8Array =>
  Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(""));

test("a stream is the same however it is cut", () => {
  const part = (message: JsonObject): JsonObject => ({ ...HEAD, message, done: false });
  const call = (name: string): JsonObject => ({ function: { name, arguments: {} } });
  const bytes = streamOf(
    part({ thinking: "h\u00e9" }),
    part({ content: "caf\u00e9" }),
    part({ content: "", tool_calls: [call("f"), call("g")] }),
    part({ tool_calls: [call("h")] }),
    { ...HEAD, message: { content: "" }, done: true, done_reason: "stop", eval_count: 7, prompt_eval_count: 11 },
  );
  const whole = playStream(translator, [bytes]);
  expect(whole.chunks.map((chunk) => (chunk["choices"] as JsonObject[])[0]?.["delta"])).toEqual([
    { role: "assistant", reasoning_content: "h\u00e9" },
    { content: "caf\u00e9" },
    {
      tool_calls: [
        { index: 0, id: "call_1_0", type: "function", function: { name: "f", arguments: "{}" } },
        { index: 1, id: "call_1_1", type: "function", function: { name: "g", arguments: "{}" } },
      ],
    },
    { tool_calls: [{ index: 2, id: "call_1_2", type: "function", function: { name: "h", arguments: "{}" } }] },
    {},
  ]);
  expect(whole).toMatchObject({
    isComplete: true,
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
  for (const pieces of cutsOf(bytes)) expect(playStream(translator, pieces)).toEqual(whole);
});

test("a stream that breaks off is incomplete, one that fails says so", () => {
  const begun = { ...HEAD, message: { content: "a" }, done: false };
  expect(playStream(translator, [streamOf(begun)]).isComplete).toBe(false);
  expect(playStream(translator, [streamOf(begun, { error: "runner died" })]).failure).toEqual({
    status: 500,
    message: "runner died",
  });
  expect(playStream(translator, [streamOf(begun, { error: "later", status_code: 503 })]).failure?.status).toBe(503);
});

test("text completions are generated, not chatted", () => {
  const given = { model: "m", prompt: ["a"], suffix: "b", num_ctx: 1, raw: true };
  expect(openaiCompletionToOllamaGenerate.request(given, context)).toEqual({
    model: "llama3.2",
    prompt: "a",
    stream: false,
    suffix: "b",
    raw: true,
    options: { num_ctx: 1 },
  });
  const bytes = streamOf(
    { ...HEAD, response: "caf\u00e9", done: false },
    { ...HEAD, response: "", done: true, done_reason: "length", eval_count: 1 },
  );
  const whole = playStream(openaiCompletionToOllamaGenerate, [bytes]);
  expect(whole.chunks.map((chunk) => (chunk["choices"] as JsonObject[])[0])).toEqual([
    { text: "caf\u00e9", index: 0, logprobs: null, finish_reason: null },
    { text: "", index: 0, logprobs: null, finish_reason: "length" },
  ]);
  for (const pieces of cutsOf(bytes)) expect(playStream(openaiCompletionToOllamaGenerate, pieces)).toEqual(whole);
  expect(() => openaiCompletionToOllamaGenerate.request({ prompt: ["a", "b"] }, context)).toThrow(GatewayError);
});

test("embeddings", () => {
  const given = { model: "m", input: ["a"], dimensions: 2, encoding_format: "base64", keep_alive: 0 };
  const expected = { model: "llama3.2", input: ["a"], dimensions: 2, keep_alive: 0 };
  expect(openaiEmbeddingToOllamaEmbed.request(given, context)).toEqual(expected);
  expect(() => openaiEmbeddingToOllamaEmbed.request({ input: [[1]] }, context)).toThrow(GatewayError);
  expect(() => openaiEmbeddingToOllamaEmbed.response({}, replyContext())).toThrow(GatewayError);
});
