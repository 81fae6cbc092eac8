import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, vendorError } from "../support/model-groups.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import { bearersOf } from "../support/recorded-text.ts";
import { within } from "../support/within.ts";

const CALLER_KEY = "my-own-key-7Qz94kD02LmXw";
const KEYS = ["sk-upstream", CALLER_KEY];

/** The vendor that the caller's key is for, another one, and a host of the caller's choosing. */
const vendor = startFakeUpstream({ keys: KEYS, models: ["one", "two"] });
const stranger = startFakeUpstream({ keys: KEYS });
const elsewhere = startFakeUpstream({ keys: KEYS });
let gateway: GatewayProcess;

beforeAll(async () => {
  const ours = (name: string, extra: object = {}) =>
    modelEntry(name, openaiParams(vendor, "openai/gpt-4o", { ...extra }), { id: `${name}-ours` });
  const theirs = (name: string, extra: object = {}) =>
    modelEntry(name, openaiParams(stranger, "groq/gpt-4o", { ...extra }), { id: `${name}-theirs` });
  const theirTwin = (name: string, extra: object = {}) =>
    modelEntry(name, openaiParams(stranger, "openai/gpt-4o", { ...extra }), { id: `${name}-their-twin` });
  const one = (name: string) => modelEntry(name, openaiParams(vendor, "openai/one"), { id: `${name}-one` });
  const two = (name: string) => modelEntry(name, openaiParams(vendor, "openai/two"), { id: `${name}-two` });
  gateway = await startGateway({
    config: {
      model_list: [
        ...[ours("ours"), ours("ours-too"), theirs("theirs"), ours("refused"), ours("late", { order: 1 })],
        ...[
          theirs("late", { order: 2 }),
          ours("lone", { order: 1 }),
          theirs("lone", { order: 2 }),
          ours("narrow", { max_parallel_requests: 1 }),
          ours("metered", { tpm: 1000 }),
        ],
        ...[
          ours("twin", { order: 1 }),
          theirTwin("twin", { order: 2 }),
          theirTwin("far"),
          theirs("mixed-up"),
          ours("mixed-up"),
        ],
        ...[one("mixed"), theirs("mixed", { weight: 1000 }), two("mixed"), ours("astray")],
      ],
      router_settings: {
        num_retries: 0,
        allowed_fails_policy: { AuthenticationErrorAllowedFails: 0 }, // A 401 cools the only one of a group too.
        fallbacks: [{ refused: ["theirs"] }, { twin: ["far"] }, { astray: ["mixed-up"] }],
        hedge: { late: { after_ms: 1 }, lone: { after_ms: 1 } },
        optional_pre_call_checks: ["enforce_model_rate_limits"],
      },
      general_settings: { client_side_allowed_hosts: ["127.0.0.1"] },
    },
  });
});
afterEach(() => {
  for (const upstream of [vendor, stranger, elsewhere]) upstream.reset();
});
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  for (const upstream of [vendor, stranger, elsewhere]) upstream.close();
});

const ask = (model: string, body: object = {}): Promise<Response> =>
  within(postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }), "an answer");

describe("a caller's key is shown to no second vendor", () => {
  test.each([{}, { fastest_response: true }])("by a list of models (%j)", async (options) => {
    const reply = await ask("ours,theirs", { api_key: CALLER_KEY, ...options });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "api_key"]);
    expect([vendor.requests.length, stranger.requests.length]).toEqual([0, 0]);
    const both = await ask("ours,ours-too", { api_key: CALLER_KEY, ...options });
    expect(both.status).toBe(200);
  });

  test("by a fallback, also when the first group could not be asked at all", async () => {
    vendor.next(vendorError(401));
    expect((await ask("refused")).headers.get("x-litellm-model-id")).toBe("theirs-theirs");
    stranger.reset();
    expect((await ask("refused", { api_key: CALLER_KEY })).status).toBe(429);
    expect(stranger.requests.length).toBe(0);
    expect((await ask("refused")).status).toBe(200);
  });

  test("by a retry or a fallback to another host of the same kind", async () => {
    for (let count = 0; count < 3; count++) vendor.next(vendorError(500));
    expect((await ask("twin", { api_key: CALLER_KEY, num_retries: 2 })).status).toBe(500);
    expect([vendor.requests.length, stranger.requests.length]).toEqual([3, 0]);
    vendor.next(vendorError(500));
    expect((await ask("twin", { num_retries: 1 })).headers.get("x-litellm-model-id")).toBe("twin-their-twin");
  });

  test.each([{}, { fastest_response: true }])("by a list of models at hosts of the same kind (%j)", async (options) => {
    const reply = await ask("ours,far", { api_key: CALLER_KEY, ...options });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "api_key"]);
    expect([vendor.requests.length, stranger.requests.length]).toEqual([0, 0]);
  });

  test("by a hedge", async () => {
    const asked = Promise.withResolvers<void>();
    const late = { after: asked.promise, body: { object: "chat.completion", choices: [] } };
    vendor.next(late);
    const reply = ask("late", { api_key: CALLER_KEY });
    await vendor.request(0);
    vendor.next(late);
    const hedged = await ask("late"); // Under the server's key: its hedge comes later than the other would have come.
    expect(hedged.headers.get("x-litellm-model-id")).toBe("late-theirs");
    asked.resolve();
    expect((await reply).status).toBe(200);
    expect(bearersOf(stranger.requests)).toEqual(["sk-upstream"]);
  });
});

