import { expect, test } from "bun:test";
import { toInputMessages, toOutputMessages, toToolDefinitions, writeMessages } from "./gen-ai-messages.ts";

test("a conversation with tools, pictures and thoughts", () => {
  const messages = [
    { role: "system", content: "be brief" },
    {
      role: "user",
      content: [
        { type: "text", text: "what is it?" },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        { type: "image_url", image_url: { url: "https://a.example/b.png" } },
        { type: "input_audio", input_audio: { data: "BBBB", format: "wav" } },
      ],
    },
    {
      role: "assistant",
      content: null,
      reasoning_content: "hm",
      tool_calls: [{ id: "c1", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
    },
    { role: "tool", tool_call_id: "c1", content: "a cat" },
  ];
  expect(toInputMessages({ messages })).toEqual([
    { role: "system", parts: [{ type: "text", content: "be brief" }] },
    {
      role: "user",
      parts: [
        { type: "text", content: "what is it?" },
        { type: "blob", modality: "image", mime_type: "image/png", content: "AAAA" },
        { type: "uri", modality: "image", uri: "https://a.example/b.png" },
        { type: "input_audio", input_audio: { data: "BBBB", format: "wav" } },
      ],
    },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "hm" },
        { type: "tool_call", id: "c1", name: "look", arguments: { at: 1 } },
      ],
    },
    { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: "a cat" }] },
  ]);
});

test("a call of a function in the older way is one of a tool", () => {
  const called = { role: "assistant", content: null, function_call: { name: "look", arguments: '{"at":1}' } };
  const parts = [{ type: "tool_call", name: "look", arguments: { at: 1 } }];
  expect(toInputMessages({ messages: [called] })).toEqual([{ role: "assistant", parts }]);
  expect(toOutputMessages({ choices: [{ message: called }] })).toEqual([{ role: "assistant", parts }]);
});

test("tools have their name beside their type", () => {
  const named = { name: "look", description: "looks", parameters: { type: "object" } };
  const tools = [
    { type: "function", function: { ...named, strict: true } },
    { type: "custom", custom: { name: "grep", format: { type: "text" } } },
    { type: "web_search", user_location: {} },
    { type: "bash_20250124", name: "bash" },
  ];
  expect(toToolDefinitions({ tools, functions: [named] })).toEqual([
    { type: "function", ...named, strict: true },
    { type: "custom", name: "grep", format: { type: "text" } },
    { type: "web_search", name: "web_search", user_location: {} },
    { type: "bash_20250124", name: "bash" },
    { type: "function", ...named },
  ]);
  expect(toToolDefinitions({ tools: 7 })).toEqual([]);
});

test.each([
  [{ prompt: "once" }, ["once"]],
  [{ prompt: ["once", "twice"] }, ["once", "twice"]],
  [{ input: "embed" }, ["embed"]],
  [{ query: "which?", documents: ["a"] }, ["which?"]],
  [{ input: [[1, 2]] }, undefined],
  [{}, undefined],
])("%j is one message of the user", (request, texts) => {
  const expected = texts?.map((content) => ({ type: "text", content }));
  expect(toInputMessages(request)).toEqual(expected === undefined ? [] : [{ role: "user", parts: expected }]);
});

test("an answer is a message for each choice", () => {
  const choices = [
    { index: 0, message: { role: "assistant", content: "a" }, finish_reason: "stop" },
    { index: 1, text: "b", finish_reason: null },
  ];
  expect(toOutputMessages({ choices })).toEqual([
    { role: "assistant", parts: [{ type: "text", content: "a" }], finish_reason: "stop" },
    { role: "assistant", parts: [{ type: "text", content: "b" }] },
  ]);
});

test("where it is too long the earliest messages are left out, and it stays JSON", () => {
  const messages = Array.from({ length: 50 }, (_, index) => ({
    role: "user",
    parts: [{ type: "text", content: `${index} ${"x".repeat(80)}` }],
  }));
  const text = writeMessages(messages, 1000) ?? "";
  expect(text.length).toBeLessThanOrEqual(1000);
  const kept = JSON.parse(text) as typeof messages;
  expect(kept[0]?.parts[0]?.content).toBe(`[${50 - kept.length + 1} messages left out: too long]`);
  expect(kept.at(-1)?.parts[0]?.content).toStartWith("49 ");
  expect(writeMessages(messages, 100_000)).toBe(JSON.stringify(messages));
  expect(writeMessages(messages, 64)).toContain("50 messages left out");
});
