import { describe, expect, test } from "bun:test";
import { type TranslateOptions, translateToGemini } from "../../tests/support/translate-to-gemini.ts";
import { GatewayError } from "../core/errors.ts";
import { listOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToGeminiGenerateContent as translator } from "./openai-chat-to-gemini-generate-content.ts";

const hi = { role: "user", content: "hi" };
const HI = { role: "user", parts: [{ text: "hi" }] };
const look = { type: "function", function: { name: "look", description: "d", parameters: { type: "object" } } };

const bodyOf = (chat: JsonObject, options?: TranslateOptions): JsonObject =>
  translateToGemini({ messages: [hi], ...chat }, options).body;

const contentsOf = (messages: readonly JsonObject[], options?: TranslateOptions): unknown =>
  bodyOf({ messages }, options)["contents"];

const configOf = (chat: JsonObject, options?: TranslateOptions): unknown => bodyOf(chat, options)["generationConfig"];

describe("parameters", () => {
  test.each([
    [
      { temperature: 0.5, top_p: 0.9, top_k: 3 },
      { temperature: 0.5, topP: 0.9, topK: 3 },
    ],
    [
      { n: 2, seed: 7 },
      { candidateCount: 2, seed: 7 },
    ],
    [{ max_tokens: 5 }, { maxOutputTokens: 5 }],
    [{ max_tokens: 5, max_completion_tokens: 6 }, { maxOutputTokens: 6 }],
    [{ stop: "a" }, { stopSequences: ["a"] }],
    [{ stop: ["a", "", "b"] }, { stopSequences: ["a", "b"] }],
    [
      { presence_penalty: 1, frequency_penalty: 0.5 },
      { presencePenalty: 1, frequencyPenalty: 0.5 },
    ],
    [
      { logprobs: true, top_logprobs: 3 },
      { responseLogprobs: true, logprobs: 3 },
    ],
    [{ logprobs: true }, { responseLogprobs: true }],
    [{ response_format: { type: "json_object" } }, { responseMimeType: "application/json" }],
    [
      {
        response_format: {
          type: "json_schema",
          json_schema: { name: "n", strict: true, schema: { type: "object", $schema: "x" } },
        },
      },
      { responseMimeType: "application/json", responseJsonSchema: { type: "object" } },
    ],
    [{ modalities: ["text", "image"] }, { responseModalities: ["TEXT", "IMAGE"] }],
    [
      { modalities: ["audio"], audio: { voice: "Kore", format: "pcm16" } },
      { responseModalities: ["AUDIO"], speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } } },
    ],
    [
      { thinkingConfig: { thinkingBudget: 9 }, mediaResolution: "x" },
      { thinkingConfig: { thinkingBudget: 9 }, mediaResolution: "x" },
    ],
    [{ temperature: 1, generation_config: { temperature: 0 } }, { temperature: 0 }],
  ])("%j", (chat, config) => {
    expect(configOf(chat)).toEqual(config as JsonObject);
  });

  test.each([
    ["low", { thinkingBudget: 1024, includeThoughts: true }, { thinkingLevel: "LOW", includeThoughts: true }],
    ["medium", { thinkingBudget: 2048, includeThoughts: true }, { thinkingLevel: "MEDIUM", includeThoughts: true }],
    ["high", { thinkingBudget: 4096, includeThoughts: true }, { thinkingLevel: "HIGH", includeThoughts: true }],
    ["minimal", { thinkingBudget: 1, includeThoughts: true }, { thinkingLevel: "MINIMAL", includeThoughts: true }],
    ["none", { thinkingBudget: 0, includeThoughts: false }, { thinkingLevel: "MINIMAL", includeThoughts: false }],
    ["disable", { thinkingBudget: 0, includeThoughts: false }, { thinkingLevel: "MINIMAL", includeThoughts: false }],
  ])("reasoning_effort %s", (reasoning_effort, before, since) => {
    expect(configOf({ reasoning_effort })).toEqual({ thinkingConfig: before });
    expect(configOf({ reasoning_effort }, { model: "gemini-3-flash-preview" })).toEqual({ thinkingConfig: since });
  });

  test("thinking as Anthropic asks for it", () => {
    const thinking = { type: "enabled", budget_tokens: 500 };
    expect(configOf({ thinking })).toEqual({ thinkingConfig: { includeThoughts: true, thinkingBudget: 500 } });
    expect(configOf({ thinking: { type: "disabled" } })).toEqual({
      thinkingConfig: { includeThoughts: false, thinkingBudget: 0 },
    });
    const later = translateToGemini({ messages: [hi], thinking }, { model: "gemini-3-pro-preview" });
    expect(later.body["generationConfig"]).toEqual({ thinkingConfig: { includeThoughts: true } });
    expect(later.dropped).toEqual(["thinking.budget_tokens"]);
  });

  test("the vendor's own pass", () => {
    const own = { safety_settings: [{ category: "c" }], cachedContent: "cachedContents/1", labels: { a: "b" } };
    expect(bodyOf({ ...own, service_tier: "flex" })).toEqual({
      contents: [HI],
      safetySettings: [{ category: "c" }],
      cachedContent: "cachedContents/1",
      labels: { a: "b" },
      serviceTier: "flex",
    });
    expect(() => bodyOf({ x_unknown: 1 })).toThrow('Unknown name \\"xUnknown\\"');
  });

  test.each([
    [{ stop: ["a", "b", "c", "d", "e", "f"] }, "stop", { stopSequences: ["a", "b", "c", "d", "e"] }],
    [
      { reasoning_effort: "xhigh" },
      "reasoning_effort",
      { thinkingConfig: { thinkingBudget: 4096, includeThoughts: true } },
    ],
    [{ modalities: ["smell"] }, "modalities[0]", undefined],
    [{ audio: { format: "mp3" } }, "audio.format", { speechConfig: {} }],
    [{ service_tier: "scale" }, "service_tier", undefined],
  ])("%j is refused, or dropped", (chat, path, config) => {
    expect(() => bodyOf(chat)).toThrow(GatewayError);
    const { body, dropped } = translateToGemini({ messages: [hi], ...chat }, { dropParams: true });
    expect([body["generationConfig"], dropped]).toEqual([config, [path]]);
  });

  test("models that do not think are not asked to", () => {
    expect(() => configOf({ reasoning_effort: "low" }, { model: "gemini-2.0-flash" })).toThrow(GatewayError);
    expect(configOf({ reasoning_effort: "none" }, { model: "gemini-2.0-flash" })).toBeUndefined();
  });
});

