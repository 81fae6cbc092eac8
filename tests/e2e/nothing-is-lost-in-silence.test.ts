import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { Gateway } from "../../src/gateway.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { MESSAGES, modelEntry, postJson, readError } from "../support/gateway-setup.ts";

const upstream = startFakeUpstream({ models: ["m"] });
const log: string[] = [];

const start = (litellm: Readonly<Record<string, unknown>>): { readonly url: string; readonly gateway: Gateway } => {
  const params = { model: "groq/m", api_base: `${upstream.url}/v1`, api_key: "sk-upstream" };
  const text = JSON.stringify({
    model_list: [modelEntry("groq", params), modelEntry("demo", { model: "mock/demo" })],
    litellm_settings: litellm,
    general_settings: { master_key: "sk-master" },
  });
  const { config, faults } = loadConfig({ path: "/suite.yaml", environment: {}, readFile: () => text });
  if (config === undefined) throw new Error(JSON.stringify(faults));
  const gateway = new Gateway({
    config,
    environment: {},
    accessLogFormat: "json",
    writeLog: (lines) => void log.push(String(lines)),
    logLevel: "info",
    logError: (message, cause) => {
      throw new Error(message, { cause });
    },
  });
  return {
    url: `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`,
    gateway,
  };
};

const lenient = start({ drop_params: true });
const strict = start({ drop_params: true, strict_translation: true });
const KEY = { authorization: "Bearer sk-master" };

afterEach(() => upstream.reset());
afterAll(async () => {
  await lenient.gateway.stop(1000);
  await strict.gateway.stop(1000);
  upstream.close();
  expect(log.join("")).toContain('"dropped":["logit_bias","n"]');
});

const BODY = { model: "groq", messages: MESSAGES, logit_bias: { "1": 2 }, n: 2 };
const chat = (url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  postJson(`${url}/v1/chat/completions`, body, { headers: { ...KEY, ...headers } });

describe("parameters that the vendor does not take", () => {
  test("are named when they are dropped", async () => {
    const reply = await chat(lenient.url, BODY);
    expect([reply.status, reply.headers.get("x-portolan-dropped")]).toEqual([200, "logit_bias, n"]);
    await reply.text();
    expect(Object.keys(upstream.last().json as object).sort()).toEqual(["messages", "model"]);
  });

  test("are refused when nothing may be lost, by setting or by header", async () => {
    for (const reply of [
      await chat(strict.url, BODY),
      await chat(lenient.url, BODY, { "x-portolan-strict": "true" }),
    ]) {
      expect(reply.status).toBe(400);
      expect((await readError(reply)).message).toContain("'logit_bias', 'n'");
    }
    expect(upstream.requests).toHaveLength(0);
  });

  test("a call without them has no such header, strict or not", async () => {
    const { logit_bias: _bias, n: _n, ...body } = BODY;
    for (const url of [lenient.url, strict.url]) {
      const reply = await chat(url, body);
      expect([reply.status, reply.headers.has("x-portolan-dropped")]).toEqual([200, false]);
      await reply.text();
    }
  });

  test("a header that is neither true nor false is an error", async () => {
    const error = await readError(await chat(lenient.url, BODY, { "x-portolan-strict": "maybe" }));
    expect(error).toMatchObject({ param: "x-portolan-strict", code: "400" });
  });
});

describe("text completions of a vendor that has chats only", () => {
  const complete = (body: object): Promise<Response> =>
    postJson(`${lenient.url}/v1/completions`, { model: "groq", ...body }, { headers: KEY });

  test("are chats", async () => {
    const reply = await complete({ prompt: "Hello", max_tokens: 5, stop: ["x"], logprobs: 3 });
    expect(reply.headers.get("x-portolan-dropped")).toBe("logprobs");
    expect(await reply.json()).toMatchObject({
      object: "text_completion",
      choices: [{ text: "Hello from the upstream, whole and unharmed.", index: 0, finish_reason: "stop" }],
    });
    expect([upstream.last().path, upstream.last().json]).toEqual([
      "/v1/chat/completions",
      { model: "m", max_tokens: 5, stop: ["x"], messages: [{ role: "user", content: "Hello" }] },
    ]);
  });

  test("stream", async () => {
    const reply = await complete({ prompt: "Hello", stream: true });
    const text = await reply.text();
    const frames = text.split("\n\n").filter((frame) => frame !== "");
    expect(frames.at(-1)).toBe("data: [DONE]");
    const chunks = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice("data: ".length)));
    expect(chunks.map(({ choices }) => choices[0]?.text ?? "").join("")).toBe(
      "Hello from the upstream, whole and unharmed.",
    );
    expect(chunks.every(({ object }) => object === "text_completion")).toBe(true);
  });

  test("keep the vendor's failures", async () => {
    upstream.next({ status: 429, body: { error: { message: "slow down" } } });
    const reply = await postJson(
      `${strict.url}/v1/completions`,
      { model: "groq", prompt: "Hello", num_retries: 0 },
      { headers: KEY },
    );
    expect([reply.status, (await readError(reply)).message]).toEqual([429, expect.stringContaining("slow down")]);
  });

  test("take one prompt", async () => {
    const error = await readError(await complete({ prompt: ["a", "b"] }));
    expect(error).toMatchObject({ param: "prompt", code: "400" });
  });
});

describe("/utils/transform_request", () => {
  const transform = (body: unknown): Promise<Response> =>
    postJson(`${lenient.url}/utils/transform_request`, body, { headers: KEY });

  test("shows the request, secrets masked, and sends nothing", async () => {
    const reply = await transform({ call_type: "completion", request_body: { ...BODY, metadata: { a: 1 } } });
    const text = await reply.text();
    expect(text).not.toContain("sk-");
    expect(JSON.parse(text)).toMatchObject({
      raw_request_api_base: `${upstream.url}/v1/chat/completions`,
      raw_request_body: { model: "m", messages: MESSAGES },
      raw_request_headers: { authorization: "****", "content-type": "application/json" },
      dropped: ["logit_bias", "n"],
    });
    expect(upstream.requests).toHaveLength(0);
  });

  test.each([
    [{}, "call_type"],
    [{ call_type: "painting", request_body: {} }, "call_type"],
    [{ call_type: "constructor", request_body: {} }, "call_type"],
    [{ call_type: "completion" }, "request_body"],
    [{ call_type: "completion", request_body: [] }, "request_body"],
    [{ call_type: "completion", request_body: { model: "groq" } }, "messages"],
    [{ call_type: "completion", request_body: { model: "nobody", messages: MESSAGES } }, "model"],
    [{ call_type: "embedding", request_body: { model: "groq" } }, "input"],
  ])("%j is refused, naming %s", async (body, param) => {
    const reply = await transform(body);
    expect([reply.status, (await readError(reply)).param]).toEqual([400, param]);
  });

  test("needs the key", async () => {
    expect((await postJson(`${lenient.url}/utils/transform_request`, {})).status).toBe(401);
  });
});

test.each(["/rerank", "/v1/rerank", "/v2/rerank"])("documents are ranked on %s", async (path) => {
  const documents = ["a harbour at sea", "a mountain"];
  const reply = await postJson(`${lenient.url}${path}`, { model: "demo", query: "sea", documents }, { headers: KEY });
  expect(await reply.json()).toMatchObject({
    results: [
      { index: 0, relevance_score: 1 },
      { index: 1, relevance_score: 0 },
    ],
  });
});
