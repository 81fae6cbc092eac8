import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { APIError, OpenAI } from "openai";
import { anthropicKit } from "../conformance/kits/anthropic.ts";
import { anthropicError, checkAnthropicRequest } from "../support/anthropic-rules.ts";
import { anthropicBlock, anthropicMessage, anthropicStream } from "../support/anthropic-stream.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { modelEntry, postJson } from "../support/gateway-setup.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;
let client: OpenAI;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("claude", { model: "claude-sonnet-4-5", api_key: "sk-ant-key" }), // The provider is told by the name.
        modelEntry("anthropic/*", { model: "anthropic/*" }),
        modelEntry("open", { model: "anthropic/claude-opus-5-5", drop_params: true }),
        modelEntry("long", { model: "openai/long", api_base: `${upstream.url}/v1`, api_key: "sk-upstream" }),
      ],
      router_settings: { num_retries: 0, disable_cooldowns: true, context_window_fallbacks: [{ claude: ["open"] }] },
      general_settings: { forward_client_headers_to_llm_api: true },
    },
    env: { ANTHROPIC_API_KEY: "sk-ant-env", ANTHROPIC_API_BASE: `${upstream.url}/v1` },
  });
  client = new OpenAI({ apiKey: "sk-none", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const messages = [{ role: "user" as const, content: "Hello" }];
const tools = [
  {
    type: "function" as const,
    function: { name: "look", parameters: { type: "object", properties: { at: { type: "string" } } } },
  },
];

/** Answers the next request this way, if the vendor would take it. */
const answer = (reply: ScriptedReply | undefined): void =>
  upstream.next((request) => checkAnthropicRequest(request) ?? reply);

const failureOf = (call: PromiseLike<unknown>): PromiseLike<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a chat, whole and streamed", async () => {
  answer(anthropicKit.simple);
  const reply = await client.chat.completions.create({ model: "claude", messages });
  expect(reply.choices[0]).toMatchObject({ message: { content: "caf\u00e9" }, finish_reason: "stop" });
  expect(reply.usage).toEqual({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
  expect(upstream.last().headers.get("x-api-key")).toBe("sk-ant-key");
  expect(upstream.last().path).toBe("/v1/messages");
  answer(anthropicKit.stream);
  const stream = client.chat.completions.stream({ model: "claude", messages, stream_options: { include_usage: true } });
  expect(await stream.finalContent()).toBe("caf\u00e9");
  expect(await stream.totalUsage()).toMatchObject({ total_tokens: 18 });
});

test("a call of a tool, its result, and thoughts that come back", async () => {
  const thought = { type: "thinking", thinking: "hm", signature: "c2ln" };
  const call = { type: "tool_use", id: "toolu_1", name: "look", input: { at: "sea" } };
  answer({ body: anthropicMessage([thought, call], { stop_reason: "tool_use" }) });
  const asked = { model: "claude", messages, tools, reasoning_effort: "low" as const };
  const reply = await client.chat.completions.create(asked);
  const message = reply.choices[0]?.message;
  expect(message).toMatchObject({
    content: null,
    reasoning_content: "hm",
    thinking_blocks: [thought],
    tool_calls: [{ id: "toolu_1", function: { name: "look", arguments: '{"at":"sea"}' } }],
  });
  if (message === undefined) throw new Error("no message");
  answer(anthropicKit.simple);
  const result = { role: "tool" as const, tool_call_id: "toolu_1", content: "a sail" };
  await client.chat.completions.create({ ...asked, messages: [...messages, message, result] });
  expect(upstream.last().json).toMatchObject({
    thinking: { type: "enabled", budget_tokens: 1024 },
    messages: [{}, { content: [thought, call] }, { content: [{ type: "tool_result", tool_use_id: "toolu_1" }] }],
  });
});

test("a streamed call", async () => {
  answer(anthropicKit.toolStream);
  const reply = await client.chat.completions.stream({ model: "claude", messages, tools }).finalChatCompletion();
  expect(reply.choices[0]).toMatchObject({
    finish_reason: "tool_calls",
    message: { tool_calls: [{ function: { name: "look", arguments: '{"at":"sea"}' } }] },
  });
});

test("a structured answer, by a model that has none of its own", async () => {
  const chunks = anthropicStream(
    "tool_use",
    anthropicBlock(0, { type: "tool_use", id: "t", name: "json_tool_call", input: {} }, [
      { type: "input_json_delta", partial_json: '{"a":' },
      { type: "input_json_delta", partial_json: "1}" },
    ]),
  );
  answer({ chunks });
  const schema = { type: "object", properties: { a: { type: "number" } } };
  const stream = client.chat.completions.stream({
    model: "anthropic/claude-3-haiku-20240307",
    messages,
    response_format: { type: "json_schema", json_schema: { name: "x", schema } },
  });
  expect(await stream.finalContent()).toBe('{"a":1}');
  expect(upstream.last().headers.get("x-api-key")).toBe("sk-ant-env");
});

test("legacy completions", async () => {
  answer(anthropicKit.simple);
  const reply = await client.completions.create({ model: "claude", prompt: "Say hi", max_tokens: 5 });
  expect(reply.choices[0]?.text).toBe("caf\u00e9");
  answer(anthropicKit.stream);
  let text = "";
  for await (const chunk of await client.completions.create({ model: "claude", prompt: "Say hi", stream: true })) {
    text += chunk.choices[0]?.text ?? "";
  }
  expect(text).toBe("caf\u00e9");
});

test.each([
  [401, 401],
  [403, 403],
  [404, 404],
  [413, 413],
  [429, 429],
  [500, 500],
  [529, 500],
])("the vendor's %d is %d", async (status, expected) => {
  answer(anthropicKit.error(status, "the vendor's words"));
  const failure = await failureOf(client.chat.completions.create({ model: "claude", messages }));
  expect(failure).toBeInstanceOf(APIError);
  expect((failure as APIError).status).toBe(expected);
  expect((failure as APIError).message).toContain("AnthropicException - the vendor's words");
});

test("a prompt that is too long goes to the fallback, a blocked answer is told", async () => {
  answer(anthropicError(400, "invalid_request_error", "prompt is too long: 212345 tokens > 200000 maximum"));
  answer(anthropicKit.simple);
  const reply = await client.chat.completions.create({ model: "claude", messages });
  expect(reply.choices[0]?.message.content).toBe("caf\u00e9");
  expect(upstream.requests.map(({ model }) => model)).toEqual(["claude-sonnet-4-5", "claude-opus-5-5"]);
  answer(anthropicError(400, "invalid_request_error", "Output blocked by content filtering policy"));
  const failure = await failureOf(client.chat.completions.create({ model: "claude", messages }));
  expect((failure as APIError).message).toContain("ContentPolicyViolationError");
});

test("a failure within a stream", async () => {
  answer(anthropicKit.failingStream);
  const stream = client.chat.completions.stream({ model: "claude", messages });
  expect(await failureOf(stream.finalContent())).toBeInstanceOf(Error);
});

test("what cannot be carried is refused, or dropped and named", async () => {
  const forced = { messages, tools, tool_choice: "required", temperature: 0, n: 2 };
  const refused = await postJson(`${gateway.url}/v1/chat/completions`, {
    model: "anthropic/claude-opus-5-5",
    ...forced,
  });
  expect(refused.status).toBe(400);
  expect(await refused.text()).toContain("UnsupportedParamsError");
  answer(anthropicKit.simple);
  const dropped = await postJson(`${gateway.url}/v1/chat/completions`, { model: "open", ...forced });
  expect(dropped.status).toBe(200);
  expect(dropped.headers.get("x-portolan-dropped")?.split(/, ?/).sort()).toEqual(["n", "temperature", "tool_choice"]);
});

test("beta features: those of the body, and the caller's own", async () => {
  answer(anthropicKit.simple);
  const body = { model: "claude", messages, context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } };
  const headers = { "anthropic-beta": "context-1m-2025-08-07", "x-trace": "1" };
  const reply = await postJson(`${gateway.url}/v1/chat/completions`, body, { headers });
  expect(reply.status).toBe(200);
  expect(upstream.last().headers.get("anthropic-beta")).toBe("context-management-2025-06-27, context-1m-2025-08-07");
  upstream.next({});
  await postJson(`${gateway.url}/v1/chat/completions`, { model: "long", messages }, { headers });
  expect(upstream.last().headers.get("anthropic-beta")).toBeNull();
});
