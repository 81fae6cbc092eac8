import { expect, test } from "bun:test";
import { anthropicMessage } from "../../../tests/support/anthropic-stream.ts";
import { translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import { replyContext } from "../../../tests/support/translator-streams.ts";
import { GatewayError } from "../../core/errors.ts";
import { objectOf, objectsOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { openaiChatToAnthropicMessages as translator } from "../openai-chat-to-anthropic-messages.ts";

const USER = [{ role: "user", content: "Hello" }];

const read = (
  content: readonly JsonObject[],
  fields: JsonObject = {},
  request: JsonObject = {},
  model = "claude-3-haiku-20240307",
): JsonObject =>
  translator.response(
    anthropicMessage(content, fields),
    replyContext({ request: { messages: USER, ...request }, model }),
  );

const choiceOf = (reply: JsonObject): JsonObject => objectsOf(reply["choices"])[0] ?? {};
const messageOf = (reply: JsonObject): JsonObject => objectOf(choiceOf(reply)["message"]);
const text = (words: string, more: JsonObject = {}): JsonObject => ({ type: "text", text: words, ...more });

test("a whole reply", () => {
  expect(read([text("caf\u00e9"), text("!")])).toEqual({
    id: "msg_013Zva2CMHLNnXjNJJKqJ2EF",
    object: "chat.completion",
    created: 1_764_000_000,
    model: "claude-sonnet-4-5-20250929",
    choices: [{ index: 0, message: { role: "assistant", content: "caf\u00e9!" }, finish_reason: "stop" }],
    system_fingerprint: null,
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
});

test.each([
  ["end_turn", "stop", undefined],
  ["stop_sequence", "stop", "stop_sequence"],
  ["max_tokens", "length", undefined],
  ["model_context_window_exceeded", "length", "model_context_window_exceeded"],
  ["refusal", "content_filter", "refusal"],
  ["pause_turn", "stop", "pause_turn"],
  ["one_to_come", "stop", "one_to_come"],
  [null, "stop", undefined],
])("the reason %s", (reason, expected, told) => {
  const choice = choiceOf(read([text("a")], { stop_reason: reason }));
  expect(choice["finish_reason"]).toBe(expected);
  expect(objectOf(objectOf(choice["message"])["provider_specific_fields"])["stop_reason"]).toBe(told);
});

test("calls, under the caller's names", () => {
  const reply = read(
    [
      text("I look."),
      { type: "tool_use", id: "toolu_1", name: "mcp_look", input: { at: "sea" } },
      { type: "tool_use", id: "toolu_2", name: "rest", input: {}, caller: { type: "direct" } },
    ],
    { stop_reason: "tool_use" },
    {
      tools: [
        { type: "function", function: { name: "mcp.look" } },
        { type: "function", function: { name: "rest" } },
      ],
    },
  );
  expect(choiceOf(reply)).toEqual({
    index: 0,
    finish_reason: "tool_calls",
    message: {
      role: "assistant",
      content: "I look.",
      tool_calls: [
        { id: "toolu_1", type: "function", function: { name: "mcp.look", arguments: '{"at":"sea"}' } },
        { id: "toolu_2", type: "function", function: { name: "rest", arguments: "{}" } },
      ],
    },
  });
  const silent = read([{ type: "tool_use", id: "a", name: "b", input: {} }], { stop_reason: "tool_use" });
  expect(messageOf(silent)["content"]).toBeNull();
});

test("thoughts, with the signatures that must come back", () => {
  const reply = read([
    { type: "thinking", thinking: "hm", signature: "c2ln" },
    { type: "redacted_thinking", data: "x" },
    { type: "thinking", thinking: ", yes", signature: "c2" },
    text("yes"),
  ]);
  expect(messageOf(reply)).toEqual({
    role: "assistant",
    content: "yes",
    reasoning_content: "hm, yes",
    thinking_blocks: [
      { type: "thinking", thinking: "hm", signature: "c2ln" },
      { type: "redacted_thinking", data: "x" },
      { type: "thinking", thinking: ", yes", signature: "c2" },
    ],
  });
});

test("thoughts between words and calls go back where they were", () => {
  const think = (thinking: string): JsonObject => ({ type: "thinking", thinking, signature: "c2ln" });
  const call = (id: string): JsonObject => ({ type: "tool_use", id, name: "look", input: {} });
  const blocks = [think("a"), text("I look."), call("t1"), think("b"), call("t2")];
  const message = messageOf(read(blocks, { stop_reason: "tool_use" }));
  expect(message["provider_specific_fields"]).toEqual({
    block_order: ["thinking", 7, "tool_use", "thinking", "tool_use"],
  });
  const results = ["t1", "t2"].map((id) => ({ role: "tool", tool_call_id: id, content: "1" }));
  const contentOf = (answer: JsonObject): unknown => {
    const { body } = translateToAnthropic({ messages: [...USER, answer, ...results] });
    return objectsOf(body["messages"])[1]?.["content"];
  };
  expect(contentOf(message)).toEqual(blocks);
  // A message that was changed on the way has its thoughts in front.
  expect(contentOf({ ...message, content: "I looked." })).toEqual([
    think("a"),
    think("b"),
    text("I looked."),
    call("t1"),
    call("t2"),
  ]);
});

test("tokens of caches are counted once", () => {
  const usage = {
    input_tokens: 10,
    cache_creation_input_tokens: 100,
    cache_read_input_tokens: 1000,
    output_tokens: 7,
    output_tokens_details: { thinking_tokens: 3 },
    server_tool_use: { web_search_requests: 1 },
    service_tier: "standard",
  };
  expect(read([text("a")], { usage })).toMatchObject({
    service_tier: "default",
    usage: {
      prompt_tokens: 1110,
      completion_tokens: 7,
      total_tokens: 1117,
      prompt_tokens_details: { cached_tokens: 1000, cache_creation_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 3 },
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 1000,
      server_tool_use: { web_search_requests: 1 },
    },
  });
});

test("what Anthropic's own tools did, and what was cited", () => {
  const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search", input: { query: "x" } };
  const found = { type: "web_search_tool_result", tool_use_id: "srvtoolu_1", content: [] };
  const ran = { type: "bash_code_execution_tool_result", tool_use_id: "srvtoolu_2", content: {} };
  const citation = { type: "web_search_result_location", url: "https://a.example", cited_text: "b" };
  const reply = read([search, found, ran, text("b", { citations: [citation] })], {
    container: { id: "c" },
    stop_reason: "refusal",
    stop_details: { type: "refusal", category: "cyber", explanation: null },
  });
  expect(messageOf(reply)).toEqual({
    role: "assistant",
    content: "b",
    provider_specific_fields: {
      citations: [[{ ...citation, supported_text: "b" }]],
      server_tool_use: [search],
      web_search_results: [found],
      tool_results: [ran],
      container: { id: "c" },
      stop_reason: "refusal",
      stop_details: { type: "refusal", category: "cyber", explanation: null },
    },
  });
});

const format = (schema: JsonObject): JsonObject => ({
  response_format: { type: "json_schema", json_schema: { name: "x", schema } },
});
const answer = (input: JsonObject): readonly JsonObject[] => [
  { type: "tool_use", id: "toolu_1", name: "json_tool_call", input },
];
const ended = { stop_reason: "tool_use" };

test("a structured answer that came as a call is the content", () => {
  const object = { type: "object", properties: { a: { type: "number" } } };
  expect(choiceOf(read(answer({ a: 1 }), ended, format(object)))).toEqual({
    index: 0,
    message: { role: "assistant", content: '{"a":1}' },
    finish_reason: "stop",
  });
  const list = format({ type: "array", items: { type: "number" } });
  expect(messageOf(read(answer({ answer: [1, 2] }), ended, list))["content"]).toBe("[1,2]");
  expect(messageOf(read(answer({ any: true }), ended, { response_format: { type: "json_object" } }))["content"]).toBe(
    '{"any":true}',
  );
});

test("a caller's own tool may be called all the same", () => {
  const tools = [{ type: "function", function: { name: "json_tool_call" } }];
  const reply = read(answer({ a: 1 }), ended, { ...format({ type: "object", properties: {} }), tools });
  expect(choiceOf(reply)).toMatchObject({
    finish_reason: "tool_calls",
    message: { tool_calls: [{ function: { name: "json_tool_call" } }] },
  });
});

test("a reply without content is no reply", () => {
  expect(() => translator.response({ type: "message" }, replyContext({ request: { messages: USER } }))).toThrow(
    GatewayError,
  );
});
