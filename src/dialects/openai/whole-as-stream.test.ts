import { expect, test } from "bun:test";
import { toChunks } from "./whole-as-stream.ts";

const HEAD = { id: "c1", created: 1, model: "m" };

test("a chat in pieces says what the whole says", () => {
  const text = `${"word ".repeat(30)}caf\u00e9 \ud83d\ude00\n end`;
  const message = { role: "assistant", reasoning_content: "why", content: text, annotations: [1] };
  const usage = { total_tokens: 3 };
  const body = { ...HEAD, object: "chat.completion", choices: [{ index: 0, message, finish_reason: "length" }], usage };
  const chunks = toChunks(body, true);
  const choices = chunks.flatMap(({ choices: list }) => list as readonly { delta: Record<string, unknown> }[]);
  expect(choices.map(({ delta }) => delta["content"] ?? "").join("")).toBe(text);
  expect(choices.map(({ delta }) => delta["reasoning_content"] ?? "").join("")).toBe("why");
  expect(choices[0]).toMatchObject({ delta: { role: "assistant", content: "" }, finish_reason: null });
  expect(choices.some(({ delta }) => delta["annotations"] !== undefined)).toBe(true);
  expect(choices.at(-1)).toMatchObject({ delta: {}, finish_reason: "length" });
  expect(chunks.at(-1)).toEqual({ ...HEAD, object: "chat.completion.chunk", choices: [], usage });
  expect(toChunks(body, false).every((chunk) => chunk["usage"] === undefined)).toBe(true);
});

test("calls of tools get their index", () => {
  const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } };
  const message = { role: "assistant", content: null, tool_calls: [call, call] };
  const choices = [{ index: 0, message, finish_reason: "tool_calls" }];
  const chunks = toChunks({ ...HEAD, object: "chat.completion", choices }, false);
  expect(JSON.stringify(chunks)).toContain('"tool_calls":[{"index":0,"id":"1"');
  expect(JSON.stringify(chunks)).toContain('{"index":1,"id":"1"');
});

test("a text completion is one chunk and usage", () => {
  const choice = { text: "hi", index: 0, finish_reason: "stop" };
  const body = { ...HEAD, object: "text_completion", choices: [choice], usage: { total_tokens: 1 } };
  expect(toChunks(body, true)).toEqual([
    { ...HEAD, object: "text_completion", choices: [choice] },
    { ...HEAD, object: "text_completion", choices: [], usage: { total_tokens: 1 } },
  ]);
});

test.each([{}, { choices: 7 }, { choices: [{}] }, { choices: [{ message: 7 }] }])("%j does not throw", (body) => {
  expect(() => toChunks(body, true)).not.toThrow();
});
