import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import OpenAI from "openai";
import { type FakeLangfuse, PROJECT, startFakeLangfuse } from "../support/fake-langfuse.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { within } from "../support/within.ts";

type JsonObject = Readonly<Record<string, unknown>>;

const ANSWER = "Hello from the upstream, whole and unharmed.";
const OTHER_KEYS = { publicKey: "pk-lf-other", secretKey: "sk-lf-other-planted-secret" };
const EXAMPLES = join(import.meta.dir, "..", "..", "examples");

const upstream = startFakeUpstream();
const langfuse = startFakeLangfuse();
const other = startFakeLangfuse([OTHER_KEYS]);
let gateway: GatewayProcess;
let client: OpenAI;

const environmentOf = (server: Pick<FakeLangfuse, "url">, keys: Partial<typeof PROJECT> = {}) => ({
  LANGFUSE_PUBLIC_KEY: keys.publicKey ?? PROJECT.publicKey,
  LANGFUSE_SECRET_KEY: keys.secretKey ?? PROJECT.secretKey,
  LANGFUSE_HOST: server.url,
  LANGFUSE_FLUSH_INTERVAL: "0.05",
});

const models = [
  modelEntry("gpt-3.5-turbo", openaiParams(upstream, "openai/gpt-3.5-turbo")),
  modelEntry("lonely", openaiParams(upstream, "openai/gpt-4o", { num_retries: 0 })),
  modelEntry(
    "elsewhere",
    openaiParams(upstream, "openai/gpt-4o", {
      langfuse_public_key: OTHER_KEYS.publicKey,
      langfuse_secret_key: OTHER_KEYS.secretKey,
      langfuse_host: other.url,
    }),
  ),
];

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: models,
      litellm_settings: { success_callback: ["langfuse"], failure_callback: ["langfuse"] },
    },
    env: environmentOf(langfuse),
  });
  client = new OpenAI({ apiKey: "anything", baseURL: gateway.url, maxRetries: 0 });
});
afterEach(() => {
  expect([...langfuse.faults, ...other.faults]).toEqual([]);
  for (const server of [upstream, langfuse, other]) server.reset();
});
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
  await Promise.all([langfuse.close(), other.close()]);
});

const chat = (extra: JsonObject = {}, model = "gpt-3.5-turbo") =>
  client.chat.completions.create({ model, messages: [{ role: "user", content: "hi" }], ...extra } as never);

const generationOf = async (id: string, server = langfuse): Promise<JsonObject> => {
  await within(
    server.until(() => server.observations.has(id)),
    "a generation",
  );
  return server.observations.get(id) ?? {};
};
const traceOf = async (id: string): Promise<JsonObject> => {
  await within(
    langfuse.until(() => langfuse.traces.has(id)),
    "a trace",
  );
  return langfuse.traces.get(id) ?? {};
};

const textsOf = ({ requests }: FakeLangfuse): string => requests.map(({ text }) => text).join("\n");

/** The metadata that an example sends, as it stands in its file. */
const metadataOf = (example: string, file: string): Readonly<Record<string, string>> => {
  const [, block = ""] = /"metadata": ?\{([^}]*)\}/.exec(readFileSync(join(EXAMPLES, example, file), "utf8")) ?? [];
  return Object.fromEntries([...block.matchAll(/"(\w+)": "([^"]+)"/g)].map(([, key = "", value = ""]) => [key, value]));
};

describe("the seed's examples arrive as given", () => {
  test.each([
    ["chat-openai-python", "main.py", "openai-client-gen-id22"],
    ["chat-curl", "main.sh", "gen-id22"],
    ["chat-langchain-python", "main.py", "langchain-client-gen-id22"],
  ])("%s", async (example, file, id) => {
    const metadata = metadataOf(example, file);
    expect(Object.keys(metadata).sort()).toEqual(["generation_id", "generation_name", "trace_id", "trace_user_id"]);
    await chat({ metadata });
    const generation = await generationOf(id);
    expect(generation).toMatchObject({
      id: metadata["generation_id"],
      name: metadata["generation_name"],
      traceId: metadata["trace_id"],
      model: "gpt-3.5-turbo",
      output: { role: "assistant", content: ANSWER },
    });
    expect(await traceOf(String(metadata["trace_id"]))).toMatchObject({ userId: metadata["trace_user_id"] });
    expect(upstream.last().json).not.toHaveProperty("metadata");
  });
});

