import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { OPERATIONS, type Operation } from "../../src/core/operation.ts";
import { Gateway } from "../../src/gateway.ts";
import { PROVIDERS } from "../../src/providers/all.ts";
import type { Provider } from "../../src/providers/provider.ts";

/** Providers that no request leaves the process for. */
const SKIPPED: Readonly<Record<string, string>> = { mock: "answers in the process; tests/e2e covers it" };

const BODIES: Readonly<Record<Operation, Readonly<Record<string, unknown>>>> = {
  chat: { messages: [{ role: "user", content: "Hello" }], vendor_extra: { a: 1.5 } },
  completion: { prompt: "Hello", vendor_extra: { a: 1.5 } },
  embedding: { input: ["Hello"] },
  moderation: { input: "Hello" },
};
const PATHS: Readonly<Record<Operation, string>> = {
  chat: "/v1/chat/completions",
  completion: "/v1/completions",
  embedding: "/v1/embeddings",
  moderation: "/v1/moderations",
};
const REPLY = '{ "id":"x", "data":[], "choices":[], "usage":{"prompt_tokens":3,"total_tokens":3}, "vendor":1.0 }';

interface Seen {
  readonly path: string;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

let seen: Seen[] = [];
let answer: { status: number; body: string } = { status: 200, body: REPLY };
const upstream = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: async (request) => {
    const body = (await request.json()) as Seen["body"];
    seen.push({ path: new URL(request.url).pathname, headers: request.headers, body });
    return new Response(answer.body, { status: answer.status, headers: { "content-type": "application/json" } });
  },
});
const tested = PROVIDERS.filter(({ name }) => SKIPPED[name] === undefined);
const keyOf = (provider: Provider): string => `key-of-${provider.name}`;
let gateway: Gateway;
let url = "";

beforeAll(() => {
  const models = tested.map((provider) => ({
    model_name: `m-${provider.name}`,
    litellm_params: {
      model: `${provider.name}/some-model`,
      api_base: `http://127.0.0.1:${upstream.port}/base`,
      api_key: keyOf(provider),
    },
  }));
  const text = JSON.stringify({ model_list: models });
  const { config, faults } = loadConfig({ path: "/suite.yaml", environment: {}, readFile: () => text });
  expect(faults).toEqual([]);
  if (config === undefined) {
    throw new Error("the suite's configuration has faults");
  }
  gateway = new Gateway({
    config,
    environment: {},
    accessLogFormat: "json",
    writeLog: () => undefined,
    logLevel: "info",
    logError: (message, cause) => {
      throw new Error(message, { cause });
    },
  });
  url = `http://127.0.0.1:${gateway.listen({ hostname: "127.0.0.1", port: 0, isShared: false })}`;
});

afterAll(async () => {
  await gateway.stop(1000);
  await upstream.stop(true);
});

async function ask(provider: Provider, operation: Operation, extra: object = {}): Promise<Response> {
  seen = [];
  return fetch(url + PATHS[operation], {
    method: "POST",
    body: JSON.stringify({ model: `m-${provider.name}`, ...BODIES[operation], ...extra }),
  });
}

const operationsOf = (provider: Provider): readonly Operation[] =>
  OPERATIONS.filter((operation) => provider.routes[operation] !== undefined);

describe.each(tested.map((provider) => [provider.name, provider] as const))("%s", (_name, provider) => {
  test.each(operationsOf(provider).map((operation) => [operation] as const))("%s", async (operation) => {
    answer = { status: 200, body: REPLY };
    const reply = await ask(provider, operation, { metadata: { a: 1 }, num_retries: 2, mock_response: null });
    expect(await reply.text()).toBe(REPLY);
    expect(reply.status).toBe(200);
    const [request] = seen;
    const [header, value] = provider.authorization.header(keyOf(provider));
    expect(request?.path).toEndWith(provider.routes[operation]?.path ?? "");
    expect(request?.headers.get(header)).toBe(value);
    expect(request?.body["model"]).toBe(provider.modelName?.("some-model", operation) ?? "some-model");
    expect(request?.body).toMatchObject(BODIES[operation]);
    expect(Object.keys(request?.body ?? {})).not.toContainAnyValues(["metadata", "num_retries", "mock_response"]);
  });

  test("refuses, drops or passes what the vendor does not take, as it is told", async () => {
    answer = { status: 200, body: REPLY };
    for (const operation of operationsOf(provider)) {
      for (const name of provider.routes[operation]?.edits?.unsupported ?? []) {
        const refused = await ask(provider, operation, { [name]: "x-value" });
        expect([name, refused.status]).toEqual([name, 400]);
        expect(await refused.text()).toContain(`'${name}'`);
        expect(seen).toEqual([]);
        expect((await ask(provider, operation, { [name]: "x-value", drop_params: true })).status).toBe(200);
        expect(seen[0]?.body).not.toHaveProperty([name]);
        expect((await ask(provider, operation, { [name]: "x-value", allowed_openai_params: [name] })).status).toBe(200);
        expect(seen[0]?.body[name]).toBe("x-value");
      }
      for (const [name, to] of Object.entries(provider.routes[operation]?.edits?.rename ?? {})) {
        expect((await ask(provider, operation, { [name]: 7 })).status).toBe(200);
        expect([name, seen[0]?.body[to]]).toEqual([name, 7]);
        expect(seen[0]?.body).not.toHaveProperty([name]);
      }
    }
  });

  test.each([401, 404, 422, 429, 500, 503])("hands on status %d with the vendor's words", async (status) => {
    const [operation = "chat"] = operationsOf(provider);
    answer = { status, body: JSON.stringify({ error: { message: "the vendor's words", type: "t", code: "c" } }) };
    const reply = await ask(provider, operation);
    const { error } = (await reply.json()) as { readonly error: Readonly<Record<string, unknown>> };
    expect(reply.status).toBe(status);
    expect(error["code"]).toBe(String(status));
    expect(error["message"]).toContain("the vendor's words");
    expect(error["message"]).toMatch(/^litellm\.\w+: /);
  });
});

test("nothing is left out without a reason", () => {
  expect(PROVIDERS.length - tested.length).toBe(Object.keys(SKIPPED).length);
});
