import { describe, expect, test } from "bun:test";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToOciChat as translator } from "./openai-chat-to-oci-chat.ts";
import { openaiEmbeddingToOciEmbed } from "./openai-embedding-to-oci-embed.ts";

const told: string[] = [];
const contextOf = (model: string, isStream = false) => ({
  model,
  isStream,
  ledger: { drop: (path: string) => void told.push(path), refuse: (path: string) => void told.push(`!${path}`) },
  media: new Map([["https://a.example/b.png", { type: "image/png", base64: "AAAA" }]]),
  options: {},
});
const LLAMA = "meta.llama-3.3-70b-instruct";
const COHERE = "cohere.command-a-03-2025";
const messages = [{ role: "user", content: "Hi" }];

const request = (body: JsonObject, model = LLAMA): JsonObject => {
  told.length = 0;
  return translator.request({ model: "m", messages, ...body }, contextOf(model)) as JsonObject;
};
const chatOf = (body: JsonObject, model = LLAMA): JsonObject => {
  const {
    apiFormat: _format,
    messages: _messages,
    message: _message,
    ...rest
  } = request(body, model)["chatRequest"] as JsonObject;
  return rest;
};

describe("where a call runs", () => {
  test.each<[JsonObject, JsonObject]>([
    [{}, { servingMode: { servingType: "ON_DEMAND", modelId: LLAMA } }],
    [{ oci_compartment_id: "c" }, { compartmentId: "c", servingMode: { servingType: "ON_DEMAND", modelId: LLAMA } }],
    [{ oci_serving_mode: "DEDICATED" }, { servingMode: { servingType: "DEDICATED", endpointId: LLAMA } }],
    [{ oci_endpoint_id: "e" }, { servingMode: { servingType: "DEDICATED", endpointId: "e" } }],
  ])("%j", (given, expected) => {
    const { chatRequest, ...place } = request(given);
    expect(place).toEqual(expected);
    expect(chatRequest).toEqual({
      apiFormat: "GENERIC",
      messages: [{ role: "USER", content: [{ type: "TEXT", text: "Hi" }] }],
    });
  });
});

describe("parameters of all models but Cohere's", () => {
  test.each<[JsonObject, JsonObject]>([
    [{ max_tokens: 5 }, { maxTokens: 5 }],
    [{ max_completion_tokens: 6 }, { maxTokens: 6 }],
    [
      { n: 2, seed: 3, temperature: 0, top_p: 1 },
      { numGenerations: 2, seed: 3, temperature: 0, topP: 1 },
    ],
    [
      { frequency_penalty: 1, presence_penalty: 2, top_k: 4 },
      { frequencyPenalty: 1, presencePenalty: 2, topK: 4 },
    ],
    [
      { stop: "a", logit_bias: { "1": -1 } },
      { stop: ["a"], logitBias: { "1": -1 } },
    ],
    [
      { reasoning_effort: "low", verbosity: "high" },
      { reasoningEffort: "LOW", verbosity: "HIGH" },
    ],
    [{ response_format: { type: "json_object" } }, { responseFormat: { type: "JSON_OBJECT" } }],
    [
      { response_format: { type: "json_schema", json_schema: { name: "n", schema: {}, strict: true } } },
      { responseFormat: { type: "JSON_SCHEMA", jsonSchema: { name: "n", schema: {}, isStrict: true } } },
    ],
    [{ isEcho: true }, { isEcho: true }],
  ])("%j becomes %j", (given, expected) => {
    expect(chatOf(given)).toEqual(expected);
  });

  test("OpenAI's models take the newer name of the limit", () => {
    expect(chatOf({ max_tokens: 5 }, "openai.gpt-5")).toEqual({ maxCompletionTokens: 5 });
  });

  test.each([
    ["auto", { type: "AUTO" }],
    ["none", { type: "NONE" }],
    [
      { type: "function", function: { name: "f" } },
      { type: "FUNCTION", name: "f" },
    ],
  ])("tool_choice %j", (choice, expected) => {
    const tools = [{ type: "function", function: { name: "f" } }];
    expect(chatOf({ tools, tool_choice: choice })["toolChoice"]).toEqual(expected);
  });

  test("images are sent as data, sound is refused", () => {
    const content = [
      { type: "image_url", image_url: { url: "https://a.example/b.png", detail: "low" } },
      { type: "input_audio", input_audio: { data: "B", format: "wav" } },
    ];
    const { chatRequest } = request({ messages: [{ role: "user", content }] });
    expect((chatRequest as JsonObject)["messages"]).toEqual([
      { role: "USER", content: [{ type: "IMAGE", imageUrl: { url: "data:image/png;base64,AAAA", detail: "LOW" } }] },
    ]);
    expect(told).toEqual(["!messages[0].content[1]"]);
  });
});

