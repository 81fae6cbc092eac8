import { describe, expect, test } from "bun:test";
import { cohereChatKit } from "../../tests/conformance/kits/cohere.ts";
import { checkCohereChat } from "../../tests/conformance/kits/cohere-rules.ts";
import { asRecorded, notingLedger, seededNumbers, translateBody } from "../../tests/support/translator-requests.ts";
import { cutsOf, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToCohereChat as translator } from "./openai-chat-to-cohere-chat.ts";

const HELLO = [{ role: "user", content: "Hello" }];
const tool = (name: string, fields: JsonObject = {}): JsonObject => ({
  type: "function",
  function: { name, description: "d", parameters: { type: "object", required: ["a"] }, ...fields },
});

const request = (fields: JsonObject): JsonObject =>
  translateBody(translator, { model: "m", messages: HELLO, ...fields }) as JsonObject;

const BASE = { model: "some-model", messages: HELLO, stream: false };

describe("parameters", () => {
  test.each<[JsonObject, JsonObject]>([
    [{ max_tokens: 5 }, { max_tokens: 5 }],
    [{ max_completion_tokens: 6 }, { max_tokens: 6 }],
    [
      { temperature: 0.5, top_p: 0.9, seed: 7 },
      { temperature: 0.5, p: 0.9, seed: 7 },
    ],
    [{ frequency_penalty: 0.1 }, { frequency_penalty: 0.1 }],
    [
      { presence_penalty: 0.1, logprobs: true },
      { presence_penalty: 0.1, logprobs: true },
    ],
    [{ stop: "END" }, { stop_sequences: ["END"] }],
    [{ stop: ["a", "b"], stream_options: { include_usage: true } }, { stop_sequences: ["a", "b"] }],
    [{ stop: null, temperature: null }, {}],
    [{ response_format: { type: "text" } }, {}],
    [{ response_format: { type: "json_object" } }, { response_format: { type: "json_object" } }],
    [
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "n", description: "d", schema: { type: "object" } },
        },
      },
      { response_format: { type: "json_object", json_schema: { type: "object", description: "d" } } },
    ],
    [{ reasoning_effort: "none" }, { thinking: { type: "disabled" } }],
    [{ reasoning_effort: "low" }, { thinking: { type: "enabled", token_budget: 1024 } }],
    [{ reasoning_effort: "high" }, { thinking: { type: "enabled" } }],
    [{ thinking: { type: "enabled", budget_tokens: 9 } }, { thinking: { type: "enabled", token_budget: 9 } }],
    [{ thinking: { type: "enabled", token_budget: 9 } }, { thinking: { type: "enabled", token_budget: 9 } }],
    [
      { documents: ["d"], citation_options: { mode: "FAST" }, safety_mode: "STRICT", k: 3, priority: 1 },
      { documents: ["d"], citation_options: { mode: "FAST" }, safety_mode: "STRICT", k: 3, priority: 1 },
    ],
  ])("%j becomes %j", (fields, expected) => {
    expect(request(fields)).toEqual({ ...BASE, ...expected });
  });

  test.each<[JsonObject]>([
    [{ stop: 5 }],
    [{ max_tokens: "many" }],
    [{ tools: [tool("a")], tool_choice: { type: "function", function: { name: "b" } } }],
    [{ reasoning_effort: 3 }],
    [{ response_format: { type: "xml" } }],
    [{ messages: [{ role: "tool", content: "x" }] }],
  ])("%j is refused", (fields) => {
    expect(() => request(fields)).toThrow(GatewayError);
  });
});

describe("tools", () => {
  test.each<[unknown, JsonObject]>([
    ["auto", {}],
    ["none", { tool_choice: "NONE" }],
    ["required", { tool_choice: "REQUIRED" }],
  ])("tool_choice %j", (choice, expected) => {
    const tools = [tool("a"), tool("b")];
    expect(request({ tools, tool_choice: choice })).toEqual({ ...BASE, tools, ...expected });
  });

  test("one that must be called is the only one offered", () => {
    const choice = { type: "function", function: { name: "b" } };
    expect(request({ tools: [tool("a"), tool("b")], tool_choice: choice })).toEqual({
      ...BASE,
      tools: [tool("b")],
      tool_choice: "REQUIRED",
    });
  });

  test("strict holds for all or none", () => {
    const strict = [tool("a", { strict: true }), tool("b", { strict: true })];
    expect(request({ tools: strict })["strict_tools"]).toBe(true);
    const ledger = notingLedger();
    const mixed = [tool("a", { strict: true }), tool("b"), { type: "web_search" }];
    const body = translateBody(translator, { messages: HELLO, tools: mixed }, { ledger }) as JsonObject;
    expect([body["strict_tools"], ledger.dropped, ledger.refused]).toEqual([
      undefined,
      ["tools[0].function.strict"],
      ["tools[2]"],
    ]);
  });

  test("functions without parameters, and legacy ones, are tools", () => {
    expect(request({ functions: [{ name: "f" }], function_call: "auto" })).toEqual({
      ...BASE,
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object", properties: {} } } }],
    });
  });
});

