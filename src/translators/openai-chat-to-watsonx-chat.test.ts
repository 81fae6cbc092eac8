import { describe, expect, test } from "bun:test";
import { watsonxChatKit as kit } from "../../tests/conformance/kits/watsonx.ts";
import { seededNumbers, translateBody } from "../../tests/support/translator-requests.ts";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToWatsonxChat as translator } from "./openai-chat-to-watsonx-chat.ts";

const messages = [{ role: "user", content: "Hello" }];
const BASE = { model_id: "some-model", messages };
const TOOL = { type: "function", function: { name: "f" } };

test.each<[JsonObject, JsonObject]>([
  [{ stream: true, stream_options: { include_usage: true }, project_id: "p" }, { project_id: "p" }],
  [
    { stop: "END", seed: 1, max_completion_tokens: 4, n: 2, temperature: null },
    { stop: ["END"], seed: 1, max_completion_tokens: 4, n: 2 },
  ],
  [
    { tools: [TOOL], tool_choice: "required" },
    { tools: [TOOL], tool_choice_option: "required" },
  ],
  [
    { tools: [TOOL], tool_choice: TOOL },
    { tools: [TOOL], tool_choice: TOOL },
  ],
  [
    { functions: [{ name: "f" }], function_call: "auto" },
    { tools: [TOOL], tool_choice_option: "auto" },
  ],
  [{ tool_choice: "none" }, {}],
])("%j becomes %j", (fields, expected) => {
  expect(translateBody(translator, { model: "m", messages, ...fields })).toEqual({ ...BASE, ...expected });
});

test("half-valid bodies are refused or carried", () => {
  const next = seededNumbers(9);
  const junk: readonly unknown[] = [null, 1, "x", [], {}, [null], true, { type: "x" }];
  const names = [...Object.keys(translator.fields), "messages"];
  for (let round = 0; round < 1000; round++) {
    const body = { messages, [names[next(names.length)] ?? ""]: junk[next(junk.length)] };
    try {
      translateBody(translator, body);
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError);
    }
  }
});

test("a reply is OpenAI's under other names", () => {
  expect(translator.response(kit.tool?.body, replyContext())).toEqual({
    id: "chat-1",
    object: "chat.completion",
    created: 1_764_000_000,
    model: "ibm/granite",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "look_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } }],
        },
        finish_reason: "tool_calls",
      },
    ],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    system_fingerprint: null,
  });
  expect(() => translator.response({}, replyContext())).toThrow(GatewayError);
});

describe("streams are the same however they are cut", () => {
  const bytes = (chunks: readonly (string | Uint8Array)[] = []): Uint8Array => Buffer.from(chunks.join(""));

  test("text, usage and the end", () => {
    for (const pieces of cutsOf(bytes(kit.stream?.chunks))) {
      const { chunks, usage, isComplete } = playStream(translator, pieces);
      expect(chunks.map(({ choices }) => choices)).toEqual([
        [{ index: 0, delta: { role: "assistant", content: "ca" }, finish_reason: null }],
        [{ index: 0, delta: { content: "fé" }, finish_reason: null }],
        [{ index: 0, delta: {}, finish_reason: "stop" }],
      ]);
      expect([usage, isComplete]).toEqual([{ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }, true]);
    }
    expect(playStream(translator, [bytes(kit.stream?.chunks.slice(0, 2))]).isComplete).toBe(false);
  });

  test("failures", () => {
    for (const pieces of cutsOf(bytes(kit.failingStream?.chunks))) {
      expect(playStream(translator, pieces).failure).toEqual({
        status: 503,
        message: "the model is overloaded",
        code: "c",
      });
    }
  });
});