describe("messages", () => {
  test("roles alternate, instructions stand apart", () => {
    const messages = [
      { role: "system", content: "be" },
      { role: "developer", content: [{ type: "text", text: "kind" }] },
      hi,
      { role: "user", content: ["there", { type: "text", text: "" }] },
      { role: "assistant", content: "a" },
      { role: "assistant", content: [{ type: "refusal", refusal: "b" }] },
      hi,
    ];
    expect(bodyOf({ messages })).toEqual({
      systemInstruction: { parts: [{ text: "be" }, { text: "kind" }] },
      contents: [
        { role: "user", parts: [{ text: "hi" }, { text: "there" }] },
        { role: "model", parts: [{ text: "a" }, { text: "b" }] },
        HI,
      ],
    });
  });

  test("empty ones are blank, so that no content is without parts", () => {
    expect(
      contentsOf([
        { role: "user", content: "" },
        { role: "assistant", content: null },
      ]),
    ).toEqual([{ role: "user", parts: [{ text: " " }] }]);
    expect(contentsOf([{ role: "system", content: "be" }])).toEqual([{ role: "user", parts: [{ text: " " }] }]);
  });

  test("calls and results find each other by id, and keep the order of the vendor", () => {
    const call = (id: string, name: string, text: string): JsonObject => ({
      id,
      type: "function",
      function: { name, arguments: text },
    });
    const messages = [
      hi,
      { role: "assistant", content: "let me", tool_calls: [call("1", "look", '{"at":"sea"}'), call("2", "hear", "")] },
      { role: "tool", tool_call_id: "2", content: "waves" },
      { role: "tool", tool_call_id: "1", content: [{ type: "text", text: '{"sail":1}' }] },
      hi,
    ];
    expect(contentsOf(messages)).toEqual([
      HI,
      {
        role: "model",
        parts: [
          { text: "let me" },
          { functionCall: { name: "look", args: { at: "sea" } } },
          { functionCall: { name: "hear", args: {} } },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "hear", response: { output: "waves" } } },
          { functionResponse: { name: "look", response: { sail: 1 } } },
        ],
      },
      HI,
    ]);
    expect(() => contentsOf([hi, { role: "tool", tool_call_id: "9", content: "" }])).toThrow(GatewayError);
  });

  test("legacy functions are called likewise", () => {
    const messages = [
      hi,
      { role: "assistant", content: null, function_call: { name: "look", arguments: "{}" } },
      { role: "function", name: "look", content: "1" },
    ];
    expect(contentsOf(messages)).toEqual([
      HI,
      { role: "model", parts: [{ functionCall: { name: "look", args: {} } }] },
      { role: "user", parts: [{ functionResponse: { name: "look", response: { output: 1 } } }] },
    ]);
  });

  test("thoughts and parts that OpenAI has no place for go back as they came", () => {
    const parts = [{ executableCode: { language: "PYTHON", code: "1" } }];
    const assistant = {
      role: "assistant",
      content: "a",
      reasoning_content: "hm",
      provider_specific_fields: { thought_signatures: ["c2ln"], parts },
    };
    expect(contentsOf([hi, assistant])).toEqual([
      HI,
      { role: "model", parts: [{ text: "hm", thought: true }, { text: "a", thoughtSignature: "c2ln" }, ...parts] },
    ]);
  });
});

