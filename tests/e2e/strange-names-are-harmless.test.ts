import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream();
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("modèle 模型 😀", openaiParams(upstream, "openai/名前-😀"), { id: "id-é\u{1F600}" }),
        modelEntry("azure/*", { model: "azure/*", api_base: upstream.url, api_key: "sk-upstream" }),
        modelEntry("any/*", openaiParams(upstream, "openai/*")),
      ],
      router_settings: { model_group_alias: { best: "gpt" } },
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(upstream.server.violations).toEqual([]);
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const ask = (model: unknown, headers: Record<string, string> = {}): Promise<Response> => {
  upstream.next({ body: { choices: [] } });
  return postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES }, { headers });
};

describe("a path on the vendor's side is made of safe pieces only", () => {
  test.each(["..", ".", "a/../../b", "../admin", "a/..", "a/./b", "./a"])("azure/%s is no model", async (name) => {
    const reply = await ask(`azure/${name}`);
    expect(reply.status).toBe(400);
    expect((await readError(reply)).message).toContain("Invalid model name");
    expect(upstream.requests.length).toBe(0);
  });

  test.each([
    ["%2e%2e", "%252e%252e"],
    ["%2e%2e%2fadmin", "%252e%252e%252fadmin"],
    ["a?b=c", "a%3Fb%3Dc"],
    ["a#b", "a%23b"],
    ["a b", "a%20b"],
    ["a\\..\\b", "a%5C..%5Cb"],
    ["a;b", "a%3Bb"],
    ["a\r\nx-injected: 1", "a%0D%0Ax-injected%3A%201"],
    ["a HTTP/1.1\r\n\r\nGET /admin", "a%20HTTP%2F1.1%0D%0A%0D%0AGET%20%2Fadmin"],
    ["\u0000", "%00"],
    ["😀", "%F0%9F%98%80"],
    ["...", "..."],
  ])("azure/%j becomes %s", async (name, segment) => {
    const reply = await ask(`azure/${name}`);
    expect(reply.status, await reply.clone().text()).toBe(200);
    expect(upstream.last().path).toBe(`/openai/deployments/${segment}/chat/completions`);
    expect(upstream.last().headers.get("x-injected")).toBeNull();
  });

  test("the same in the gateway's own path", async () => {
    for (const name of ["azure%2F..%2F..%2Fadmin", "azure/%2e%2e/x", "%ff%fe", "azure%2f%2e%2e"]) {
      const path = `/openai/deployments/${name}/chat/completions`;
      const client = await openRawClient(gateway.url);
      client.write(writePost(path, '{"messages":[]}'));
      expect((await client.reply()).status).toBeGreaterThanOrEqual(400);
      client.destroy();
    }
    expect(upstream.requests.length).toBe(0);
  });

  test("an api-version cannot break out of the query", async () => {
    for (const version of ["2024-10-21&x=1", "a%0d%0ax: 1", "../..", "a".repeat(500), "", "v1%23"]) {
      upstream.next({ body: {} });
      await postJson(`${gateway.url}/v1/chat/completions?api-version=${version}`, { model: "azure/d", messages: [] });
      expect(upstream.last().path).toBe("/openai/deployments/d/chat/completions");
      expect([...upstream.last().query.keys()]).toEqual(["api-version"]);
      expect(upstream.last().rawHeaders.some(([name]) => name === "x")).toBe(false);
    }
  });
});

describe("model names", () => {
  test.each([
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "",
    " ",
    "*",
    "gpt ",
    " gpt",
    "GPT",
    "gpt\u0000",
    "gpt\r\nx: y",
    "openai/",
    "/",
    "//",
    "azure/",
    "any",
    "\u202egpt",
    "a".repeat(513),
    "a".repeat(1_000_000),
    `any/${"a".repeat(100_000)}`,
  ])("%j is unknown, and said so in a short text", async (model) => {
    const reply = await ask(model);
    expect(reply.status).toBe(400);
    const error = await readError(reply);
    expect([error.param, error.type]).toEqual(["model", "invalid_request_error"]);
    expect(error.message.length).toBeLessThan(1000);
    expect(upstream.requests.length).toBe(0);
  });

  test("through the body, '%s' of any/* keep their own characters", async () => {
    for (const name of ["a\r\nb", "\u0000", "模型 😀", '"quoted"', "\\", "__proto__", "a/b/c", "../x", "\u2028"]) {
      expect((await ask(`any/${name}`)).status).toBe(200);
      expect(upstream.last().json).toMatchObject({ model: name });
    }
  });

  test("that no header can carry are percent-encoded there", async () => {
    const reply = await ask("modèle 模型 😀");
    expect(reply.status).toBe(200);
    expect(upstream.last().json).toMatchObject({ model: "名前-😀" });
    expect(decodeURIComponent(reply.headers.get("x-litellm-model-group") ?? "")).toBe("modèle 模型 😀");
    expect(decodeURIComponent(reply.headers.get("x-litellm-model-id") ?? "")).toBe("id-é\u{1F600}");
    const injected = await ask("any/a\r\nx-injected: 1");
    expect(injected.headers.get("x-injected")).toBeNull();
  });

  test("with a lone surrogate are no reason to fail", async () => {
    upstream.next({ body: {} });
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, '{"model":"any/\\ud800","messages":[]}');
    expect([200, 400]).toContain(reply.status);
  });

  test("in the log stay on one line, without colours", async () => {
    const id = crypto.randomUUID();
    await ask('\u001b[31mred\u0007\r\n{"status":200,"forged":true}', { "x-litellm-call-id": id });
    const line = await gateway.logged(new RegExp(id));
    expect(JSON.parse(line)).toMatchObject({ call_id: id, status: 400 });
    expect(gateway.logs()).not.toContain("\u001b");
    expect(gateway.logs()).not.toMatch(/^\{"status":200,"forged"/m);
  });
});

describe("call ids", () => {
  test.each(["a", "my-id_1.2:3/4", "x".repeat(128), "~!@#$%^&*()"])("%p is echoed", async (id) => {
    expect((await ask("gpt", { "x-litellm-call-id": id })).headers.get("x-litellm-call-id")).toBe(id);
  });

  test.each(["x".repeat(129), "a b", "caf\u00e9", "a\tb", ""])("%p is replaced", async (id) => {
    const reply = await ask("gpt", { "x-litellm-call-id": id });
    expect(reply.headers.get("x-litellm-call-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}$/);
  });
});

test.each([
  ["x-litellm-timeout", "soon"],
  ["x-litellm-timeout", "-1"],
  ["x-litellm-timeout", "1e999"],
  ["x-litellm-stream-timeout", "NaN"],
])("%s: %s is refused by name", async (name, value) => {
  const reply = await ask("gpt", { [name]: value });
  expect(reply.status).toBe(400);
  expect((await readError(reply)).param).toBe(name);
});

test("a retry count of nonsense is not believed", async () => {
  for (const value of ["-5", "many", "1e999", "1e300", "1.5", "0x10", "", "99999999999999999999", "3"]) {
    const reply = await ask("gpt", { "x-stainless-retry-count": value });
    expect(reply.status).toBe(200);
    await reply.text();
  }
  await within(gateway.logged(/"client_retries":3,/), "the count that is one");
  expect(gateway.logs().match(/"client_retries":/g)).toEqual(['"client_retries":']);
});
