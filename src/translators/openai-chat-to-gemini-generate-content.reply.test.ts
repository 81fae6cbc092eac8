import { describe, expect, test } from "bun:test";
import { cpuTimeMs } from "../../tests/support/cpu-time.ts";
import { cutsOf, type PlayedStream, playStream, replyContext } from "../../tests/support/translator-streams.ts";
import { GatewayError } from "../core/errors.ts";
import { listOf, objectOf, objectsOf } from "../core/json-values.ts";
import type { JsonObject } from "../core/translation.ts";
import { openaiChatToGeminiGenerateContent as translator } from "./openai-chat-to-gemini-generate-content.ts";

const reply = (parts: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  candidates: [{ content: { role: "model", parts }, ...more }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: "gemini-2.5-flash",
  responseId: "r1",
});

const completionOf = (given: JsonObject, request: JsonObject = {}): JsonObject =>
  translator.response(given, replyContext({ request }));

const choiceOf = (given: JsonObject, request: JsonObject = {}): JsonObject =>
  objectOf(listOf(completionOf(given, request)["choices"])[0]);

const stop = { finishReason: "STOP" };
const CALL = { functionCall: { name: "look", args: { at: "sea" } } };
const toolCall = (at: number): JsonObject => ({
  id: `call_1_0_${at}`,
  type: "function",
  function: { name: "look", arguments: '{"at":"sea"}' },
});

test("a reply is a completion", () => {
  expect(completionOf(reply([{ text: "a" }, { text: "b" }], stop))).toEqual({
    id: "r1",
    object: "chat.completion",
    created: 1_764_000_000,
    model: "gemini-2.5-flash",
    choices: [{ index: 0, message: { role: "assistant", content: "ab" }, finish_reason: "stop" }],
    system_fingerprint: null,
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });
});

test("several candidates are several choices, in their order", () => {
  const one = { content: { parts: [{ text: "1" }] }, finishReason: "STOP", index: 1 };
  const zero = { content: { parts: [{ text: "0" }] }, finishReason: "MAX_TOKENS" };
  const choices = objectsOf(completionOf({ candidates: [one, zero] })["choices"]);
  expect(
    choices.map(({ index, message, finish_reason }) => [index, objectOf(message)["content"], finish_reason]),
  ).toEqual([
    [0, "0", "length"],
    [1, "1", "stop"],
  ]);
});

test.each([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["SPII", "content_filter"],
  ["LANGUAGE", "content_filter"],
  ["OTHER", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["MALFORMED_FUNCTION_CALL", "stop"],
  ["UNEXPECTED_TOOL_CALL", "stop"],
  ["SOMETHING_NEW", "stop"],
])("the finish reason %s is %s", (finishReason, expected) => {
  const { finish_reason, message } = choiceOf({ candidates: [{ finishReason }] });
  expect(finish_reason).toBe(expected);
  const native = objectOf(objectOf(message)["provider_specific_fields"])["native_finish_reason"];
  expect(native).toBe(["STOP", "MAX_TOKENS"].includes(finishReason) ? undefined : finishReason);
});

test("a blocked prompt is an answer that the content filter ended", () => {
  const blocked = {
    promptFeedback: { blockReason: "SAFETY" },
    usageMetadata: { promptTokenCount: 3, totalTokenCount: 3 },
  };
  expect(completionOf(blocked)).toMatchObject({
    choices: [
      {
        message: { role: "assistant", content: null, provider_specific_fields: { block_reason: "SAFETY" } },
        finish_reason: "content_filter",
      },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 },
  });
  expect(() => completionOf({})).toThrow(GatewayError);
});

describe("parts", () => {
  test("calls", () => {
    const { message, finish_reason } = choiceOf(
      reply([{ text: "a" }, CALL, { ...CALL, thoughtSignature: "c2ln" }], stop),
    );
    const signed = { ...toolCall(1), id: "call_1_0_1__thought__c2ln" };
    expect(message).toEqual({
      role: "assistant",
      content: "a",
      tool_calls: [toolCall(0), { ...signed, provider_specific_fields: { thought_signature: "c2ln" } }],
      provider_specific_fields: { thought_signatures: ["c2ln"] },
    });
    expect(finish_reason).toBe("tool_calls");
    const own = { functionCall: { id: "abc", name: "now" } };
    expect(objectOf(choiceOf(reply([own], stop))["message"])).toMatchObject({
      content: null,
      tool_calls: [{ id: "abc", function: { name: "now", arguments: "{}" } }],
    });
  });

  test("calls of callers who speak of functions", () => {
    const choice = choiceOf(reply([CALL], stop), { functions: [{ name: "look" }] });
    expect(choice).toMatchObject({
      message: { function_call: { name: "look", arguments: '{"at":"sea"}' } },
      finish_reason: "function_call",
    });
  });

  test("thoughts", () => {
    const { message } = choiceOf(
      reply(
        [{ text: "h", thought: true }, { text: "m", thought: true, thoughtSignature: "YQ==" }, { text: "a" }],
        stop,
      ),
    );
    expect(message).toEqual({
      role: "assistant",
      content: "a",
      reasoning_content: "hm",
      thinking_blocks: [
        { type: "thinking", thinking: "h" },
        { type: "thinking", thinking: "m", signature: "YQ==" },
      ],
      provider_specific_fields: { thought_signatures: ["YQ=="] },
    });
  });

  test("images, audio, and what OpenAI has no place for", () => {
    const blob = (mimeType: string): JsonObject => ({ inlineData: { mimeType, data: "AAAA" } });
    const code = { executableCode: { language: "PYTHON", code: "1" } };
    expect(choiceOf(reply([blob("image/png"), blob("audio/L16;rate=24000"), code], stop))["message"]).toEqual({
      role: "assistant",
      content: null,
      images: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "auto" }, index: 0 }],
      audio: { id: "audio_chatcmpl-1", data: "AAAA", expires_at: 1_764_086_400, transcript: "" },
      provider_specific_fields: { parts: [code] },
    });
  });
});