describe("signatures of thoughts", () => {
  const modern = { model: "gemini-3-pro-preview" };
  const callsOf = (...calls: readonly JsonObject[]): unknown => {
    const toolCalls = calls.map((call) => ({ type: "function", function: { name: "look", arguments: "{}" }, ...call }));
    const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "1" }));
    const contents = contentsOf([hi, { role: "assistant", tool_calls: toolCalls }, ...results], modern) as JsonObject[];
    return [contents[1]?.["parts"], contents[2]?.["parts"]];
  };
  const called = (id: string, thoughtSignature?: string): JsonObject => ({
    functionCall: { id, name: "look", args: {} },
    ...(thoughtSignature === undefined ? {} : { thoughtSignature }),
  });
  const answered = (id: string): JsonObject => ({ functionResponse: { id, name: "look", response: { output: 1 } } });

  test.each([
    [{ id: "a__thought__c2ln" }],
    [{ id: "a", provider_specific_fields: { thought_signature: "c2ln" } }],
    [{ id: "a", function: { name: "look", arguments: "{}", provider_specific_fields: { thought_signature: "c2ln" } } }],
    [{ id: "a", extra_content: { google: { thought_signature: "c2ln" } } }],
  ])("are taken from %j", (call) => {
    expect(callsOf(call)).toEqual([[called("a", "c2ln")], [answered("a")]]);
  });

  test("stay with the first of several calls", () => {
    expect(callsOf({ id: "a__thought__c2ln" }, { id: "b" })).toEqual([
      [called("a", "c2ln"), called("b")],
      [answered("a"), answered("b")],
    ]);
  });

  test("of calls that another model made are replaced by what the vendor lets pass", () => {
    const skip = "skip_thought_signature_validator";
    expect(callsOf({ id: "toolu_1" })).toEqual([[called("toolu_1", skip)], [answered("toolu_1")]]);
    expect(callsOf({ id: "a__thought__no signature" })).toEqual([[called("a", skip)], [answered("a")]]);
  });

  test("survive the round trip through clients that know only the id", () => {
    const parts = [{ functionCall: { name: "look", args: {} }, thoughtSignature: "c2lnbmVk+/8=" }];
    const reply = { candidates: [{ content: { parts }, finishReason: "STOP" }] };
    const context = { model: "m", request: {}, created: 1, id: "chatcmpl-1-2", header: () => undefined, options: {} };
    const { choices } = translator.response(reply, context) as { choices: [{ message: { tool_calls: [JsonObject] } }] };
    const [call] = choices[0].message.tool_calls;
    expect(call["id"]).toBe("call_12_0_0__thought__c2lnbmVk+/8=");
    expect(callsOf({ id: call["id"] })).toEqual([[called("call_12_0_0", "c2lnbmVk+/8=")], [answered("call_12_0_0")]]);
  });
});

