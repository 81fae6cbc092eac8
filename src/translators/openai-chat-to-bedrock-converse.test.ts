import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { awsEvent, awsException } from "../../tests/support/aws-rules.ts";
import { findConverseFault } from "../../tests/support/converse-rules.ts";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToBedrockConverse as translator } from "./openai-chat-to-bedrock-converse.ts";

const CLAUDE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const USER = { role: "user", content: "hi" };
const TOOL = { type: "function", function: { name: "look", description: "d", parameters: { properties: {} } } };
const PNG = "data:image/png;base64,iVBORw0KGgo=";

const write = (body: JsonObject, model = CLAUDE): { sent: JsonObject; refused: string[]; dropped: string[] } => {
  const refused: string[] = [];
  const dropped: string[] = [];
  const ledger = { drop: (path: string) => void dropped.push(path), refuse: (path: string) => void refused.push(path) };
  const media = new Map([["https://h/a.png", { type: "image/png", base64: "aGk=" }]]);
  const sent = translator.request(body, { model, isStream: false, ledger, media, options: {} });
  return { sent: sent as JsonObject, refused, dropped };
};

const sentOf = (body: JsonObject, model = CLAUDE): JsonObject => {
  const { sent, refused } = write({ messages: [USER], ...body }, model);
  expect(refused).toEqual([]);
  expect(findConverseFault(sent)).toBeUndefined();
  return sent;
};

describe("parameters", () => {
  test.each([
    [
      { max_tokens: 5, temperature: 0.5, stop: ["a", ""] },
      { inferenceConfig: { maxTokens: 5, temperature: 0.5, stopSequences: ["a"] } },
    ],
    [{ max_completion_tokens: 5, max_tokens: 9, top_p: 0.1 }, { inferenceConfig: { maxTokens: 5, topP: 0.1 } }],
    [{ service_tier: "flex" }, { serviceTier: { type: "flex" } }],
    [{ service_tier: "auto", stream: true, stream_options: {} }, {}],
    [{ top_k: 3, anthropic_beta: ["b"] }, { additionalModelRequestFields: { top_k: 3, anthropic_beta: ["b"] } }],
    [
      { guardrailConfig: { guardrailIdentifier: "g" }, requestMetadata: { a: "b" } },
      { guardrailConfig: { guardrailIdentifier: "g" }, requestMetadata: { a: "b" } },
    ],
    [{ additionalModelRequestFields: { x: 1 }, y: 2 }, { additionalModelRequestFields: { x: 1, y: 2 } }],
    [
      { thinking: { type: "enabled", budget_tokens: 2000 }, max_tokens: 3000 },
      {
        inferenceConfig: { maxTokens: 3000 },
        additionalModelRequestFields: { thinking: { type: "enabled", budget_tokens: 2000 } },
      },
    ],
  ])("%j", (body, expected) => {
    const { messages, ...rest } = sentOf(body);
    expect(rest).toEqual(expected);
    expect(messages).toEqual([{ role: "user", content: [{ text: "hi" }] }]);
  });

  test("that models take in their own ways", () => {
    expect(sentOf({ top_k: 3 }, "amazon.nova-lite-v1:0")["additionalModelRequestFields"]).toEqual({
      inferenceConfig: { topK: 3 },
    });
    for (const [model, fields] of [
      ["openai.gpt-oss-120b-1:0", { reasoning_effort: "low" }],
      ["us.openai.gpt-5.6-sol", { reasoning: { effort: "low" } }],
      ["us.amazon.nova-2-lite-v1:0", { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } }],
    ] as const) {
      expect(sentOf({ reasoning_effort: "low" }, model)["additionalModelRequestFields"]).toEqual(fields);
    }
    expect(write({ messages: [USER], reasoning_effort: "low" }, "meta.llama3-1-8b-instruct-v1:0").refused).toEqual([
      "reasoning_effort",
    ]);
    expect(write({ messages: [USER], service_tier: "scale" }).refused).toEqual(["service_tier"]);
  });
});