test("what was found on the web is annotated, by characters", () => {
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.example", title: "A" } }],
    groundingSupports: [{ segment: { startIndex: 6, endIndex: 9, text: "sea" }, groundingChunkIndices: [0, 7] }],
  };
  const completion = completionOf(reply([{ text: "caf\u00e9 sea" }], { ...stop, groundingMetadata }));
  const url_citation = { start_index: 5, end_index: 8, url: "https://a.example", title: "A" };
  expect(completion).toMatchObject({
    choices: [{ message: { annotations: [{ type: "url_citation", url_citation }] } }],
    vertex_ai_grounding_metadata: [groundingMetadata],
  });
});

test("thousands of places in a long text are found in one go", () => {
  const text = "caf\u00e9 \ud83d\ude00 sea ".repeat(20_000);
  const bytes = Buffer.byteLength(text);
  const places = Array.from({ length: 20_000 }, (_, index) => ({
    segment: { startIndex: index, endIndex: bytes - 4 },
    groundingChunkIndices: [0],
  }));
  const groundingMetadata = {
    groundingChunks: [{ web: { uri: "https://a.example", title: "A" } }],
    groundingSupports: [...places, { segment: { startIndex: -1, endIndex: 2 * bytes }, groundingChunkIndices: [0] }],
  };
  const startMs = cpuTimeMs();
  const completion = completionOf(reply([{ text }], { ...stop, groundingMetadata }));
  expect(cpuTimeMs() - startMs).toBeLessThan(1500);
  const { annotations } =
    (completion as { choices: { message: { annotations: unknown[] } }[] }).choices[0]?.message ?? {};
  expect(annotations?.[0]).toMatchObject({ url_citation: { start_index: 0, end_index: text.length - 4 } });
  expect(annotations?.at(-1)).toMatchObject({ url_citation: { start_index: 0, end_index: text.length } });
});

test("log probabilities", () => {
  const [a, b] = [
    { token: "\u00e9", logProbability: -0.5 },
    { token: "b", logProbability: -2 },
  ];
  const logprobsResult = { chosenCandidates: [a], topCandidates: [{ candidates: [a, b] }] };
  const [eAcute, second] = [
    { token: "\u00e9", logprob: -0.5, bytes: [195, 169] },
    { token: "b", logprob: -2, bytes: [98] },
  ];
  expect(choiceOf(reply([{ text: "\u00e9" }], { ...stop, logprobsResult }))["logprobs"]).toEqual({
    content: [{ ...eAcute, top_logprobs: [eAcute, second] }],
    refusal: null,
  });
});

test.each([
  [
    {
      promptTokenCount: 10,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 20,
      cachedContentTokenCount: 4,
      totalTokenCount: 35,
    },
    {
      prompt_tokens: 10,
      completion_tokens: 25,
      total_tokens: 35,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 20 },
    },
  ],
  [
    { promptTokenCount: 10, candidatesTokenCount: 25, thoughtsTokenCount: 20, totalTokenCount: 35 },
    { prompt_tokens: 10, completion_tokens: 25, total_tokens: 35, completion_tokens_details: { reasoning_tokens: 20 } },
  ],
  [
    {
      promptTokenCount: 10,
      toolUsePromptTokenCount: 7,
      candidatesTokenCount: 5,
      totalTokenCount: 22,
      promptTokensDetails: [
        { modality: "TEXT", tokenCount: 4 },
        { modality: "AUDIO", tokenCount: 6 },
      ],
    },
    { prompt_tokens: 17, completion_tokens: 5, total_tokens: 22, prompt_tokens_details: { audio_tokens: 6 } },
  ],
  [
    {
      promptTokenCount: 10,
      cachedContentTokenCount: 8,
      candidatesTokenCount: 9,
      totalTokenCount: 19,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 7 }],
      cacheTokensDetails: [
        { modality: "TEXT", tokenCount: 2 },
        { modality: "AUDIO", tokenCount: 6 },
      ],
      candidatesTokensDetails: [
        { modality: "TEXT", tokenCount: 1 },
        { modality: "AUDIO", tokenCount: 3 },
        { modality: "IMAGE", tokenCount: 5 },
      ],
    },
    {
      prompt_tokens: 10,
      completion_tokens: 9,
      total_tokens: 19,
      prompt_tokens_details: { cached_tokens: 8, cached_tokens_details: { audio_tokens: 6 }, audio_tokens: 7 },
      completion_tokens_details: { audio_tokens: 3, image_tokens: 5 },
    },
  ],
  [{}, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
])("usage %j", (usageMetadata, usage) => {
  expect(completionOf({ ...reply([], stop), usageMetadata })["usage"]).toEqual(usage);
});