describe("Cohere's models", () => {
  test("what they have no place for is refused", () => {
    const tools = [{ type: "function", function: { name: "f" } }];
    const image = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
    request(
      { n: 2, reasoning_effort: "low", tools, tool_choice: "required", messages: [{ role: "user", content: [image] }] },
      COHERE,
    );
    expect(told).toEqual(["!n", "!reasoning_effort", "!messages[0].content[0]", "!tool_choice"]);
  });

  test("properties are told by Python types, more of a schema in words", () => {
    const properties = {
      a: { type: "integer" },
      b: { type: "array", items: { type: "string" }, description: "B" },
      c: true,
    };
    const tools = [{ type: "function", function: { name: "f", parameters: { properties, required: ["a"] } } }];
    expect(chatOf({ tools }, COHERE)["tools"]).toEqual([
      {
        name: "f",
        description: "f",
        parameterDefinitions: {
          a: { description: "", type: "int", isRequired: true },
          b: { description: 'B Schema: {"items":{"type":"string"}}', type: "List", isRequired: false },
          c: { description: "", type: "any", isRequired: false },
        },
      },
    ]);
  });

  test.each([
    ["COMPLETE", "stop"],
    ["MAX_TOKENS", "length"],
    ["ERROR_TOXIC", "content_filter"],
  ])("finishReason %s is %s", (finishReason, expected) => {
    const reply = { modelId: COHERE, chatResponse: { apiFormat: "COHERE", text: "a", finishReason } };
    expect((translator.response(reply, replyContext())["choices"] as JsonObject[])[0]?.["finish_reason"]).toBe(
      expected,
    );
  });

  test("calls get ids; a failure is one", () => {
    const reply = (chatResponse: JsonObject): JsonObject =>
      translator.response({ chatResponse: { apiFormat: "COHERE", ...chatResponse } }, replyContext());
    const toolCalls = [{ name: "f", parameters: { a: 1 } }];
    expect((reply({ text: "", toolCalls, finishReason: "COMPLETE" })["choices"] as JsonObject[])[0]).toMatchObject({
      message: { content: null, tool_calls: [{ id: "call_1_0", function: { name: "f", arguments: '{"a":1}' } }] },
      finish_reason: "tool_calls",
    });
    expect(() => reply({ finishReason: "ERROR", errorMessage: "no" })).toThrow(GatewayError);
  });
});

const streamOf = (...events: readonly JsonObject[]): Uint8Array =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));
const piece = (message: JsonObject, index = 0): JsonObject => ({
  index,
  message: { role: "ASSISTANT", ...message },
  pad: "aa",
});

test("parallel calls in one place are told apart by their ids, however the stream is cut", () => {
  const bytes = streamOf(
    piece({ reasoningContent: "h\u00e9" }),
    piece({ toolCalls: [{ id: "a", name: "f", arguments: "" }] }),
    piece({ toolCalls: [{ arguments: "{}" }] }),
    piece({ toolCalls: [{ id: "b", name: "g", arguments: '{"x"' }] }),
    piece({ toolCalls: [{ arguments: ":1}" }] }),
    { index: 0, finishReason: "tool_calls", message: { toolCalls: [{ id: "a", name: "f", arguments: "{}" }] } },
    { usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3, promptTokensDetails: { cachedTokens: 1 } } },
  );
  const whole = playStream(translator, [bytes]);
  const deltas = whole.chunks.map((chunk) => (chunk["choices"] as { delta: JsonObject }[])[0]?.delta["tool_calls"]);
  expect(deltas.filter((calls) => calls !== undefined)).toEqual([
    [{ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }],
    [{ index: 0, function: { arguments: "{}" } }],
    [{ index: 1, id: "b", type: "function", function: { name: "g", arguments: '{"x"' } }],
    [{ index: 1, function: { arguments: ":1}" } }],
  ]);
  expect(whole.usage).toEqual({
    prompt_tokens: 1,
    completion_tokens: 2,
    total_tokens: 3,
    prompt_tokens_details: { cached_tokens: 1 },
  });
  expect(whole.isComplete).toBe(true);
  for (const pieces of cutsOf(bytes)) expect(playStream(translator, pieces)).toEqual(whole);
});

test("a failure within a stream is told, a stream without an end is incomplete", () => {
  const begun = piece({ content: [{ type: "TEXT", text: "a" }] });
  expect(playStream(translator, [streamOf(begun)]).isComplete).toBe(false);
  expect(playStream(translator, [streamOf(begun, { code: "429", message: "slow down" })]).failure).toEqual({
    status: 429,
    message: "slow down",
    code: "429",
  });
});

test("embeddings of many texts are several calls, their replies one list", () => {
  const input = Array.from({ length: 100 }, (_, index) => `text ${index}`);
  const calls = openaiEmbeddingToOciEmbed.request(
    { model: "m", input, oci_compartment_id: "c" },
    contextOf("cohere.embed-v4.0"),
  );
  expect((calls as JsonObject[]).map((call) => (call["inputs"] as string[]).length)).toEqual([96, 4]);
  const reply = [
    { embeddings: [[1]], usage: { promptTokens: 2 } },
    { embeddings: [[2], [3]], usage: { promptTokens: 3 } },
  ];
  expect(
    openaiEmbeddingToOciEmbed.response(reply, replyContext({ request: { input: ["a", "b", "c"] } })),
  ).toMatchObject({
    data: [
      { index: 0, embedding: [1] },
      { index: 1, embedding: [2] },
      { index: 2, embedding: [3] },
    ],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });
  expect(() => openaiEmbeddingToOciEmbed.response({}, replyContext())).toThrow(GatewayError);
});
