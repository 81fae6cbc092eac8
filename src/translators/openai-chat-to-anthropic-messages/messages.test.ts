import { expect, test } from "bun:test";
import { type Translated, translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import { GatewayError } from "../../core/errors.ts";

const say = (...messages: readonly unknown[]): Translated => translateToAnthropic({ messages });
const text = (words: string): unknown => ({ type: "text", text: words });
const ephemeral = { cache_control: { type: "ephemeral" } };
const call = (id: string, name: string, args: string): unknown => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

test("system and developer messages are gathered, wherever they stand", () => {
  const { body } = say(
    { role: "system", content: "a", ...ephemeral },
    { role: "user", content: "hi" },
    { role: "developer", content: [text("b"), { type: "text", text: "c", ...ephemeral }, text(" ")] },
  );
  expect(body["system"]).toEqual([
    { type: "text", text: "a", ...ephemeral },
    text("b"),
    { type: "text", text: "c", ...ephemeral },
  ]);
  expect(body["messages"]).toEqual([{ role: "user", content: [text("hi")] }]);
});

test("consecutive messages of one role are one turn, empty ones none", () => {
  const { body } = say(
    { role: "user", content: "a" },
    { role: "user", content: "" },
    { role: "user", content: [text("b"), text("\n")] },
    { role: "assistant", content: "c" },
    { role: "assistant", content: null, refusal: null },
    { role: "assistant", content: [{ type: "refusal", refusal: "d" }] },
    { role: "user", content: "e" },
  );
  expect(body["messages"]).toEqual([
    { role: "user", content: [text("a"), text("b")] },
    { role: "assistant", content: [text("c"), text("d")] },
    { role: "user", content: [text("e")] },
  ]);
});

test("a conversation begins with a user", () => {
  const { body } = say({ role: "assistant", content: "Welcome!" }, { role: "user", content: "hi" });
  expect(body["messages"]).toMatchObject([
    { role: "user", content: [text(".")] },
    { role: "assistant" },
    { role: "user" },
  ]);
  expect(say({ role: "system", content: "s" }).body["messages"]).toEqual([{ role: "user", content: [text(".")] }]);
});

test("results of parallel calls stand in one turn right after the calls, images among them", () => {
  const image = { type: "image_url", image_url: { url: "data:image/jpg;base64,/9j/" } };
  const { body } = say(
    { role: "user", content: "look" },
    { role: "assistant", content: "I look.", tool_calls: [call("functions.a:0", "a", '{"x":1}'), call("b", "b", "")] },
    { role: "user", content: "quick" },
    { role: "tool", tool_call_id: "b", content: [text("seen"), image], ...ephemeral },
    { role: "tool", tool_call_id: "functions.a:0", content: "" },
  );
  expect(body["messages"]).toEqual([
    { role: "user", content: [text("look")] },
    {
      role: "assistant",
      content: [
        text("I look."),
        { type: "tool_use", id: "functions_a_0", name: "a", input: { x: 1 } },
        { type: "tool_use", id: "b", name: "b", input: {} },
      ],
    },
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "b",
          content: [
            text("seen"),
            { type: "image", source: { type: "base64", media_type: "image/jpeg", data: "/9j/" } },
          ],
          ...ephemeral,
        },
        { type: "tool_result", tool_use_id: "functions_a_0" },
        text("quick"),
      ],
    },
  ]);
});

test("legacy function calls, whose ids are alike, are told apart", () => {
  const turn = [
    { role: "assistant", content: null, function_call: { name: "f", arguments: "{}" } },
    { role: "function", name: "f", content: "1" },
  ];
  const { body } = say({ role: "user", content: "a" }, ...turn, ...turn);
  expect(JSON.stringify(body["messages"])).toContain('"tool_use_id":"call_f_2"');
});

test.each([
  [[{ role: "tool", tool_call_id: "x", content: "?" }], "messages[1]"],
  [[{ role: "assistant", tool_calls: [call("a", "f", "{}")] }], "messages[1]"],
  [
    [
      { role: "assistant", tool_calls: [call("a", "f", "{}")] },
      { role: "user", content: "hi" },
    ],
    "messages[1]",
  ],
])("calls and results must belong together: %j", (messages, path) => {
  expect(() => say({ role: "user", content: "hi" }, ...messages)).toThrow(GatewayError);
  expect(() => say({ role: "user", content: "hi" }, ...messages)).toThrow(path);
});

test("the beginning of an answer goes on without white space at its end, where the model takes one", () => {
  const messages = [
    { role: "user", content: "list" },
    { role: "assistant", content: "1. one \n" },
  ];
  expect(translateToAnthropic({ messages }).body["messages"]).toMatchObject([{}, { content: [text("1. one")] }]);
  const { body, refused } = translateToAnthropic({ messages }, { model: "claude-opus-4-6" });
  expect([body["messages"], refused]).toEqual([[{ role: "user", content: [text("list")] }], ["messages[1]"]]);
});

test("thoughts go back in front, as they came", () => {
  const thought = { type: "thinking", thinking: "hm", signature: "c2ln" };
  const hidden = { type: "redacted_thinking", data: "x" };
  const answer = { role: "assistant", content: "yes", reasoning_content: "hm", thinking_blocks: [thought, hidden] };
  expect(say({ role: "user", content: "?" }, answer, { role: "user", content: "!" }).body["messages"]).toMatchObject([
    {},
    { content: [thought, hidden, text("yes")] },
    {},
  ]);
  const kept = { role: "assistant", content: "yes", provider_specific_fields: { thinking_blocks: [thought] } };
  expect(say({ role: "user", content: "?" }, kept, { role: "user", content: "!" }).body["messages"]).toMatchObject([
    {},
    { content: [thought, text("yes")] },
    {},
  ]);
});

test("what cannot go back is named", () => {
  const foreign = { role: "assistant", content: "yes", reasoning_content: "hm", name: "bot" };
  const unsigned = { role: "assistant", content: "no", thinking_blocks: [{ type: "thinking", thinking: "hm" }] };
  const { dropped } = say(
    { role: "user", content: "?", name: "ann" },
    foreign,
    { role: "user", content: "!" },
    unsigned,
    {
      role: "user",
      content: ".",
    },
  );
  expect(dropped).toEqual([
    "messages[0].name",
    "messages[1].reasoning_content",
    "messages[1].name",
    "messages[3].thinking_blocks",
  ]);
});

test("a message's cache_control is its last block's", () => {
  const { body } = say(
    { role: "user", content: "a", ...ephemeral },
    { role: "assistant", content: "b", tool_calls: [{ ...(call("a", "f", "{}") as object), ...ephemeral }] },
    { role: "tool", tool_call_id: "a", content: "c" },
    { role: "user", content: [text("d"), { ...(text("e") as object), ...ephemeral }] },
  );
  expect(body["messages"]).toMatchObject([
    { content: [{ text: "a", ...ephemeral }] },
    { content: [{ text: "b" }, { name: "f", ...ephemeral }] },
    { content: [{ type: "tool_result" }, { text: "d" }, { text: "e", ...ephemeral }] },
  ]);
});
