import { expect, test } from "bun:test";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import { openaiCompletionToOpenaiChat as translator } from "./openai-completion-to-openai-chat.ts";

const request = (body: Readonly<Record<string, unknown>>): unknown =>
  translator.request(body, {
    model: "m",
    isStream: false,
    ledger: { drop: () => undefined, refuse: () => undefined },
    media: new Map(),
    options: {},
  });

test.each(["Say hi", ["Say hi"]])("the prompt %j is a user's message, all else stays", (prompt) => {
  expect(request({ model: "m", prompt, max_tokens: 5, x_vendor: 1 })).toEqual({
    model: "m",
    max_tokens: 5,
    x_vendor: 1,
    messages: [{ role: "user", content: "Say hi" }],
  });
});

test.each([[["a", "b"]], [[1, 2]], [[[1]]], [[]], [undefined]])("the prompt %j is refused", (prompt) => {
  expect(() => request({ prompt })).toThrow(GatewayError);
});

test("a chat's answer is a completion", () => {
  const reply = {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "length" }],
    usage: { total_tokens: 3 },
  };
  expect(translator.response(reply, replyContext())).toEqual({
    id: "chatcmpl-1",
    object: "text_completion",
    created: 1,
    model: "m",
    choices: [{ text: "hi", index: 0, logprobs: null, finish_reason: "length" }],
    usage: { total_tokens: 3 },
  });
  expect(() => translator.response({}, replyContext())).toThrow(GatewayError);
});

test("a chat's stream is a completion's, however it is cut", () => {
  const head = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m" };
  const frames = [
    { ...head, choices: [{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: { content: "caf\u00e9" }, finish_reason: null }] },
    { ...head, choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    { ...head, choices: [], usage: { total_tokens: 3 } },
  ].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  const bytes = Buffer.from(`${frames.join("")}data: [DONE]\n\n`);
  for (const pieces of cutsOf(bytes)) {
    const { chunks, usage, isComplete } = playStream(translator, pieces);
    expect(chunks.map(({ object, choices }) => [object, choices])).toEqual(
      ["", "caf\u00e9", ""].map((text, at) => [
        "text_completion",
        [{ text, index: 0, logprobs: null, finish_reason: at === 2 ? "stop" : null }],
      ]),
    );
    expect([usage, isComplete]).toEqual([{ total_tokens: 3 }, true]);
  }
  expect(playStream(translator, [bytes.subarray(0, frames.slice(0, 2).join("").length)]).isComplete).toBe(false);
});