test("headers say the same", async () => {
  const headers = { langfuse_trace_id: "t-h", langfuse_generation_id: "g-h", langfuse_trace_metadata: '{"a":1}' };
  await postJson(`${gateway.url}/chat/completions`, { model: "gpt-3.5-turbo", messages: MESSAGES }, { headers });
  expect(await generationOf("g-h")).toMatchObject({ traceId: "t-h" });
  expect(await traceOf("t-h")).toMatchObject({ metadata: { a: 1 } });
});

test("a stream arrives whole, with its usage and the time of its first byte", async () => {
  const stream = (await chat({
    stream: true,
    metadata: { generation_id: "g-s", trace_id: "t-s" },
  })) as unknown as AsyncIterable<unknown>;
  for await (const _chunk of stream) {
    // To its end.
  }
  const generation = await generationOf("g-s");
  expect(generation["output"]).toMatchObject({ content: ANSWER });
  expect(generation["usageDetails"]).toMatchObject({ total: expect.any(Number) });
  const times = [generation["startTime"], generation["completionStartTime"], generation["endTime"]].map(String);
  expect(times.toSorted()).toEqual(times);
  expect(await traceOf("t-s")).toMatchObject({ output: { content: ANSWER } });
});

test("a failure arrives with its message", async () => {
  upstream.next({ status: 500, body: { error: { message: "overloaded", type: "server_error" } } });
  await chat({ metadata: { generation_id: "g-f" } }, "lonely").catch(() => undefined);
  const generation = await generationOf("g-f");
  expect(generation).toMatchObject({ level: "ERROR", statusMessage: expect.stringContaining("overloaded") });
  expect(generation["output"]).toBeUndefined();
});

test("masks, no-log and disabled callbacks keep things to themselves", async () => {
  await chat({ metadata: { generation_id: "g-m", trace_id: "t-m", mask_input: true, mask_output: true } });
  await chat({ "no-log": true, metadata: { generation_id: "g-never" } });
  await postJson(
    `${gateway.url}/chat/completions`,
    { model: "gpt-3.5-turbo", messages: MESSAGES, metadata: { generation_id: "g-never" } },
    { headers: { "x-litellm-disable-callbacks": "langfuse" } },
  );
  await chat({ metadata: { generation_id: "g-last" } });
  await generationOf("g-last");
  const masked = "redacted-by-litellm";
  expect(await generationOf("g-m")).toMatchObject({ input: masked, output: masked });
  expect(await traceOf("t-m")).toMatchObject({ input: masked, output: masked });
  expect(textsOf(langfuse)).not.toContain("g-never");
});

test("a deployment's own project gets its calls; callers can name none, and no key is shown", async () => {
  const planted = {
    langfuse_public_key: "pk-lf-caller",
    langfuse_secret_key: "sk-lf-caller-planted",
    langfuse_host: langfuse.url,
  };
  await chat({ ...planted, metadata: { ...planted, generation_id: "g-e" } }, "elsewhere");
  expect(await generationOf("g-e", other)).toMatchObject({ id: "g-e" });
  expect(langfuse.requests).toEqual([]);
  expect(JSON.stringify(upstream.last().json)).not.toContain("langfuse");
  const info = await (await fetch(`${gateway.url}/model/info`)).text();
  expect([textsOf(other), gateway.logs(), info].join()).not.toMatch(/planted|sk-lf-/);
});

