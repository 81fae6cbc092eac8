import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import OpenAI, { type APIError } from "openai";
import { loadConfig } from "../../src/config/load-config.ts";
import { objectOf } from "../../src/core/json-values.ts";
import { Gateway } from "../../src/gateway.ts";
import { geminiEmbeddingKit, geminiEvent, geminiKit, geminiReply } from "../conformance/kits/gemini.ts";
import { vertexAiEmbeddingKit, vertexAiKit } from "../conformance/kits/vertex-ai.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { googleError } from "../support/gemini-rules.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";

// The whole way: an OpenAI client, the gateway, and a vendor that refuses what Google refuses.

const upstream = startFakeUpstream();
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
let tokenCalls = 0;
const tokenServer = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => Response.json({ access_token: `ya29.${++tokenCalls}`, expires_in: 3600, token_type: "Bearer" }),
});

const LOCATION = "/v1/projects/p/locations/us-central1";
const account = JSON.stringify({
  type: "service_account",
  project_id: "p",
  client_email: "robot@p.iam.gserviceaccount.com",
  private_key: privateKey,
  token_uri: `${tokenServer.url}token`,
});

const studio = { api_base: `${upstream.url}/v1beta`, api_key: "AIza-secret-key-of-the-server" };
const vertex = { api_base: upstream.url + LOCATION, vertex_credentials: account };
const entry = (name: string, model: string, params: object): object => ({
  model_name: name,
  litellm_params: { model, ...params },
});

const config = {
  model_list: [
    entry("gemini", "gemini/gemini-2.5-flash", studio),
    entry("gemini-3", "gemini/gemini-3-pro-preview", studio),
    entry("embedding", "gemini/gemini-embedding-001", studio),
    entry("vertex", "vertex_ai/gemini-2.5-flash", vertex),
    entry("vertex-embedding", "vertex_ai/text-embedding-005", vertex),
    entry("vertex-claude", "vertex_ai/claude-sonnet-4-5@20250929", vertex),
    entry("vertex-llama", "vertex_ai/meta/llama-3.3-70b-instruct-maas", vertex),
  ],
  router_settings: { num_retries: 0, disable_cooldowns: true },
};

const failures: string[] = [];
let gateway: Gateway;
let client: OpenAI;

beforeAll(() => {
  const read = loadConfig({ path: "/gemini.yaml", environment: {}, readFile: () => JSON.stringify(config) });
  if (read.config === undefined) throw new Error(JSON.stringify(read.faults));
  gateway = new Gateway({
    config: read.config,
    environment: {},
    accessLogFormat: "json",
    writeLog: () => undefined,
    logLevel: "info",
    logError: (message, cause) => void failures.push(`${message}: ${String(cause)}`),
  });
  const port = gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false });
  client = new OpenAI({ apiKey: "sk-caller", baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  await gateway.stop(1000);
  upstream.close();
  await tokenServer.stop(true);
  expect(failures).toEqual([]);
});

interface Kit {
  readonly check: (request: RecordedRequest) => ScriptedReply | undefined;
}

const answer = (kit: Kit, reply: ScriptedReply | undefined): void =>
  upstream.next((request) => kit.check(request) ?? reply);

const messages = [{ role: "user" as const, content: "Hello" }];
const look = {
  type: "function" as const,
  function: { name: "look", parameters: { type: "object", properties: { at: { type: "string", pattern: "^s" } } } },
};

const failureOf = (call: PromiseLike<unknown>): PromiseLike<APIError> =>
  call.then(
    () => {
      throw new Error("the call did not fail");
    },
    (error: unknown) => error as APIError,
  );

/** All that comes of a stream, however it ends; fetch would throw away what came before a cut. */
const rawStream = async (model: string): Promise<string> => {
  const raw = await openRawClient(client.baseURL);
  raw.write(writePost("/v1/chat/completions", JSON.stringify({ model, messages, stream: true })));
  await raw.closed;
  return raw.text;
};

describe.each([
  ["gemini", geminiKit],
  ["vertex", vertexAiKit],
] as const)("%s", (model, kit) => {
  test("answers", async () => {
    answer(kit, kit.simple);
    const completion = await client.chat.completions.create({ model, messages, temperature: 0, user: "u" });
    expect(completion.choices[0]?.message.content).toBe("caf\u00e9");
    expect(completion.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 });
    expect(completion.model).toBe("gemini-2.5-flash");
  });

  test("answers in streams, with usage for those who asked", async () => {
    answer(kit, kit.stream);
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.message.content).toBe("caf\u00e9");
    expect(completion.usage).toMatchObject({ total_tokens: 18 });
  });

  test("calls tools, whole and in streams", async () => {
    answer(kit, kit.tool);
    const whole = await client.chat.completions.create({ model, messages, tools: [look], tool_choice: "required" });
    answer(kit, kit.toolStream);
    const streamed = await client.chat.completions.stream({ model, messages, tools: [look] }).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      const [call] = choices[0]?.message.tool_calls ?? [];
      expect(call).toMatchObject({ type: "function", function: { name: "look", arguments: '{"at":"sea"}' } });
      expect(choices[0]?.finish_reason).toBe("tool_calls");
    }
  });

  test("fails within streams", async () => {
    answer(kit, kit.failingStream);
    const frames = await rawStream(model);
    expect(frames).toContain('"content":"ca"');
    expect(frames).toContain('{"error":{"message":"litellm.ServiceUnavailableError');
    expect(frames).toContain("The model is overloaded.");
    expect(frames).not.toContain("[DONE]");
  });

  test("says what went wrong", async () => {
    for (const { status, message } of [kit.contextWindow, kit.contentPolicy].filter((given) => given !== undefined)) {
      upstream.next(kit.error(status, message));
      const failure = await failureOf(client.chat.completions.create({ model, messages }));
      expect([failure.status, failure.message]).toEqual([400, expect.stringContaining(message)]);
    }
    upstream.next(kit.error(400, "API key not valid. Please pass a valid API key."));
    expect((await failureOf(client.chat.completions.create({ model, messages }))).status).toBe(401);
    const retryInfo = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34s" };
    upstream.next(googleError(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", [retryInfo]));
    const limited = await failureOf(client.chat.completions.create({ model, messages }));
    expect([limited.status, limited.headers?.get("retry-after")]).toEqual([429, "34"]);
  });
});

