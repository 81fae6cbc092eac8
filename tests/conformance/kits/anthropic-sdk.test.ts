import { afterAll, afterEach, expect, test } from "bun:test";
import { Anthropic, APIError, BadRequestError, RateLimitError } from "@anthropic-ai/sdk";
import { checkAnthropicRequest } from "../../support/anthropic-rules.ts";
import { startFakeUpstream } from "../../support/fake-upstream.ts";
import { anthropicKit } from "./anthropic.ts";

// The vendor's own client shows that the fake is one: it is understood, and refuses what the vendor refuses.

const upstream = startFakeUpstream();
afterEach(() => upstream.reset());
afterAll(() => upstream.close());

const client = new Anthropic({ apiKey: "sk-ant-key", authToken: null, baseURL: upstream.url, maxRetries: 0 });
const model = "claude-haiku-4-5";
const messages = [{ role: "user" as const, content: "Hello, Claude" }];
const look = { name: "look", input_schema: { type: "object" as const, properties: { at: { type: "string" } } } };

/** How a call failed; `undefined` when it did not. */
const failureOf = (call: PromiseLike<unknown>): PromiseLike<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

const answer = (reply: typeof anthropicKit.simple | undefined): void =>
  upstream.next((request) => checkAnthropicRequest(request) ?? reply);

test("a whole message", async () => {
  answer(anthropicKit.simple);
  const message = await client.messages.create({ model, max_tokens: 1024, messages });
  expect(message.content).toEqual([{ type: "text", text: "caf\u00e9" } as never]);
  expect(message.usage.input_tokens).toBe(11);
});

test("a call of a tool, then its result", async () => {
  answer(anthropicKit.tool);
  const message = await client.messages.create({ model, max_tokens: 1024, messages, tools: [look] });
  const [block] = message.content;
  expect(block).toMatchObject({ type: "tool_use", name: "look", input: { at: "sea" } });
  answer(anthropicKit.simple);
  const result = {
    type: "tool_result" as const,
    tool_use_id: block?.type === "tool_use" ? block.id : "",
    content: "a sail",
  };
  await client.messages.create({
    model,
    max_tokens: 1024,
    messages: [...messages, { role: "assistant", content: message.content }, { role: "user", content: [result] }],
    tools: [look],
  });
});

test("streams, which the client puts together again", async () => {
  answer(anthropicKit.stream);
  const text = await client.messages.stream({ model, max_tokens: 1024, messages }).finalMessage();
  expect(text.content).toEqual([{ type: "text", text: "caf\u00e9" } as never]);
  expect(text.usage).toMatchObject({ input_tokens: 11, output_tokens: 7 });
  answer(anthropicKit.toolStream);
  const call = await client.messages.stream({ model, max_tokens: 1024, messages, tools: [look] }).finalMessage();
  expect(call.content).toEqual([expect.objectContaining({ name: "look", input: { at: "sea" } })]);
  expect(call.stop_reason).toBe("tool_use");
});

test("a stream that fails", async () => {
  answer(anthropicKit.failingStream);
  const failure = await failureOf(client.messages.stream({ model, max_tokens: 1024, messages }).finalMessage());
  expect(failure).toBeInstanceOf(APIError);
  expect((failure as APIError).type).toBe("overloaded_error");
});

test("failures are what the client takes them for", async () => {
  upstream.next(anthropicKit.error(429, "slow down"));
  expect(await failureOf(client.messages.create({ model, max_tokens: 1, messages }))).toBeInstanceOf(RateLimitError);
});

test.each([
  [{ messages: [] }, "at least one message"],
  [{ messages: [{ role: "assistant" as const, content: "Hi" }] }, "first message"],
  [{ messages: [{ role: "user" as const, content: " " }] }, "non-whitespace"],
  [{ messages: [{ role: "user" as const, content: [] }] }, "non-empty content"],
  [{ tool_choice: { type: "any" as const } }, "while providing tools"],
  [{ stop_sequences: ["\n"] }, "non-whitespace"],
  [{ thinking: { type: "enabled" as const, budget_tokens: 1024 }, max_tokens: 1024 }, "greater than"],
  [{ thinking: { type: "adaptive" as const } }, "adaptive thinking"],
  [{ model: "claude-opus-5-5", thinking: { type: "disabled" as const } }, "thinking.type.disabled"],
  [{ model: "claude-opus-4-8", messages: [...messages, { role: "assistant" as const, content: "I" }] }, "prefill"],
  [{ x_unknown: 1 }, "Extra inputs"],
])("the fake refuses %j", async (change, words) => {
  answer(anthropicKit.simple);
  const failure = await failureOf(client.messages.create({ model, max_tokens: 4096, messages, ...change }));
  expect(failure).toBeInstanceOf(BadRequestError);
  expect((failure as APIError).message).toContain(words);
});

test("the fake refuses calls without a key or a version", async () => {
  for (const headers of [{ "x-api-key": "k" }, { "anthropic-version": "2023-06-01" }]) {
    upstream.next(checkAnthropicRequest);
    const reply = await fetch(`${upstream.url}/v1/messages`, { method: "POST", headers, body: "{}" });
    expect([400, 401]).toContain(reply.status);
  }
});