test("langfuse_otel says the same through the other endpoint", async () => {
  const otel = await startGateway({
    config: { model_list: models, litellm_settings: { callbacks: ["langfuse_otel"] } },
    env: environmentOf(langfuse),
  });
  try {
    await postJson(`${otel.url}/chat/completions`, {
      model: "gpt-3.5-turbo",
      messages: MESSAGES,
      metadata: { trace_id: "trace-id22", generation_name: "test" },
    });
    await within(
      langfuse.until(() => langfuse.spans.length > 0),
      "a span",
    );
    expect(langfuse.spans[0]).toMatchObject({ name: "test", traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(textsOf(langfuse)).toContain('{"key":"langfuse.trace.id","value":{"stringValue":"trace-id22"}}');
    await postJson(`${otel.url}/chat/completions`, {
      model: "gpt-3.5-turbo",
      messages: [{ role: "user", content: "more" }],
      metadata: { existing_trace_id: "trace-id22", trace_name: "no" },
    });
    await within(
      langfuse.until(() => langfuse.spans.length > 1),
      "a span",
    );
    const input = JSON.stringify({ messages: MESSAGES });
    expect([...langfuse.traces.values()]).toMatchObject([{ name: "litellm-acompletion", input }]);
  } finally {
    expect(await otel.stop()).toBe(0);
  }
});

describe("when Langfuse is in trouble", () => {
  const withGateway = async (
    env: Readonly<Record<string, string>>,
    work: (url: string, process: GatewayProcess) => Promise<void>,
  ): Promise<string> => {
    const process = await startGateway({
      config: { model_list: models.slice(0, 1), litellm_settings: { callbacks: ["langfuse"] } },
      env,
    });
    try {
      await work(process.url, process);
    } finally {
      expect(harmDone(process)).toEqual([]);
      expect(await process.stop()).toBe(0);
    }
    return process.logs();
  };
  const ask = async (url: string, id = "g"): Promise<number> => {
    const body = { model: "gpt-3.5-turbo", messages: MESSAGES, metadata: { generation_id: id } };
    const reply = await within(postJson(`${url}/chat/completions`, body), "an answer", 5000);
    await reply.text();
    return reply.status;
  };

  test("wrong keys are told to the operator, without the keys", async () => {
    const wrong = startFakeLangfuse();
    const env = environmentOf(wrong, { secretKey: "sk-lf-wrong-planted-secret" });
    const logs = await withGateway(env, async (url, process) => {
      expect(await ask(url)).toBe(200);
      await within(process.logged(/answered 401: .*LANGFUSE_SECRET_KEY/), "a word about the keys");
    });
    await wrong.close();
    expect(logs).not.toContain("planted");
  });

  test("without keys it is left out, and calls are answered", async () => {
    await withGateway({}, async (url, process) => {
      await within(process.logged(/callback 'langfuse' is left out.*LANGFUSE_PUBLIC_KEY/), "a word about it");
      expect(await ask(url)).toBe(200);
    });
  });

  test("a server that never answers holds up no call, and what is lost is counted", async () => {
    const hanging = startFakeLangfuse();
    hanging.always("hang");
    const logs = await withGateway(environmentOf(hanging), async (url) => {
      for (let count = 0; count < 10; count++) expect(await ask(url)).toBe(200);
      await within(
        hanging.until(() => hanging.requests.length > 0),
        "a request",
      );
      for (let count = 0; count < 10; count++) expect(await ask(url)).toBe(200);
    });
    await hanging.close();
    expect(logs).toMatch(/callback 'langfuse': \d+ calls not delivered so far/);
  }, 30_000);

  test("what failed is sent again, once in effect", async () => {
    const flaky = startFakeLangfuse();
    flaky.next({ status: 503 });
    await withGateway(environmentOf(flaky), async (url) => {
      await ask(url, "g-again");
      await generationOf("g-again", flaky);
    });
    expect([flaky.traces.size, flaky.observations.size]).toEqual([1, 1]);
    await flaky.close();
  });

  test("a gateway that is killed loses what it had not sent, and no more", async () => {
    const server = startFakeLangfuse();
    const gatewayOptions = {
      config: { model_list: models.slice(0, 1), litellm_settings: { callbacks: ["langfuse"] } },
      env: environmentOf(server),
    };
    const killed = await startGateway(gatewayOptions);
    for (let count = 0; count < 20; count++) await ask(killed.url, `g-sent-${count}`);
    await within(
      server.until(() => server.observations.size === 20),
      "what was sent",
    );
    for (let count = 0; count < 5; count++) await ask(killed.url, `g-waiting-${count}`);
    await killed.kill();
    const next = await startGateway(gatewayOptions);
    await ask(next.url, "g-after");
    await generationOf("g-after", server);
    expect(await next.stop()).toBe(0);
    const sent = [...server.observations.keys()].filter((id) => id.startsWith("g-sent"));
    expect([sent.length, server.faults]).toEqual([20, []]);
    await server.close();
  });

  test("stopping sends what waits", async () => {
    const slow = startFakeLangfuse();
    await withGateway({ ...environmentOf(slow), LANGFUSE_FLUSH_INTERVAL: "600" }, async (url) => {
      for (let count = 0; count < 5; count++) await ask(url, `g-${count}`);
    });
    expect(slow.observations.size).toBe(5);
    await slow.close();
  });
});
