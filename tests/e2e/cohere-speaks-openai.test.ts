import { afterAll, afterEach, expect, test } from "bun:test";
import { CohereClientV2, CohereError } from "cohere-ai";
import OpenAI from "openai";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { cohereChatKit, cohereEmbedKit, cohereRerankKit } from "../conformance/kits/cohere.ts";
import type { VendorKit } from "../conformance/kits/vendor-kit.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { postJson } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

const upstream = startFakeUpstream();
const failures: string[] = [];
const models = ["cohere/command-a", "cohere_chat/command-a", "cohere/embed-v4", "cohere/rerank-v4"];
const { config, faults } = loadConfig({
  path: "/cohere.yaml",
  environment: {},
  readFile: () =>
    JSON.stringify({
      model_list: models.map((model) => ({
        model_name: model.split("/").join("-"),
        litellm_params: { model, api_base: upstream.url, api_key: "co-key" },
      })),
      router_settings: { num_retries: 0, disable_cooldowns: true },
    }),
});
if (config === undefined) throw new Error(JSON.stringify(faults));
const gateway = new Gateway({
  config,
  environment: {},
  accessLogFormat: "json",
  writeLog: () => undefined,
  logLevel: "info",
  logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
});
const url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
const openai = new OpenAI({ apiKey: "any", baseURL: `${url}/v1`, maxRetries: 0 });
/** Cohere's own client against the fake itself, so that the fake is known to be right. */
const direct = new CohereClientV2({ token: "co-key", environment: upstream.url, maxRetries: 0 });
/** Cohere's own client against the gateway. */
const through = new CohereClientV2({ token: "any", environment: url, maxRetries: 0 });

afterEach(() => upstream.reset());
afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
  expect(failures).toEqual([]);
  expect(upstream.server.violations).toEqual([]);
});

const play = (kit: VendorKit, reply: ScriptedReply | undefined): void =>
  upstream.next((request) => kit.check(request) ?? reply);

/** What a call fails with; its promise may be one that is not sent before it is waited for. */
const failureOf = async (call: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
};

const LOOK = {
  type: "function",
  function: {
    name: "look",
    description: "Looks.",
    parameters: { type: "object", properties: { at: { type: "string" } }, required: ["at"] },
  },
} as const;
const HELLO = [{ role: "user", content: "Hello" }] as const;

test.each(["cohere-command-a", "cohere_chat-command-a"])("%s answers the OpenAI client", async (model) => {
  play(cohereChatKit, cohereChatKit.simple);
  const reply = await openai.chat.completions.create({
    model,
    messages: [...HELLO],
    user: "u1",
    max_completion_tokens: 9,
  });
  expect(reply).toMatchObject({
    id: "c14c80c3",
    model: "command-a",
    choices: [{ message: { role: "assistant", content: "café" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
  });
  expect(upstream.last().headers.get("authorization")).toBe("Bearer co-key");
});

test("a stream, with usage", async () => {
  play(cohereChatKit, cohereChatKit.stream);
  const stream = openai.chat.completions.stream({
    model: "cohere-command-a",
    messages: [...HELLO],
    stream_options: { include_usage: true },
  });
  const whole = await stream.finalChatCompletion();
  expect([whole.choices[0]?.message.content, whole.choices[0]?.finish_reason]).toEqual(["café", "stop"]);
  expect(whole.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 });
});

test("tools are called, streamed or not, and their results go back", async () => {
  play(cohereChatKit, cohereChatKit.tool);
  const tools = { model: "cohere-command-a", tools: [LOOK], tool_choice: "required" as const };
  const call = { ...tools, messages: [...HELLO] };
  const [choice] = (await openai.chat.completions.create(call)).choices;
  if (choice === undefined) throw new Error("no choice");
  expect(choice).toMatchObject({
    finish_reason: "tool_calls",
    message: { content: null, tool_calls: [{ id: "look_1", function: { name: "look", arguments: '{"at":"sea"}' } }] },
  });
  play(cohereChatKit, cohereChatKit.toolStream);
  const streamed = await openai.chat.completions.stream(call).finalChatCompletion();
  expect(streamed.choices[0]?.message.tool_calls).toMatchObject([
    { id: "look_1", type: "function", function: { name: "look", arguments: '{"at":"sea"}' } },
  ]);
  play(cohereChatKit, cohereChatKit.simple);
  const answer = { role: "tool", tool_call_id: "look_1", content: "blue" } as const;
  await openai.chat.completions.create({ ...tools, messages: [...HELLO, choice.message, answer] });
  expect(upstream.last().json).toMatchObject({
    messages: [
      {},
      { role: "assistant", tool_plan: "I will look." },
      { role: "tool", tool_call_id: "look_1", content: "blue" },
    ],
  });
});

test("failures keep the vendor's words, before and within streams", async () => {
  upstream.next(cohereChatKit.error(400, cohereChatKit.contextWindow?.message ?? ""));
  const failed = openai.chat.completions.create({ model: "cohere-command-a", messages: [...HELLO] });
  expect(String(await failureOf(failed))).toMatch(/ContextWindowExceededError: CohereException - too many tokens/);
  play(cohereChatKit, cohereChatKit.failingStream);
  const body = { model: "cohere-command-a", messages: HELLO, stream: true };
  const client = await openRawClient(url);
  client.write(writePost("/v1/chat/completions", JSON.stringify(body)));
  expect((await client.reply()).body).toMatch(/"content":"ca".*"error":\{"message":"[^"]*the model is overloaded/s);
  client.destroy();
});

test("text completions are chats", async () => {
  play(cohereChatKit, cohereChatKit.simple);
  const reply = await openai.completions.create({ model: "cohere-command-a", prompt: "Hello" });
  expect(reply.choices[0]?.text).toBe("café");
});

test("embeddings, more of them than one call takes", async () => {
  const answer = (count: number): ScriptedReply => ({
    body: {
      id: "e",
      embeddings: { float: Array.from({ length: count }, () => [0.5, -1.25]) },
      meta: { billed_units: { input_tokens: count } },
    },
  });
  for (const count of [96, 4]) play(cohereEmbedKit, answer(count));
  const reply = await openai.embeddings.create({
    model: "cohere-embed-v4",
    input: Array.from({ length: 100 }, (_, at) => `t${at}`),
  });
  expect(reply.data).toHaveLength(100);
  expect(reply.data.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, at) => at));
  expect([reply.data[99]?.embedding, reply.usage.prompt_tokens]).toEqual([[0.5, -1.25], 100]);
});

