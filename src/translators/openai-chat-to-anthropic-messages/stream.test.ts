import { expect, test } from "bun:test";
import {
  anthropicBlock,
  anthropicEnd,
  anthropicEvent,
  anthropicStart,
  anthropicStream,
} from "../../../tests/support/anthropic-stream.ts";
import { cutsOf, type PlayedStream, playStream, replyContext } from "../../../tests/support/translator-streams.ts";
import { objectOf, objectsOf } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { openaiChatToAnthropicMessages as translator } from "../openai-chat-to-anthropic-messages.ts";

const USER = [{ role: "user", content: "Hello" }];

/** Plays a stream in every cut; all must give the same. */
const play = (frames: readonly string[], request: JsonObject = {}, model = "claude-3-haiku-20240307"): PlayedStream => {
  const bytes = Buffer.from(frames.join(""));
  const context = replyContext({ request: { messages: USER, ...request }, model });
  const [first, ...others] = cutsOf(bytes).map((pieces) => playStream(translator, pieces, context));
  if (first === undefined) throw new Error("no cuts");
  for (const other of others) expect(other).toEqual(first);
  return first;
};

const choices = ({ chunks }: PlayedStream): readonly JsonObject[] =>
  chunks.flatMap((chunk) => objectsOf(chunk["choices"]));
const deltas = (played: PlayedStream): readonly JsonObject[] => choices(played).map(({ delta }) => objectOf(delta));
const join = (played: PlayedStream, field: string): string =>
  deltas(played)
    .map((delta) => String(delta[field] ?? ""))
    .join("");

const text = (index: number, ...words: readonly string[]): readonly string[] =>
  anthropicBlock(
    index,
    { type: "text", text: "" },
    words.map((word) => ({ type: "text_delta", text: word })),
  );

const call = (index: number, name: string, ...json: readonly string[]): readonly string[] =>
  anthropicBlock(
    index,
    { type: "tool_use", id: `toolu_${index}`, name, input: {} },
    json.map((partial_json) => ({ type: "input_json_delta", partial_json })),
  );

test("text", () => {
  const played = play(anthropicStream("end_turn", text(0, "ca", "f\u00e9")));
  expect(choices(played)).toEqual([
    { index: 0, delta: { role: "assistant", content: "" }, finish_reason: null },
    { index: 0, delta: { content: "ca" }, finish_reason: null },
    { index: 0, delta: { content: "f\u00e9" }, finish_reason: null },
    { index: 0, delta: {}, finish_reason: "stop" },
  ]);
  expect(played.chunks[0]).toMatchObject({
    id: "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY",
    model: "claude-sonnet-4-5-20250929",
    object: "chat.completion.chunk",
  });
  expect(played).toMatchObject({
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    failure: undefined,
    isComplete: true,
  });
});

test("before the vendor has counted the answer, usage is the prompt's alone", () => {
  const start = anthropicStart({ input_tokens: 11, output_tokens: 1, cache_read_input_tokens: 5 });
  const { usage } = play([start, ...text(0, "ca")]);
  expect(usage).toMatchObject({ prompt_tokens: 16, prompt_tokens_details: { cached_tokens: 5 } });
  expect(usage).not.toContainAnyKeys(["completion_tokens", "total_tokens"]);
  expect(play([start, ...text(0, "ca"), ...anthropicEnd("end_turn").slice(0, 1)]).usage).toMatchObject({
    completion_tokens: 7,
    total_tokens: 23,
  });
});

test("an answer that only the beginning counts has that count", () => {
  const { usage } = play([anthropicStart(), ...text(0, "ca"), ...anthropicEnd("end_turn", {})]);
  expect(usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 1 });
});

test("calls are counted by themselves, whatever blocks stand between them", () => {
  const played = play(
    anthropicStream(
      "tool_use",
      text(0, "I look."),
      call(1, "mcp_look", "", '{"at":', '"sea"}'),
      text(2, "And"),
      call(3, "rest"),
    ),
    {
      tools: [
        { type: "function", function: { name: "mcp.look" } },
        { type: "function", function: { name: "rest" } },
      ],
    },
  );
  expect(deltas(played).flatMap(({ tool_calls }) => objectsOf(tool_calls))).toEqual([
    { index: 0, id: "toolu_1", type: "function", function: { name: "mcp.look", arguments: "" } },
    { index: 0, function: { arguments: '{"at":' } },
    { index: 0, function: { arguments: '"sea"}' } },
    { index: 1, id: "toolu_3", type: "function", function: { name: "rest", arguments: "" } },
    { index: 1, function: { arguments: "{}" } },
  ]);
  expect(choices(played).at(-1)?.["finish_reason"]).toBe("tool_calls");
});

test("thoughts, then their whole block with its signature", () => {
  const thought = anthropicBlock(0, { type: "thinking", thinking: "", signature: "" }, [
    { type: "thinking_delta", thinking: "h" },
    { type: "thinking_delta", thinking: "m" },
    { type: "signature_delta", signature: "c2ln" },
  ]);
  const hidden = anthropicBlock(1, { type: "redacted_thinking", data: "x" }, []);
  const played = play(anthropicStream("end_turn", thought, hidden, text(2, "yes")));
  expect([join(played, "reasoning_content"), join(played, "content")]).toEqual(["hm", "yes"]);
  expect(deltas(played).flatMap(({ thinking_blocks }) => objectsOf(thinking_blocks))).toEqual([
    { type: "thinking", thinking: "hm", signature: "c2ln" },
    { type: "redacted_thinking", data: "x" },
  ]);
});