test("a stream that is cut short is a failure, not an answer", async () => {
  upstream.next({ chunks: [geminiEvent(geminiReply([{ text: "ca" }]))] });
  expect(await rawStream("gemini")).toContain("Connection lost");
});

test("signatures of thoughts come back by the ids of calls, as clients hand them back", async () => {
  const parts = [{ functionCall: { name: "look", args: { at: "sea" } }, thoughtSignature: "c2lnbmVk+/8=" }];
  answer(geminiKit, { chunks: [geminiEvent(geminiReply(parts, "STOP"))] });
  const model = "gemini-3";
  const stream = client.chat.completions.stream({ model, messages, tools: [look] });
  const message = (await stream.finalChatCompletion()).choices[0]?.message;
  const [call] = message?.tool_calls ?? [];
  if (call?.type !== "function") throw new Error("no call was made");
  const kept = {
    id: call.id,
    type: call.type,
    function: { name: call.function.name, arguments: call.function.arguments },
  };
  answer(geminiKit, geminiKit.simple);
  const result = { role: "tool" as const, tool_call_id: call.id, content: "a sail" };
  const history = [...messages, { role: "assistant" as const, tool_calls: [kept] }, result];
  const completion = await client.chat.completions.create({ model, messages: history, tools: [look] });
  expect(completion.choices[0]?.message.content).toBe("caf\u00e9");
  const { contents } = objectOf(upstream.requests.at(-1)?.json);
  expect(contents).toMatchObject([{}, { parts: [{ thoughtSignature: "c2lnbmVk+/8=" }] }, {}]);
});

test("what cannot be carried is refused, or named when it was dropped", async () => {
  const failure = await failureOf(
    client.chat.completions.create({ model: "gemini", messages, logit_bias: { "1": 1 } }),
  );
  expect([failure.status, failure.message]).toEqual([400, expect.stringContaining("logit_bias")]);
  answer(geminiKit, geminiKit.simple);
  const { response } = await client.chat.completions
    .create({ model: "gemini", messages, tools: [look] })
    .withResponse();
  expect(response.headers.get("x-portolan-dropped")).toContain("tools[0].function.parameters.properties.at.pattern");
});

test.each([
  ["embedding", geminiEmbeddingKit],
  ["vertex-embedding", vertexAiEmbeddingKit],
] as const)("%s: embeddings, which the client asks for in base64", async (model, kit) => {
  answer(kit, kit.simple);
  const { data, usage } = await client.embeddings.create({ model, input: "Hello" });
  expect([data[0]?.embedding, usage.prompt_tokens]).toEqual([[0.5, -1.25], 11]);
});

describe("other makers' models on Vertex AI", () => {
  test("Claude, in its maker's format", async () => {
    upstream.next({
      body: {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "claude-sonnet-4-5",
        content: [{ type: "text", text: "caf\u00e9" }],
        stop_reason: "end_turn",
        usage: { input_tokens: 11, output_tokens: 7 },
      },
    });
    const completion = await client.chat.completions.create({ model: "vertex-claude", messages, max_tokens: 9 });
    expect(completion.choices[0]?.message.content).toBe("caf\u00e9");
    const sent = upstream.requests.at(-1);
    expect(sent?.path).toBe(`${LOCATION}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict`);
    expect(sent?.json).toEqual({
      anthropic_version: "vertex-2023-10-16",
      max_tokens: 9,
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    });
  });

  test("Llama, in OpenAI's", async () => {
    const message = { role: "assistant", content: "caf\u00e9" };
    upstream.next({
      body: { id: "1", object: "chat.completion", choices: [{ index: 0, message, finish_reason: "stop" }] },
    });
    const completion = await client.chat.completions.create({ model: "vertex-llama", messages });
    expect(completion.choices[0]?.message.content).toBe("caf\u00e9");
    const sent = upstream.requests.at(-1);
    expect([sent?.path, sent?.model]).toEqual([
      `${LOCATION}/endpoints/openapi/chat/completions`,
      "meta/llama-3.3-70b-instruct-maas",
    ]);
  });
});

test("one token serves one deployment, and no caller gets at it", async () => {
  const seen = upstream.requests.map(({ headers }) => headers.get("authorization"));
  expect(tokenCalls).toBeGreaterThan(0);
  expect(tokenCalls).toBeLessThanOrEqual(4); // As many as there are deployments.
  expect(seen.includes("Bearer sk-caller")).toBe(false);
  const model_list = [entry("own", "vertex_ai/gemini-2.5-flash", { vertex_project: "p" })];
  const body = { model: "own", messages, user_config: { model_list } };
  const failure = await failureOf(client.chat.completions.create(body as never));
  expect(failure.status).toBe(400);
  expect(failure.message).toContain("api_key");
});