describe("messages", () => {
  const messagesOf = (messages: readonly unknown[]): unknown => request({ messages })["messages"];

  test("roles, parts and images", () => {
    const image = { type: "image_url", image_url: { url: "https://a.example/b.png", detail: "low" } };
    expect(
      messagesOf([
        { role: "developer", content: [{ type: "text", text: "s" }] },
        { role: "user", content: [{ type: "text", text: "u" }, image] },
        { role: "assistant", content: "a" },
      ]),
    ).toEqual([
      { role: "system", content: "s" },
      { role: "user", content: [{ type: "text", text: "u" }, image] },
      { role: "assistant", content: "a" },
    ]);
  });

  test("calls, plans, thoughts and results go back as they came", () => {
    const call = { id: "c1", type: "function", function: { name: "f", arguments: "" } };
    const citations = [{ start: 0, end: 1, text: "x" }];
    const document = { type: "document", document: { data: { a: 1 } } };
    expect(
      messagesOf([
        {
          role: "assistant",
          content: null,
          tool_calls: [call],
          provider_specific_fields: { tool_plan: "p", citations },
        },
        { role: "tool", tool_call_id: "c1", content: [document] },
        { role: "assistant", content: "said", reasoning_content: "thought" },
      ]),
    ).toEqual([
      {
        role: "assistant",
        tool_calls: [{ ...call, function: { name: "f", arguments: "{}" } }],
        tool_plan: "p",
        citations,
      },
      { role: "tool", tool_call_id: "c1", content: [document] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "thought" },
          { type: "text", text: "said" },
        ],
      },
    ]);
  });

  test("what cannot be carried is told", () => {
    const ledger = notingLedger();
    const content = [
      { type: "input_audio", input_audio: { data: "AA", format: "wav" } },
      { type: "file", file: { file_id: "f" } },
      { type: "image_url", image_url: { url: "u", detail: "original" } },
    ];
    const body = { messages: [{ role: "user", name: "n", content }] };
    expect(translateBody(translator, body, { ledger })).toMatchObject({
      messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "u" } }] }],
    });
    expect([ledger.refused, ledger.dropped]).toEqual([
      ["messages[0].content[0]", "messages[0].content[1]"],
      ["messages[0].name", "messages[0].content[2].image_url.detail"],
    ]);
  });
});

describe("replies", () => {
  const reply = (fields: JsonObject, message: JsonObject = {}): JsonObject => ({
    id: "r1",
    finish_reason: "COMPLETE",
    message: { role: "assistant", content: [{ type: "text", text: "hi" }], ...message },
    ...fields,
  });

  test.each([
    ["COMPLETE", "stop"],
    ["STOP_SEQUENCE", "stop"],
    ["MAX_TOKENS", "length"],
    ["TOOL_CALL", "tool_calls"],
    ["NEW_ONE", "stop"],
  ])("finish reason %s is %s", (reason, expected) => {
    expect(translator.response(reply({ finish_reason: reason }), replyContext())).toMatchObject({
      choices: [{ finish_reason: expected }],
    });
  });

  test.each([
    ["ERROR", "upstream-failed"],
    ["TIMEOUT", "upstream-timeout"],
  ])("finish reason %s is a failure", (reason, kind) => {
    expect(() => translator.response(reply({ finish_reason: reason }), replyContext())).toThrow(
      expect.objectContaining({ kind }),
    );
    expect(() => translator.response({}, replyContext())).toThrow(GatewayError);
  });

  test("all that a reply may have", () => {
    const usage = {
      tokens: { input_tokens: 10, output_tokens: 4 },
      billed_units: { input_tokens: 3 },
      cached_tokens: 2,
    };
    const citations = [{ start: 0, end: 2, text: "hi", sources: [] }];
    const content = [
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "hi" },
    ];
    const logprobs = [{ text: "é", token_ids: [1, 2], logprobs: [-0.5, -0.25] }];
    expect(
      translator.response(reply({ usage, logprobs }, { content, citations, tool_plan: "p" }), replyContext()),
    ).toEqual({
      id: "r1",
      object: "chat.completion",
      created: 1_764_000_000,
      model: "some-model",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: "hi",
            reasoning_content: "hm",
            provider_specific_fields: { tool_plan: "p", citations },
          },
          finish_reason: "stop",
          logprobs: { content: [{ token: "é", logprob: -0.75, bytes: [195, 169], top_logprobs: [] }], refusal: null },
        },
      ],
      system_fingerprint: null,
      usage: {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 2 },
        billed_units: { input_tokens: 3 },
      },
      citations,
    });
  });

  test("usage falls back to what is billed", () => {
    const usage = { billed_units: { input_tokens: 3, output_tokens: 1 } };
    expect(translator.response(reply({ usage }), replyContext())["usage"]).toMatchObject({ total_tokens: 4 });
    expect(translator.response(reply({}), replyContext())["usage"]).toMatchObject({ total_tokens: 0 });
  });
});