describe("messages", () => {
  test("take turns, system apart, results after their calls", () => {
    const call = (id: string): JsonObject => ({
      id,
      type: "function",
      function: { name: "look", arguments: '{"at":1}' },
    });
    const sent = sentOf({
      tools: [TOOL],
      messages: [
        { role: "assistant", content: "earlier" },
        { role: "system", content: "s" },
        { role: "user", content: "a" },
        { role: "user", content: [{ type: "text", text: "b", cache_control: { type: "ephemeral", ttl: "1h" } }] },
        {
          role: "assistant",
          content: "",
          tool_calls: [call("call.1"), call("2")],
          thinking_blocks: [
            { type: "thinking", thinking: "t", signature: "sig" },
            { type: "redacted_thinking", data: "x" },
          ],
        },
        { role: "tool", tool_call_id: "2", content: "" },
        { role: "tool", tool_call_id: "call.1", content: [{ type: "image_url", image_url: { url: PNG } }] },
        { role: "user", content: "go" },
      ],
    });
    const vendorId = expect.stringMatching(/^call_1_[0-9a-f]{8}$/);
    expect(sent["system"]).toEqual([{ text: "s" }]);
    expect(sent["messages"]).toEqual([
      { role: "user", content: [{ text: "." }] },
      { role: "assistant", content: [{ text: "earlier" }] },
      { role: "user", content: [{ text: "a" }, { text: "b" }, { cachePoint: { type: "default", ttl: "1h" } }] },
      {
        role: "assistant",
        content: [
          { reasoningContent: { reasoningText: { text: "t", signature: "sig" } } },
          { reasoningContent: { redactedContent: "x" } },
          { toolUse: { toolUseId: vendorId, name: "look", input: { at: 1 } } },
          { toolUse: { toolUseId: "2", name: "look", input: { at: 1 } } },
        ],
      },
      {
        role: "user",
        content: [
          { toolResult: { toolUseId: "2", content: [{ json: {} }] } },
          {
            toolResult: {
              toolUseId: vendorId,
              content: [{ image: { format: "png", source: { bytes: "iVBORw0KGgo=" } } }],
            },
          },
          { text: "go" },
        ],
      },
    ]);
  });

  test("carry files, fetched ones too, their names in Bedrock's characters and once each", () => {
    const file = (fields: JsonObject): JsonObject => ({ type: "file", file: fields });
    const pdf = { file_data: "data:application/pdf;base64,JVBERi0=", filename: "a_b  (1).pdf" };
    const content = [
      file(pdf),
      file(pdf),
      { type: "image_url", image_url: { url: "https://h/a.png", detail: "low" } },
      { type: "input_audio", input_audio: { data: "aGk=", format: "mp3" } },
    ];
    const { sent, dropped } = write({ messages: [{ role: "user", content }] });
    expect(findConverseFault(sent)).toBeUndefined();
    expect(sent["messages"]).toMatchObject([
      {
        content: [
          { document: { format: "pdf", name: "a-b (1)", source: { bytes: "JVBERi0=" } } },
          { document: { name: "a-b (1) 2" } },
          { image: { format: "png", source: { bytes: "aGk=" } } },
          { audio: { format: "mp3", source: { bytes: "aGk=" } } },
          { text: "a-b (1)" },
        ],
      },
    ]);
    expect(dropped).toEqual(["messages[0].content[2].image_url.detail"]);
    expect(
      translator.mediaUrls?.({ messages: [{ content: [...content, file({ file_id: "http://h/x.csv" })] }] }, {}),
    ).toEqual(["https://h/a.png", "http://h/x.csv"]);
    expect(
      write({ messages: [{ role: "user", content: [file({ file_id: "file-1" }), { type: "text", text: "a" }] }] })
        .refused,
    ).toHaveLength(1);
  });

  test.each([
    [[{ role: "user", content: [{ type: "image_url", image_url: { url: "s3://bucket/a.png" } }] }]],
    [[{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/bmp;base64,aGk=" } }] }]],
    [[USER, { role: "tool", tool_call_id: "1", content: "a" }]],
    [[USER, { role: "assistant", tool_calls: [{ id: "1", function: { name: "a", arguments: "" } }] }]],
    [[]],
  ])("%j are refused", (messages) => {
    expect(() => write({ messages })).toThrow(GatewayError);
  });
});

describe("tools", () => {
  const spec = {
    toolSpec: { name: "look", description: "d", inputSchema: { json: { type: "object", properties: {} } } },
  };
  test.each([
    ["auto", { auto: {} }],
    ["required", { any: {} }],
    [{ type: "function", function: { name: "look" } }, { tool: { name: "look" } }],
  ])("tool_choice %j", (tool_choice, toolChoice) => {
    expect(sentOf({ tools: [TOOL], tool_choice })["toolConfig"]).toEqual({ tools: [spec], toolChoice });
  });

  test("that must not be called are not declared, those that were called are", () => {
    expect(sentOf({ tools: [TOOL], tool_choice: "none" })["toolConfig"]).toBeUndefined();
    const messages = [
      USER,
      { role: "assistant", function_call: { name: "f", arguments: "" } },
      { role: "function", name: "f", content: "x" },
    ];
    expect(sentOf({ messages })["toolConfig"]).toEqual({
      tools: [{ toolSpec: { name: "f", inputSchema: { json: { type: "object" } } } }],
    });
    expect(write({ messages, tools: [TOOL], tool_choice: "none" }).refused).toEqual(["tool_choice"]);
  });
});

describe("structured answers", () => {
  const schema = {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  };
  const response_format = { type: "json_schema", json_schema: { name: "n", schema, strict: true } };

  test("by the vendor's own, where the model has it", () => {
    const { outputConfig, toolConfig } = sentOf({ response_format });
    expect(toolConfig).toBeUndefined();
    expect(outputConfig).toMatchObject({
      textFormat: { type: "json_schema", structure: { jsonSchema: { schema: JSON.stringify(schema) } } },
    });
  });

  test("else by a tool, whose arguments are the answer", () => {
    const model = "anthropic.claude-3-5-sonnet-20241022-v2:0";
    const request = { messages: [USER], response_format };
    expect(sentOf(request, model)["toolConfig"]).toMatchObject({ toolChoice: { tool: { name: "json_tool_call" } } });
    const content = [{ toolUse: { toolUseId: "1", name: "json_tool_call", input: { a: "b" } } }];
    const reply = { output: { message: { role: "assistant", content } }, stopReason: "tool_use", usage: {} };
    expect(translator.response(reply, replyContext({ model, request }))).toMatchObject({
      choices: [{ message: { content: '{"a":"b"}' }, finish_reason: "stop" }],
    });
    const stream = Buffer.concat([
      awsEvent("contentBlockStart", {
        contentBlockIndex: 0,
        start: { toolUse: { toolUseId: "1", name: "json_tool_call" } },
      }),
      awsEvent("contentBlockDelta", { contentBlockIndex: 0, delta: { toolUse: { input: '{"a":"b"}' } } }),
      awsEvent("contentBlockStop", { contentBlockIndex: 0 }),
      awsEvent("messageStop", { stopReason: "tool_use" }),
    ]);
    const { chunks } = playStream(translator, [stream], replyContext({ model, request }));
    expect(chunks.map(({ choices }) => choices)).toMatchObject([
      [{ delta: { content: '{"a":"b"}' } }],
      [{ finish_reason: "stop" }],
    ]);
  });
});

describe("replies", () => {
  test.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["guardrail_intervened", "content_filter"],
    ["content_filtered", "content_filter"],
    ["malformed_tool_use", "stop"],
    ["of_a_later_time", "stop"],
  ])("%s is %s", (stopReason, finish_reason) => {
    const usage = {
      inputTokens: 1,
      outputTokens: 2,
      totalTokens: 3,
      cacheReadInputTokens: 10,
      cacheWriteInputTokens: 100,
    };
    const content = [
      { reasoningContent: { reasoningText: { text: "t", signature: "s" } } },
      { reasoningContent: { redactedContent: "x" } },
      { text: "a" },
    ];
    const reply = { output: { message: { role: "assistant", content } }, stopReason, usage, trace: { guardrail: {} } };
    expect(translator.response(reply, replyContext())).toMatchObject({
      id: "chatcmpl-1",
      system_fingerprint: null,
      trace: { guardrail: {} },
      choices: [
        {
          finish_reason,
          message: {
            content: "a",
            reasoning_content: "t",
            thinking_blocks: [
              { type: "thinking", thinking: "t", signature: "s" },
              { type: "redacted_thinking", data: "x" },
            ],
          },
        },
      ],
      usage: {
        prompt_tokens: 111,
        completion_tokens: 2,
        total_tokens: 113,
        prompt_tokens_details: { cached_tokens: 10 },
      },
    });
  });

  test("streams are the same however they are cut", () => {
    const delta = (delta: JsonObject, contentBlockIndex = 0): Uint8Array =>
      awsEvent("contentBlockDelta", { delta, contentBlockIndex });
    const start = (name: string, contentBlockIndex: number): Uint8Array =>
      awsEvent("contentBlockStart", {
        contentBlockIndex,
        start: { toolUse: { toolUseId: `id${contentBlockIndex}`, name } },
      });
    const stop = (contentBlockIndex: number): Uint8Array => awsEvent("contentBlockStop", { contentBlockIndex });
    const events = [
      awsEvent("messageStart", { role: "assistant" }),
      delta({ reasoningContent: { text: "t" } }),
      delta({ reasoningContent: { signature: "s" } }),
      delta({ text: "caf\u00e9" }, 1),
      start("look", 2),
      delta({ toolUse: { input: '{"a":1}' } }, 2),
      stop(2),
      start("wait", 3),
      stop(3),
      awsEvent("messageStop", { stopReason: "tool_use" }),
      awsEvent("metadata", { usage: { inputTokens: 1, outputTokens: 2 } }),
    ];
    const bytes = Buffer.concat(events);
    const whole = playStream(translator, [bytes]);
    expect(whole.chunks.map(({ choices }) => (choices as JsonObject[])[0]?.["delta"])).toEqual([
      { role: "assistant", reasoning_content: "t", thinking_blocks: [{ type: "thinking", thinking: "t" }] },
      { reasoning_content: "", thinking_blocks: [{ type: "thinking", thinking: "", signature: "s" }] },
      { content: "caf\u00e9" },
      { tool_calls: [{ index: 0, id: "id2", type: "function", function: { name: "look", arguments: "" } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
      { tool_calls: [{ index: 1, id: "id3", type: "function", function: { name: "wait", arguments: "" } }] },
      { tool_calls: [{ index: 1, function: { arguments: "{}" } }] },
      {},
    ]);
    expect(whole).toMatchObject({ isComplete: true, failure: undefined, usage: { total_tokens: 3 } });
    for (const pieces of cutsOf(bytes)) expect(playStream(translator, pieces)).toEqual(whole);
    expect(playStream(translator, events.slice(0, 4)).isComplete).toBe(false);
  });

  test.each([
    ["throttlingException", 429],
    ["validationException", 400],
    ["modelStreamErrorException", 500],
    ["internalServerException", 500],
    ["serviceUnavailableException", 503],
    ["modelTimeoutException", 408],
    ["brandNewException", 500],
  ])("%s is a failure with status %d", (name, status) => {
    expect(playStream(translator, [awsException(name, "why")]).failure).toEqual({ status, message: "why", type: name });
  });

  test("an event of a name that every object has is none of its failures", () => {
    for (const name of ["constructor", "toString", "__proto__"])
      expect(playStream(translator, [awsEvent(name, {})]).failure).toBeUndefined();
  });
});

test("random requests make sound bodies, or are refused by name", () => {
  let seed = 11;
  const below = (limit: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * limit);
  };
  const pick = (...values: readonly unknown[]): unknown => values[below(values.length)];
  const odd = (): unknown => pick(null, 0, "", "x", [], {}, [null], true);
  const part = (): unknown =>
    pick(
      { type: "text", text: pick("a", " ", "") },
      { type: "image_url", image_url: pick({ url: PNG }, PNG, {}) },
      {
        type: "file",
        file: pick({ file_data: "data:text/csv;base64,aGk=", filename: pick("..", "ü.csv") }, { file_id: "f" }),
      },
      { type: "text", text: "b", cache_control: pick({ type: "ephemeral" }, 1) },
      { type: pick("video", 3) },
      odd(),
    );
  const content = (): unknown => pick("a", "", null, [part()], [part(), part()], odd());
  const call = (): unknown => ({
    id: pick("1", "2", ""),
    type: "function",
    function: { name: pick("look", "a.b"), arguments: pick("", "{", "[1]", '{"a":1}') },
  });
  const message = (): unknown =>
    pick(
      { role: "user", content: content() },
      { role: "system", content: content() },
      {
        role: "assistant",
        content: content(),
        thinking_blocks: pick(odd(), [{ type: "thinking", thinking: "t", signature: "s" }]),
      },
      { role: "assistant", content: null, tool_calls: pick([call()], [call(), call()], odd()) },
      { role: "tool", tool_call_id: pick("1", "2"), content: content() },
      { role: "assistant", function_call: { name: "f", arguments: "" } },
      { role: "function", name: "f", content: "r" },
      odd(),
    );
  let sound = 0;
  for (let round = 0; round < 5_000; round++) {
    const body: Record<string, unknown> = {
      messages: below(40) === 0 ? odd() : [USER, ...Array.from({ length: below(4) }, message)],
    };
    for (const name of [
      "tools",
      "tool_choice",
      "response_format",
      "stop",
      "temperature",
      "reasoning_effort",
      "thinking",
      "top_k",
      "additionalModelRequestFields",
      "max_tokens",
      "service_tier",
      "outputConfig",
    ]) {
      if (below(12) === 0) body[name] = odd();
    }
    if (below(2) === 0)
      body["tools"] = [TOOL, pick(TOOL, { type: "function", function: { name: "a.b", parameters: odd() } })].slice(
        below(2),
      );
    if (below(4) === 0) body["tool_choice"] = pick("auto", "required", "none");
    if (below(4) === 0)
      body["response_format"] = pick(
        { type: "json_object" },
        { type: "json_schema", json_schema: { schema: { type: pick("object", "array") } } },
      );
    const model = String(
      pick(
        CLAUDE,
        "anthropic.claude-3-haiku-20240307-v1:0",
        "amazon.nova-pro-v1:0",
        "meta.llama3-1-8b-instruct-v1:0",
        "arn:aws:bedrock:us-east-1:1:x/y",
      ),
    );
    try {
      const { sent, refused } = write(body, model);
      const fault = findConverseFault(JSON.parse(JSON.stringify(sent)));
      if (fault !== undefined && refused.length === 0 && !fault.includes("duplicate names"))
        throw new Error(`${fault}: ${JSON.stringify([body, sent])}`);
      sound++;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
    }
  }
  expect(sound).toBeGreaterThan(500);
});

test.each(["simple", "tools", "thinking"])("the documented case '%s', both ways", (name) => {
  const read = (file: string): JsonObject =>
    JSON.parse(readFileSync(join(import.meta.dir, "../../tests/fixtures/bedrock", name, file), "utf8"));
  const request = read("request.json")["body"] as JsonObject;
  expect(sentOf(request)).toEqual(read("upstream-request.json")["body"] as JsonObject);
  const reply = translator.response(read("upstream-response.json"), replyContext({ model: CLAUDE, request }));
  expect(reply).toEqual(read("response.json"));
});
