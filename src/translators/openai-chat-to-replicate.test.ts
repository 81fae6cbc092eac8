import { expect, test } from "bun:test";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";
import { replicate } from "../providers/replicate.ts";
import { triton } from "../providers/triton.ts";
import { openaiChatToReplicate } from "./openai-chat-to-replicate.ts";
import { openaiChatToTritonGenerate } from "./openai-chat-to-triton-generate.ts";

const told: string[] = [];
const contextOf = (model: string) => ({
  model,
  isStream: false,
  ledger: { drop: (path: string) => void told.push(path), refuse: (path: string) => void told.push(`!${path}`) },
  media: new Map(),
  options: {},
});
const messages = [{ role: "user", content: "Hi" }];
const inputOf = (body: JsonObject, model = "meta/meta-llama-3-8b-instruct"): unknown => {
  told.length = 0;
  const { input } = openaiChatToReplicate.request({ messages, ...body }, contextOf(model)) as JsonObject;
  return input;
};

test("inputs of language models", () => {
  expect(inputOf({ max_tokens: 5, stop: ["a", "b"], top_k: 3 })).toEqual({
    prompt: "Hi",
    max_tokens: 5,
    stop_sequences: "a,b",
    top_k: 3,
  });
  expect(inputOf({ max_tokens: 5 }, "meta/llama-2-70b-chat")).toEqual({ prompt: "Hi", max_new_tokens: 5 });
});

test("what a prompt cannot carry is refused", () => {
  const image = { type: "image_url", image_url: { url: "data:," } };
  const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } };
  inputOf({
    messages: [
      { role: "user", content: [image] },
      { role: "assistant", tool_calls: [call] },
      { role: "tool", tool_call_id: "1", content: "x" },
    ],
  });
  expect(told).toEqual(["!messages[0].content[0]", "!messages[1]", "!messages[2]"]);
});

test.each([
  ["processing", "upstream-timeout"],
  ["failed", "upstream-failed"],
  ["canceled", "upstream-failed"],
  ["?", "upstream-malformed"],
])("a prediction that is %s is %s", (status, kind) => {
  const read = (): JsonObject =>
    openaiChatToReplicate.response({ status, error: "CUDA out of memory" }, replyContext());
  expect(read).toThrow(expect.objectContaining({ kind }));
  expect(read).toThrow(GatewayError);
});

test.each([
  ["meta/llama", "/models/meta/llama/predictions"],
  ["deployments/me/mine", "/deployments/me/mine/predictions"],
  [`me/mine%3A${"a".repeat(64)}`, "/predictions"],
  ["a".repeat(64), "/predictions"],
])("%s has an address of its own", (model, path) => {
  expect(replicate.url?.({ base: "https://x", path: "/predictions", model, apiVersion: undefined })).toBe(
    `https://x${path}`,
  );
});

test.each([
  ["http://t:8000", "/v2/models/m/generate_stream", "http://t:8000/v2/models/m/generate_stream"],
  ["http://t:8000/v2/models/other/generate", "/v2/models/m/generate", "http://t:8000/v2/models/other/generate"],
  [
    "http://t:8000/v2/models/other/generate",
    "/v2/models/m/generate_stream",
    "http://t:8000/v2/models/other/generate_stream",
  ],
])("Triton's base %s", (base, path, expected) => {
  expect(triton.url?.({ base, path, model: "m", apiVersion: undefined })).toBe(expected);
});

test("Triton's streams, however they are cut; failures in them", () => {
  const event = (value: JsonObject): string => `data: ${JSON.stringify(value)}\n\n`;
  const bytes = Buffer.from(event({ text_output: "caf\u00e9" }) + event({ text_output: ["!"] }));
  const whole = playStream(openaiChatToTritonGenerate, [bytes]);
  expect(whole.chunks).toHaveLength(3);
  expect(whole.isComplete).toBe(true);
  for (const pieces of cutsOf(bytes)) expect(playStream(openaiChatToTritonGenerate, pieces)).toEqual(whole);
  const failing = playStream(openaiChatToTritonGenerate, [Buffer.from(event({ error: "no memory" }))]);
  expect(failing.failure).toEqual({ status: 500, message: "no memory" });
  expect(playStream(openaiChatToTritonGenerate, [new Uint8Array(0)]).isComplete).toBe(false);
  expect(() => openaiChatToTritonGenerate.response({}, replyContext())).toThrow(GatewayError);
});