test("thoughts after words tell where they stood", () => {
  const thought = (index: number): readonly string[] =>
    anthropicBlock(index, { type: "thinking", thinking: "", signature: "" }, [
      { type: "signature_delta", signature: "s" },
    ]);
  const played = play(anthropicStream("end_turn", thought(0), text(1, "a", "b"), thought(2), text(3, "c")));
  expect(deltas(played).flatMap(({ provider_specific_fields }) => provider_specific_fields ?? [])).toEqual([
    { block_order: ["thinking", 2, "thinking", 1] },
  ]);
});

test("usage of the beginning and the end are put together", () => {
  const start = { input_tokens: 10, cache_creation_input_tokens: 5, cache_read_input_tokens: 100, output_tokens: 1 };
  const end = { input_tokens: null, output_tokens: 9, output_tokens_details: { thinking_tokens: 2 } };
  const { usage } = play([anthropicStart(start), ...text(0, "a"), ...anthropicEnd("end_turn", end)]);
  expect(usage).toMatchObject({
    prompt_tokens: 115,
    completion_tokens: 9,
    prompt_tokens_details: { cached_tokens: 100 },
    completion_tokens_details: { reasoning_tokens: 2 },
  });
});

test("citations and what Anthropic's own tools did", () => {
  const citation = { type: "web_search_result_location", url: "https://a.example" };
  const search = anthropicBlock(0, { type: "server_tool_use", id: "s1", name: "web_search", input: {} }, [
    { type: "input_json_delta", partial_json: '{"query":"x"}' },
  ]);
  const found = anthropicBlock(1, { type: "web_search_tool_result", tool_use_id: "s1", content: [] }, []);
  const cited = anthropicBlock(2, { type: "text", text: "" }, [
    { type: "text_delta", text: "b" },
    { type: "citations_delta", citation },
  ]);
  const played = play(anthropicStream("pause_turn", search, found, cited));
  expect(deltas(played).flatMap(({ provider_specific_fields }) => provider_specific_fields ?? [])).toEqual([
    { server_tool_use: [{ type: "server_tool_use", id: "s1", name: "web_search", input: { query: "x" } }] },
    { web_search_results: [{ type: "web_search_tool_result", tool_use_id: "s1", content: [] }] },
    { citation },
    { stop_reason: "pause_turn" },
  ]);
  expect(choices(played).at(-1)?.["finish_reason"]).toBe("stop");
});

const JSON_OBJECT = { response_format: { type: "json_object" } };
const LIST = {
  response_format: { type: "json_schema", json_schema: { name: "l", schema: { type: "array", items: {} } } },
};

test.each<[string, JsonObject, readonly string[], string]>([
  ["in pieces", JSON_OBJECT, call(0, "json_tool_call", '{"a":', "1}"), '{"a":1}'],
  ["without words beside it", JSON_OBJECT, [...text(0, "Here: "), ...call(1, "json_tool_call", "{}")], "{}"],
  ["unwrapped", LIST, call(0, "json_tool_call", '{"answer":[1', ",2]}"), "[1,2]"],
  ["in words after all", JSON_OBJECT, text(0, "[1]"), "[1]"],
])("a structured answer that comes as a call is the content, %s", (_name, request, blocks, content) => {
  const played = play([anthropicStart(), ...blocks, ...anthropicEnd("tool_use")], request);
  expect(join(played, "content")).toBe(content);
  expect(deltas(played).some(({ tool_calls }) => tool_calls !== undefined)).toBe(false);
  expect(choices(played).at(-1)?.["finish_reason"]).toBe("stop");
});

test.each([
  ["overloaded_error", 529],
  ["rate_limit_error", 429],
  ["invalid_request_error", 400],
  ["api_error", 500],
  ["timeout_error", 504],
  ["one_to_come", 500],
])("the error %s within a stream", (type, status) => {
  const error = anthropicEvent("error", { error: { type, message: "no more" } });
  const played = play([anthropicStart(), ...text(0, "a").slice(0, 2), error]);
  expect(played.failure).toEqual({ status, type, message: "no more" });
  expect(join(played, "content")).toBe("a");
});

test("a stream without its last event is a broken one", () => {
  const frames = anthropicStream("end_turn", text(0, "a"));
  expect(play(frames.slice(0, -1)).isComplete).toBe(false);
  expect(play([]).isComplete).toBe(false);
});

test("events and deltas to come are passed over", () => {
  const odd = [
    anthropicEvent("event_to_come", { a: 1 }),
    ...anthropicBlock(0, { type: "block_to_come" }, [{ type: "delta_to_come" }]),
    anthropicEvent("content_block_delta", { index: 9, delta: { type: "text_delta", text: "nowhere" } }),
  ];
  const played = play([anthropicStart(), ...odd, ...text(1, "a"), ...anthropicEnd("end_turn")]);
  expect([join(played, "content"), played.isComplete]).toEqual(["a", true]);
});

test("a vendor that opens blocks without end is stopped", () => {
  const opened = Array.from({ length: 1025 }, (_, index) =>
    anthropicEvent("content_block_start", { index, content_block: { type: "text", text: "" } }),
  );
  const bytes = [Buffer.from([anthropicStart(), ...opened].join(""))];
  const context = replyContext({ request: { messages: USER } });
  expect(() => playStream(translator, bytes, context)).toThrow("blocks open at once");
});
