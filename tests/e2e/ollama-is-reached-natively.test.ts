import { afterAll, beforeEach, expect, test } from "bun:test";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { ollamaKit as kit } from "../conformance/kits/ollama.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

const upstream = startFakeUpstream();
const entry = (base: string, extra: object = {}): object => ({
  model: "ollama_chat/some-model",
  api_base: base,
  ...extra,
});
const text = JSON.stringify({
  model_list: [
    { model_name: "plain", litellm_params: entry(upstream.url) },
    { model_name: "with-v1", litellm_params: entry(`${upstream.url}/v1`, { num_ctx: 8192, keep_alive: "10m" }) },
  ],
  router_settings: { num_retries: 0, disable_cooldowns: true },
});
const { config } = loadConfig({ path: "/ollama.yaml", environment: {}, readFile: () => text });
if (config === undefined) throw new Error("the configuration has faults");
const gateway = new Gateway({
  config,
  environment: {},
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: (message) => {
    throw new Error(message);
  },
});
const port = gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false });
const url = `http://127.0.0.1:${port}`;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });

afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
});
beforeEach(() => upstream.reset());

const answer = (reply: ScriptedReply | undefined): void => upstream.next((request) => kit.check(request) ?? reply);
const messages = [{ role: "user" as const, content: "Hi" }];
const tools = [{ type: "function" as const, function: { name: "look", parameters: { type: "object" } } }];

test("the vendor's own client takes the fake for Ollama", async () => {
  const own = new Ollama({ host: upstream.url });
  answer(kit.simple);
  const whole = await own.chat({ model: "some-model", messages, tools, options: { num_ctx: 1 }, think: "low" });
  expect(whole.message.content).toBe("caf\u00e9");
  answer(kit.stream);
  let said = "";
  for await (const part of await own.chat({ model: "some-model", messages, stream: true }))
    said += part.message.content;
  expect(said).toBe("caf\u00e9");
});

test("a chat, with what the deployment and the call say of the model", async () => {
  answer(kit.simple);
  const chat = await client.chat.completions.create({ model: "with-v1", messages, max_tokens: 5, stop: "END" });
  expect(chat.choices[0]?.message.content).toBe("caf\u00e9");
  expect(chat.usage).toEqual({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
  expect(upstream.last().target).toBe("/api/chat");
  expect(upstream.last().json).toEqual({
    model: "some-model",
    messages,
    stream: false,
    keep_alive: "10m",
    options: { num_ctx: 8192, num_predict: 5, stop: ["END"] },
  });
});

test("a stream, with usage", async () => {
  answer(kit.stream);
  const stream = await client.chat.completions.create({
    model: "plain",
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  let said = "";
  let total: number | undefined;
  for await (const chunk of stream) {
    said += chunk.choices[0]?.delta.content ?? "";
    total = chunk.usage?.total_tokens ?? total;
  }
  expect([said, total]).toEqual(["caf\u00e9", 18]);
});

test("a tool's call, whole and streamed, and its result", async () => {
  answer(kit.tool);
  const whole = await client.chat.completions.create({ model: "plain", messages, tools });
  const call = whole.choices[0]?.message.tool_calls?.[0];
  if (call?.type !== "function") throw new Error("no call");
  expect([whole.choices[0]?.finish_reason, call.function.arguments]).toEqual(["tool_calls", '{"at":"sea"}']);
  answer(kit.toolStream);
  const streamed = await client.chat.completions.stream({ model: "plain", messages, tools }).finalChatCompletion();
  expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
    function: { name: "look", arguments: '{"at":"sea"}' },
  });
  answer(kit.simple);
  const result = { role: "tool" as const, tool_call_id: call.id, content: "waves" };
  await client.chat.completions.create({
    model: "plain",
    messages: [...messages, whole.choices[0]?.message, result] as never,
    tools,
  });
  expect(upstream.last().json).toMatchObject({
    messages: [
      {},
      { role: "assistant", content: "", tool_calls: [{ function: { name: "look", arguments: { at: "sea" } } }] },
      { role: "tool", content: "waves", tool_name: "look" },
    ],
  });
});

test("failures, before and within a stream", async () => {
  answer(kit.error(404, "model 'some-model' not found"));
  const missing = await client.chat.completions.create({ model: "plain", messages }).catch((error: unknown) => error);
  expect(missing).toMatchObject({ status: 404, message: expect.stringContaining("model 'some-model' not found") });
  answer(kit.contextWindow === undefined ? undefined : kit.error(kit.contextWindow.status, kit.contextWindow.message));
  const full = await client.chat.completions.create({ model: "plain", messages }).catch((error: unknown) => error);
  expect(full).toMatchObject({ status: 400, message: expect.stringContaining("ContextWindowExceededError") });
  answer(kit.failingStream);
  const raw = await openRawClient(url);
  raw.write(writePost("/v1/chat/completions", JSON.stringify({ model: "plain", messages, stream: true })));
  const { body } = await raw.reply();
  raw.destroy();
  expect(body).toContain('"content":"ca"');
  expect(body.slice(body.lastIndexOf("data: "))).toContain("overloaded");
});

test("a tool that must be called is refused, or left to the model with drop_params", async () => {
  const forced = { model: "plain", messages, tools, tool_choice: "required" as const };
  const refused = await client.chat.completions.create(forced).catch((error: unknown) => error);
  expect(refused).toMatchObject({ status: 400, message: expect.stringContaining("UnsupportedParamsError") });
  answer(kit.simple);
  const dropping = { ...forced, drop_params: true };
  const { response } = await client.chat.completions.create(dropping).withResponse();
  expect(response.headers.get("x-portolan-dropped")).toBe("tool_choice");
});