test.each(["/rerank", "/v1/rerank", "/v2/rerank"])("reranking at %s by a plain call", async (path) => {
  play(cohereRerankKit, cohereRerankKit.simple);
  const documents = ["a", { text: "b", title: "B" }];
  const body = { model: "cohere-rerank-v4", query: "q", documents, return_documents: true, top_n: 2 };
  const reply = await postJson(url + path, body);
  expect(await reply.json()).toEqual({
    id: "07734bd2",
    results: [
      { index: 1, relevance_score: 0.5, document: { text: "b", title: "B" } },
      { index: 0, relevance_score: 0.00001, document: { text: "a" } },
    ],
    meta: { api_version: { version: "2", is_experimental: false }, billed_units: { search_units: 1 } },
  });
  expect(upstream.last().json).toEqual({ model: "rerank-v4", query: "q", documents: ["a", "b"], top_n: 2 });
});

test("reranking by Cohere's own client, and its error", async () => {
  play(cohereRerankKit, cohereRerankKit.simple);
  const reply = await through.rerank({ model: "cohere-rerank-v4", query: "q", documents: ["a", "b"], topN: 2 });
  expect([reply.id, reply.results]).toEqual([
    "07734bd2",
    [
      { index: 1, relevanceScore: 0.5 },
      { index: 0, relevanceScore: 0.00001 },
    ],
  ]);
  const failed = through.rerank({ model: "nobody", query: "q", documents: ["a"] });
  expect(await failureOf(failed)).toBeInstanceOf(CohereError);
});

test("the fake answers Cohere's own client as Cohere does", async () => {
  play(cohereChatKit, cohereChatKit.simple);
  const chat = await direct.chat({
    model: "command-a",
    messages: [...HELLO],
    tools: [LOOK],
    maxTokens: 5,
    stopSequences: ["x"],
    p: 0.5,
  });
  expect([chat.finishReason, chat.message.content]).toEqual(["COMPLETE", [{ type: "text", text: "café" }]]);
  play(cohereChatKit, cohereChatKit.toolStream);
  const types: string[] = [];
  for await (const event of await direct.chatStream({ model: "command-a", messages: [...HELLO], tools: [LOOK] })) {
    types.push(event.type);
  }
  expect(types[0]).toBe("message-start");
  expect(types).toContain("tool-call-delta");
  expect(types.at(-1)).toBe("message-end");
  play(cohereEmbedKit, cohereEmbedKit.simple);
  const embedded = await direct.embed({
    model: "e",
    inputType: "search_document",
    texts: ["Hello"],
    embeddingTypes: ["float"],
  });
  expect(embedded.embeddings.float).toEqual([[0.5, -1.25]]);
  play(cohereRerankKit, cohereRerankKit.simple);
  expect((await direct.rerank({ model: "r", query: "q", documents: ["a", "b"] })).results).toHaveLength(2);
});