const deltasOf = (chunks: readonly JsonObject[]): unknown =>
  chunks.map(({ choices }) => (choices as readonly JsonObject[])[0]?.["delta"]);

const bytesOf = (chunks: readonly (string | Uint8Array)[] = []): Uint8Array => Buffer.from(chunks.join(""));

const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  billed_units: { input_tokens: 5, output_tokens: 7 },
};

describe("streams are the same however they are cut", () => {
  test("text", () => {
    for (const pieces of cutsOf(bytesOf(cohereChatKit.stream?.chunks))) {
      const { chunks, usage, isComplete } = playStream(translator, pieces);
      expect(deltasOf(chunks)).toEqual([{ role: "assistant", content: "" }, { content: "ca" }, { content: "fé" }, {}]);
      expect([usage, isComplete, chunks[0]?.["id"]]).toEqual([USAGE, true, "c14c80c3"]);
    }
  });

  test("plans and calls", () => {
    for (const pieces of cutsOf(bytesOf(cohereChatKit.toolStream?.chunks))) {
      const { chunks, isComplete } = playStream(translator, pieces);
      expect(deltasOf(chunks)).toEqual([
        { role: "assistant", content: "" },
        { reasoning_content: "I will look.", provider_specific_fields: { tool_plan: "I will look." } },
        { tool_calls: [{ index: 0, id: "look_1", type: "function", function: { name: "look", arguments: "" } }] },
        { tool_calls: [{ index: 0, function: { arguments: '{"at":' } }] },
        { tool_calls: [{ index: 0, function: { arguments: '"sea"}' } }] },
        {},
      ]);
      expect(isComplete).toBe(true);
    }
  });

  test("failures, and an end that comes too early", () => {
    for (const pieces of cutsOf(bytesOf(cohereChatKit.failingStream?.chunks))) {
      expect(playStream(translator, pieces).failure).toEqual({ status: 500, message: "the model is overloaded" });
    }
    expect(playStream(translator, [bytesOf(cohereChatKit.stream?.chunks.slice(0, 4))]).isComplete).toBe(false);
    const untyped = Buffer.from('data: {"message":"internal error"}\n\n');
    expect(playStream(translator, [untyped]).failure).toEqual({ status: 500, message: "internal error" });
  });

  test("thoughts, log probabilities, citations, calls side by side", () => {
    const event = (type: string, index: number, message: JsonObject, more: JsonObject = {}): string =>
      `event: ${type}\ndata: ${JSON.stringify({ type, index, delta: { message }, ...more })}\n\n`;
    const call = (id: string): JsonObject => ({
      tool_calls: { id, type: "function", function: { name: id, arguments: "" } },
    });
    const citation = { start: 0, end: 1, text: "t", sources: [] };
    const { chunks } = playStream(translator, [
      Buffer.from(
        [
          event("content-start", 0, { content: { type: "thinking", thinking: "hm" } }),
          event(
            "content-delta",
            1,
            { content: { text: "t" } },
            { logprobs: { text: "t", token_ids: [1], logprobs: [-1] } },
          ),
          event("citation-start", 0, { citations: citation }),
          event("tool-call-start", 4, call("x")),
          event("tool-call-start", 5, call("y")),
          event("tool-call-delta", 4, { tool_calls: { function: { arguments: "{}" } } }),
        ].join(""),
      ),
    ]);
    expect(deltasOf(chunks)).toEqual([
      { role: "assistant", reasoning_content: "hm" },
      { content: "t" },
      { provider_specific_fields: { citations: [citation] } },
      { tool_calls: [{ index: 0, id: "x", type: "function", function: { name: "x", arguments: "" } }] },
      { tool_calls: [{ index: 1, id: "y", type: "function", function: { name: "y", arguments: "" } }] },
      { tool_calls: [{ index: 0, function: { arguments: "{}" } }] },
    ]);
    expect(chunks[1]).toMatchObject({ choices: [{ logprobs: { content: [{ token: "t", logprob: -1 }] } }] });
  });
});