describe("tools", () => {
  test.each([
    [undefined, undefined],
    ["auto", { mode: "AUTO" }],
    ["none", { mode: "NONE" }],
    ["required", { mode: "ANY" }],
    [
      { type: "function", function: { name: "look" } },
      { mode: "ANY", allowedFunctionNames: ["look"] },
    ],
  ])("with the choice %j", (tool_choice, config) => {
    const { tools, toolConfig } = bodyOf({ tools: [look], ...(tool_choice === undefined ? {} : { tool_choice }) });
    const declaration = { name: "look", description: "d", parametersJsonSchema: { type: "object" } };
    expect(tools).toEqual([{ functionDeclarations: [declaration] }]);
    expect(toolConfig).toEqual(config && { functionCallingConfig: config });
  });

  test("that the vendor runs itself", () => {
    const tools = [
      { googleSearch: {} },
      { type: "url_context" },
      { codeExecution: {} },
      { type: "google_maps", enableWidget: true },
    ];
    expect(bodyOf({ tools })["tools"]).toEqual([
      { googleSearch: {} },
      { urlContext: {} },
      { codeExecution: {} },
      { googleMaps: { enableWidget: true } },
    ]);
    const searched = translateToGemini({ messages: [hi], web_search_options: { search_context_size: "low" } });
    expect(searched.body["tools"]).toEqual([{ googleSearch: {} }]);
    expect(searched.dropped).toEqual(["web_search_options.search_context_size"]);
    expect(() => bodyOf({ tools: [{ type: "custom", custom: { name: "x" } }] })).toThrow(GatewayError);
  });

  test("one at a time only when there is but one", () => {
    expect(bodyOf({ tools: [look], parallel_tool_calls: false })["tools"]).toBeDefined();
    const hear = { type: "function", function: { name: "hear" } };
    expect(() => bodyOf({ tools: [look, hear], parallel_tool_calls: false })).toThrow(GatewayError);
  });
});