describe("in a group of two vendors a caller's key", () => {
  test("is for the one that the list names first, and retries find its other deployments", async () => {
    for (let count = 0; count < 10; count++) {
      vendor.reset();
      vendor.next(vendorError(500));
      const reply = await ask("mixed", { api_key: CALLER_KEY, num_retries: 1 });
      expect(reply.status).toBe(200);
      expect(askedModels(vendor).toSorted()).toEqual(["one", "two"]);
    }
    expect(stranger.requests.length).toBe(0);
  });

  test("is tried as often as any other where all of them fail", async () => {
    for (let count = 0; count < 3; count++) vendor.next(vendorError(500));
    expect((await ask("mixed", { api_key: CALLER_KEY, num_retries: 2 })).status).toBe(500);
    expect([vendor.requests.length, stranger.requests.length]).toEqual([3, 0]);
  });

  test("falls back on those of its vendor", async () => {
    vendor.next(vendorError(500));
    const reply = await ask("astray", { api_key: CALLER_KEY });
    expect(reply.headers.get("x-litellm-model-id")).toBe("mixed-up-ours");
    expect(stranger.requests.length).toBe(0);
  });
});

describe("a host of the caller's choosing", () => {
  const own = { api_key: CALLER_KEY, api_base: `${elsewhere.url}/v1` };

  test("uses up nothing of the deployment's limits, whatever it says of its usage", async () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1e9, total_tokens: 1e9 };
    elsewhere.next({ body: { object: "chat.completion", choices: [], usage } });
    expect((await ask("metered", own)).status).toBe(200);
    expect((await ask("metered")).status).toBe(200);
  });

  test("takes none of the deployment's places", async () => {
    elsewhere.next({ raw: "", ending: "stall" });
    const client = await openRawClient(gateway.url);
    client.write(writePost("/v1/chat/completions", JSON.stringify({ model: "narrow", messages: MESSAGES, ...own })));
    const stalled = await within(elsewhere.request(0), "the slow host is asked");
    expect((await ask("narrow")).status).toBe(200);
    client.destroy();
    await within(stalled.aborted, "the slow host is let go");
    expect((await ask("narrow")).status).toBe(200);
  });
});

test("a hedge asks nobody twice where no second deployment can be asked", async () => {
  stranger.next(vendorError(401));
  expect((await ask("lone-theirs")).status).toBe(401); // It cools down.
  const asked = Promise.withResolvers<void>();
  vendor.next({ after: asked.promise, body: { object: "chat.completion", choices: [] } });
  const reply = ask("lone");
  await vendor.request(0);
  vendor.next({ raw: "", ending: "stall" });
  expect((await ask("late")).headers.get("x-litellm-model-id")).toBe("late-theirs"); // As long as a hedge takes.
  asked.resolve();
  expect((await reply).headers.get("x-litellm-model-id")).toBe("lone-ours");
  expect([vendor.requests.length, stranger.requests.length]).toEqual([2, 2]);
});

test("a stream that is answered with JSON is a failure in the vendor's words, and leaves no connection behind", async () => {
  vendor.next({ body: { error: { message: "out of service", code: 503 } } });
  const told = await ask("ours", { stream: true });
  expect([told.status, (await readError(told)).message]).toEqual([503, expect.stringContaining("out of service")]);
  const headers = { "content-type": "application/json" };
  vendor.next({ headers, chunks: ['{"choices":[],"filler":"', "x".repeat(1_200_000)], ending: "stall" });
  const malformed = await ask("ours", { stream: true });
  expect(malformed.status).toBe(500);
  await within(vendor.last().aborted, "the connection closes");
});

describe("on a server that lists no models, a caller's key", () => {
  let bare: GatewayProcess;
  beforeAll(async () => {
    bare = await startGateway({ env: { OPENAI_API_BASE: `${vendor.url}/v1` } });
  });
  afterAll(async () => {
    expect(harmDone(bare)).toEqual([]);
    expect(await bare.stop()).toBe(0);
  });
  const askBare = (body: object): Promise<Response> =>
    within(postJson(`${bare.url}/v1/chat/completions`, { messages: MESSAGES, ...body }), "an answer");

  test("opens the models of known vendors, each call's own", async () => {
    for (const model of ["gpt-3.5-turbo", "openai/gpt-4o"]) {
      expect((await askBare({ model, api_key: CALLER_KEY })).status).toBe(200);
      expect((await askBare({ model })).status).toBe(400);
    }
    const streamed = await askBare({ model: "gpt-4o", api_key: CALLER_KEY, stream: true });
    expect(await streamed.text()).toEndWith("data: [DONE]\n\n");
    const list = await askBare({ model: "gpt-4o,gpt-3.5-turbo", api_key: CALLER_KEY });
    expect((await list.json()) as unknown[]).toHaveLength(2);
    expect(new Set(bearersOf(vendor.requests))).toEqual(new Set([CALLER_KEY]));
    expect(vendor.requests.length).toBe(5);
  });

  test.each(["ollama/llama3", "hosted_vllm/x", "lm_studio/x", "azure/x", "nobody/x", "x", "../x", "demo/x"])(
    "opens nothing on this machine, and nothing that tells no vendor: %s",
    async (model) => {
      const reply = await askBare({ model, api_key: CALLER_KEY });
      expect([reply.status, (await readError(reply)).param]).toEqual([400, "model"]);
    },
  );

  test("is for one vendor there too, and opens nothing where models are listed", async () => {
    const reply = await askBare({ model: "gpt-4o,groq/llama3", api_key: CALLER_KEY });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "api_key"]);
    expect((await ask("gpt-4o", { api_key: CALLER_KEY })).status).toBe(400);
    expect(vendor.requests.length).toBe(0);
  });
});
