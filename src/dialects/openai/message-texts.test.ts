import { describe, expect, test } from "bun:test";
import { readContentTexts, readMessageTexts } from "./message-texts.ts";

describe("what is counted of messages", () => {
  test("role, content and name, with the frame of each message and of the reply", () => {
    expect(readMessageTexts([{ role: "user", content: "Hello", name: "Ada" }])).toEqual({
      texts: ["user", "Hello", "Ada"],
      extraTokens: 3 + 3 + 1,
    });
  });

  test("texts and images among parts, by detail", () => {
    const content = [
      { type: "text", text: "What is this?" },
      { type: "image_url", image_url: { url: "data:,", detail: "low" } },
      { type: "image_url", image_url: { url: "data:," } },
      { type: "unknown" },
      null,
    ];
    expect(readMessageTexts([{ role: "user", content }])).toEqual({
      texts: ["user", "What is this?"],
      extraTokens: 3 + 3 + 85 + 250,
    });
  });

  test("names and arguments of tool calls", () => {
    const calls = [{ function: { name: "look", arguments: '{"at":"sea"}' } }, "odd", {}];
    expect(readMessageTexts([{ role: "assistant", content: null, tool_calls: calls }])?.texts).toEqual([
      "assistant",
      "look",
      '{"at":"sea"}',
    ]);
  });

  test.each([["text"], [{ role: "user" }], [["text"]], [[null]], [3]])("%p is no conversation", (value) => {
    expect(readMessageTexts(value)).toBeUndefined();
  });
});

test("Google's contents are the texts of their parts", () => {
  expect(
    readContentTexts([{ role: "user", parts: [{ text: "a" }, { inline_data: {} }, 3] }, { parts: "odd" }]),
  ).toEqual({
    texts: ["a"],
    extraTokens: 0,
  });
  expect(readContentTexts("a")).toEqual({ texts: ["a"], extraTokens: 0 });
  expect(readContentTexts([1])).toBeUndefined();
});