describe("files", () => {
  const partOf = (part: JsonObject, options?: TranslateOptions): unknown => {
    const contents = contentsOf([{ role: "user", content: [part] }], options) as readonly JsonObject[];
    return listOf(contents[0]?.["parts"])[0];
  };
  const image = (url: string, more: JsonObject = {}): JsonObject => ({
    type: "image_url",
    image_url: { url, ...more },
  });
  const inline = (mimeType: string): JsonObject => ({ inlineData: { mimeType, data: "AAAA" } });
  const media = new Map([["https://a.example/x", { type: "image/webp", base64: "AAAA" }]]);

  test.each([
    [image("data:image/png;base64,AAAA"), inline("image/png")],
    [image("data:image/jpg;base64,AAAA"), inline("image/jpeg")],
    [image("https://a.example/x"), inline("image/webp")],
    [
      image("https://generativelanguage.googleapis.com/v1beta/files/1"),
      { fileData: { fileUri: "https://generativelanguage.googleapis.com/v1beta/files/1" } },
    ],
    [{ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } }, inline("audio/wav")],
    [{ type: "file", file: { file_data: "data:application/pdf;base64,AAAA" } }, inline("application/pdf")],
    [{ type: "file", file: { file_data: "AAAA", filename: "a.mp4" } }, inline("video/mp4")],
    [
      { type: "file", file: { file_id: "files/1", format: "video/mp4" } },
      { fileData: { mimeType: "video/mp4", fileUri: "https://generativelanguage.googleapis.com/v1beta/files/1" } },
    ],
    [{ type: "video_url", video_url: { url: "https://youtu.be/x" } }, { fileData: { fileUri: "https://youtu.be/x" } }],
  ])("%j", (part, expected) => {
    expect(partOf(part, { media })).toEqual(expected as JsonObject);
  });

  test("of Google's storage and of the web are opened by Vertex itself", () => {
    const vertex = { isVertex: true };
    expect(partOf(image("gs://bucket/a.png"), vertex)).toEqual({
      fileData: { mimeType: "image/png", fileUri: "gs://bucket/a.png" },
    });
    expect(partOf(image("https://a.example/a.jpg?b"), vertex)).toEqual({
      fileData: { mimeType: "image/jpeg", fileUri: "https://a.example/a.jpg?b" },
    });
  });

  test("that the vendor does not open are fetched for it", () => {
    const urls = [
      "https://a.example/x",
      "https://a.example/a.png",
      "https://youtu.be/x",
      "gs://b/a.png",
      "data:image/png;base64,AAAA",
    ];
    const body = {
      messages: [
        {
          role: "user",
          content: [
            ...urls.map((url) => image(url)),
            "text",
            { type: "file", file: { file_id: "http://a.example/f" } },
          ],
        },
        null,
        1,
      ],
    };
    expect(translator.mediaUrls?.(body, {})).toEqual([
      "https://a.example/x",
      "https://a.example/a.png",
      "http://a.example/f",
    ]);
    expect(translator.mediaUrls?.(body, { isVertex: true })).toEqual(["https://a.example/x", "http://a.example/f"]);
    expect(translator.mediaUrls?.({ messages: 1 }, {})).toEqual([]);
  });

  test("are shown in the detail that was asked for, where the model knows any", () => {
    const part = image("data:image/png;base64,AAAA", { detail: "low" });
    expect(partOf(part, { model: "gemini-3-pro-preview" })).toEqual({
      ...inline("image/png"),
      mediaResolution: { level: "MEDIA_RESOLUTION_LOW" },
    });
    expect(translateToGemini({ messages: [{ role: "user", content: [part] }] }).dropped).toEqual([
      "messages[0].content[0].image_url.detail",
    ]);
  });

  test("in results of tools", () => {
    const messages = [
      hi,
      { role: "assistant", tool_calls: [{ id: "1", type: "function", function: { name: "look", arguments: "{}" } }] },
      {
        role: "tool",
        tool_call_id: "1",
        content: [{ type: "text", text: "see" }, image("data:image/png;base64,AAAA")],
      },
    ];
    const response = { name: "look", response: { output: "see" } };
    expect(contentsOf(messages)).toContainEqual({
      role: "user",
      parts: [{ functionResponse: response }, inline("image/png")],
    });
    expect(contentsOf(messages, { model: "gemini-3-pro-preview" })).toContainEqual({
      role: "user",
      parts: [{ functionResponse: { id: "1", ...response, parts: [inline("image/png")] } }],
    });
  });

  test.each([[image("ftp://a")], [image("not base64!")], [{ type: "smell", smell: 1 }]])("%j is refused", (part) => {
    expect(() => partOf(part)).toThrow(GatewayError);
  });
});