describe("streams", () => {
  const bytesOf = (...events: readonly JsonObject[]): Buffer =>
    Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join(""));
  const choicesOf = ({ chunks }: PlayedStream): readonly JsonObject[] =>
    chunks.map(({ choices }) => objectOf(listOf(choices)[0]));
  const deltasOf = (played: PlayedStream): unknown => choicesOf(played).map(({ delta }) => delta);

  test("are the same however they are cut", () => {
    const bytes = bytesOf(
      reply([{ text: "h\u00e9", thought: true }]),
      reply([{ text: "caf" }]),
      reply([{ text: "\u00e9" }, CALL, { ...CALL, thoughtSignature: "c2ln" }]),
      { ...reply([], stop), usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 9, totalTokenCount: 12 } },
    );
    for (const pieces of cutsOf(bytes)) {
      const played = playStream(translator, pieces);
      expect(deltasOf(played)).toEqual([
        {
          role: "assistant",
          reasoning_content: "h\u00e9",
          thinking_blocks: [{ type: "thinking", thinking: "h\u00e9" }],
        },
        { content: "caf" },
        { content: "\u00e9", provider_specific_fields: { thought_signatures: ["c2ln"] } },
        { tool_calls: [{ index: 0, ...toolCall(0) }] },
        {
          tool_calls: [
            {
              index: 1,
              ...toolCall(1),
              id: "call_1_0_1__thought__c2ln",
              provider_specific_fields: { thought_signature: "c2ln" },
            },
          ],
        },
        {},
      ]);
      expect(choicesOf(played).at(-1)?.["finish_reason"]).toBe("tool_calls");
      expect(new Set(played.chunks.map(({ id, model }) => `${id} ${model}`))).toEqual(new Set(["r1 gemini-2.5-flash"]));
      expect(played.usage).toEqual({ prompt_tokens: 3, completion_tokens: 9, total_tokens: 12 });
      expect(played.isComplete).toBe(true);
    }
  });

  test("of several candidates end one by one", () => {
    const candidate = (index: number, text: string, more: JsonObject = {}): JsonObject => ({
      candidates: [{ index, content: { parts: [{ text }] }, ...more }],
    });
    const bytes = bytesOf(
      candidate(0, "a"),
      candidate(1, "b", stop),
      candidate(0, "c", { finishReason: "MAX_TOKENS" }),
    );
    const choices = choicesOf(playStream(translator, [bytes]));
    expect(choices.map(({ index, finish_reason }) => [index, finish_reason])).toEqual([
      [0, null],
      [1, null],
      [0, null],
      [0, "length"],
      [1, "stop"],
    ]);
  });

  test("without a word of why they end were cut", () => {
    expect(playStream(translator, [bytesOf(reply([{ text: "a" }]))]).isComplete).toBe(false);
    expect(playStream(translator, [Buffer.alloc(0)]).isComplete).toBe(false);
  });

  test("of blocked prompts end with the content filter", () => {
    const played = playStream(translator, [bytesOf({ promptFeedback: { blockReason: "OTHER" } })]);
    expect(choicesOf(played).map(({ finish_reason }) => finish_reason)).toEqual([null, "content_filter"]);
    expect(played.isComplete).toBe(true);
  });

  test("that fail tell it", () => {
    const error = { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" };
    const played = playStream(translator, [bytesOf(reply([{ text: "a" }]), { error })]);
    expect(played.failure).toEqual({ status: 503, message: "The model is overloaded.", code: "UNAVAILABLE" });
    expect(() => playStream(translator, [Buffer.from("data: {\n\n")])).toThrow(SyntaxError);
  });

  test("tell log probabilities with the text", () => {
    const logprobsResult = { chosenCandidates: [{ token: "a", logProbability: -1 }] };
    const [first] = choicesOf(playStream(translator, [bytesOf(reply([{ text: "a" }], { ...stop, logprobsResult }))]));
    const content = [{ token: "a", logprob: -1, bytes: [97], top_logprobs: [] }];
    expect(first).toMatchObject({ delta: { content: "a" }, logprobs: { content } });
  });
});