describe("random chats", () => {
  const JUNK: readonly unknown[] = [
    null,
    0,
    -1,
    "",
    "x",
    [],
    {},
    [null],
    [[1]],
    { type: "x" },
    true,
    [{ type: 5 }],
    { a: { b: [] } },
  ];

  test("valid ones pass the vendor's rules", () => {
    const next = seededNumbers(11);
    const pick = <Item>(items: readonly Item[]): Item => items[next(items.length)] as Item;
    for (let round = 0; round < 500; round++) {
      const messages: JsonObject[] = [];
      for (let turn = 0; turn <= next(4); turn++) {
        const image = { type: "image_url", image_url: { url: "data:image/png;base64,AA", detail: pick(["low", "x"]) } };
        messages.push(
          pick<JsonObject>([
            { role: "system", content: "s" },
            { role: "user", content: [{ type: "text", text: "" }, image] },
            { role: "user", content: "u", name: "n" },
          ]),
        );
        if (next(2) === 0) {
          const called = {
            id: `c${turn}`,
            type: "function",
            function: { name: "f", arguments: pick(["", "{}", "no json"]) },
          };
          messages.push({
            role: "assistant",
            content: pick([null, "", "t"]),
            tool_calls: [called],
            reasoning_content: pick([undefined, "r"]),
          });
          messages.push({
            role: "tool",
            tool_call_id: `c${turn}`,
            content: pick<unknown>(["x", [{ type: "text", text: "y" }]]),
          });
        }
      }
      const fields: JsonObject = {
        tools: pick([
          undefined,
          [tool("f")],
          [tool("f", { strict: true })],
          [tool("g", { strict: true, parameters: {} })],
        ]),
        tool_choice: pick([undefined, "auto", "none", "required"]),
        stop: pick<unknown>([undefined, "s", ["s"]]),
        response_format: pick([
          undefined,
          { type: "json_object" },
          { type: "json_schema", json_schema: { schema: {} } },
        ]),
        reasoning_effort: pick([undefined, "none", "low", "high"]),
        max_tokens: pick([undefined, 3]),
        stream: pick([undefined, true]),
      };
      const body = JSON.parse(JSON.stringify({ model: "m", messages, ...fields })) as JsonObject;
      const made = JSON.parse(JSON.stringify(translateBody(translator, body))) as unknown;
      expect([body, checkCohereChat(asRecorded("/v2/chat", made))]).toEqual([body, undefined]);
    }
  });

  test("half-valid ones are refused or carried, never a crash", () => {
    const next = seededNumbers(5);
    const pick = (): unknown => JUNK[next(JUNK.length)];
    const names = [...Object.keys(translator.fields), "messages", "thinking", "documents"];
    for (let round = 0; round < 3000; round++) {
      const message = {
        role: ["user", "assistant", "tool", "system", "function"][next(5)],
        content: pick(),
        tool_calls: pick(),
        name: pick(),
        provider_specific_fields: pick(),
        tool_call_id: "c",
      };
      const body: JsonObject = {
        messages: [message, { role: "user", content: [pick()] }],
        [names[next(names.length)] ?? ""]: pick(),
        [names[next(names.length)] ?? ""]: pick(),
      };
      try {
        JSON.stringify(translateBody(translator, body));
      } catch (error) {
        if (!(error instanceof GatewayError)) throw new Error(`${JSON.stringify(body)} made ${String(error)}`);
      }
    }
  });
});
