import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, groupEntries, modelsOfGroups } from "../support/model-groups.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import { within } from "../support/within.ts";

const SIZES = { tiers: 3, agents: 2, strict: 2, open: 2, main: 1, spare: 1, big: 1, mild: 1, lonely: 1 };

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES) });
/** Tags are looked at, test parameters taken. */
let gateway: GatewayProcess;
/** Neither. */
let plain: GatewayProcess;

beforeAll(async () => {
  const model_list = groupEntries(upstream, SIZES, {
    "tiers-1": { tags: ["free"] },
    "tiers-2": { tags: ["paid", "eu"] },
    "tiers-3": { tags: ["default"] },
    "agents-1": { tag_regex: ["^User-Agent: some-agent/\\d"] },
    "agents-2": { tags: ["default"] },
    "strict-1": { tags: ["free"] },
    "strict-2": { tags: ["paid"] },
  });
  const router_settings = {
    num_retries: 0,
    fallbacks: [{ main: ["spare"] }],
    context_window_fallbacks: [{ main: ["big"] }],
    content_policy_fallbacks: [{ main: ["mild"] }],
  };
  [gateway, plain] = await Promise.all([
    startGateway({
      config: {
        model_list,
        router_settings: { ...router_settings, enable_tag_filtering: true },
        general_settings: { dangerously_allow_mock_testing_request_params: true },
      },
    }),
    startGateway({ config: { model_list, router_settings } }),
  ]);
});
afterEach(() => upstream.reset());
afterAll(async () => {
  for (const process of [gateway, plain]) {
    expect(harmDone(process)).toEqual([]);
    expect(await process.stop()).toBe(0);
  }
  upstream.close();
});

const ask = (
  model: string,
  body: object = {},
  { headers = {}, to = gateway }: { readonly headers?: Record<string, string>; readonly to?: GatewayProcess } = {},
): Promise<Response> =>
  within(postJson(`${to.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }, { headers }), "an answer");

describe("tags", () => {
  test.each<[string, object, Record<string, string>, string]>([
    ["the body", { tags: ["paid"] }, {}, "tiers-2"],
    ["the metadata", { metadata: { tags: ["paid"] } }, {}, "tiers-2"],
    ["the header", {}, { "x-litellm-tags": "nobody, paid" }, "tiers-2"],
    ["the body rather than the header", { tags: ["free"] }, { "x-litellm-tags": "paid" }, "tiers-1"],
    ["one tag of several", { tags: ["asia", "eu"] }, {}, "tiers-2"],
    ["a tag that no deployment has", { tags: ["asia"] }, {}, "tiers-3"],
    ["no tag at all", {}, {}, "tiers-3"],
  ])("of %s choose the deployment", async (_name, body, headers, deployment) => {
    for (let count = 0; count < 8; count++) expect((await ask("tiers", body, { headers })).status).toBe(200);
    expect(new Set(askedModels(upstream))).toEqual(new Set([deployment]));
    expect(upstream.last().json).not.toHaveProperty("tags");
  });

  test("need not be sent by clients that a deployment's tag_regex finds", async () => {
    for (const agent of ["some-agent/12", "other-agent/12"]) {
      for (let count = 0; count < 4; count++) await ask("agents", {}, { headers: { "user-agent": agent } });
    }
    expect(askedModels(upstream)).toEqual([...Array(4).fill("agents-1"), ...Array(4).fill("agents-2")]);
  });

  test("that nobody has, not even a default, are a 401", async () => {
    const reply = await ask("strict", { tags: ["asia"] });
    expect(reply.status).toBe(401);
    expect((await readError(reply)).message).toContain("Not allowed to access model due to tags configuration");
    expect(upstream.requests.length).toBe(0);
  });

  test("are no matter to groups without them", async () => {
    expect((await ask("open")).status).toBe(200);
    expect((await ask("strict")).status).toBe(200);
  });

  test("are no matter at all unless the filter is on", async () => {
    for (let count = 0; count < 60; count++) await ask("tiers", { tags: ["paid"] }, { to: plain });
    expect(new Set(askedModels(upstream)).size).toBe(3);
  });

  test("must be texts", async () => {
    const reply = await ask("tiers", { tags: "paid" });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "tags"]);
  });
});

describe("failures acted out on request", () => {
  const CASES = [
    ["mock_testing_fallbacks", "spare"],
    ["mock_testing_context_fallbacks", "big"],
    ["mock_testing_content_policy_fallbacks", "mild"],
  ] as const;

  test.each([...CASES])("%s goes to the fallback without asking the first group", async (name, group) => {
    for (const stream of [false, true]) {
      upstream.reset();
      const reply = await ask("main", { [name]: true, stream });
      expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, group]);
      expect(reply.headers.get("x-litellm-attempted-fallbacks")).toBe("1");
      await reply.text();
      expect(askedModels(upstream)).toEqual([`${group}-1`]);
    }
  });

  test("mock_testing_rate_limit_error is a 429 where nothing falls back", async () => {
    const reply = await ask("lonely", { mock_testing_rate_limit_error: true });
    expect([reply.status, (await readError(reply)).type]).toEqual([429, "throttling_error"]);
    expect(upstream.requests.length).toBe(0);
    expect((await ask("lonely")).status).toBe(200);
  });

  test("false asks for nothing", async () => {
    const reply = await ask("main", { mock_testing_fallbacks: false });
    expect([reply.status, reply.headers.get("x-litellm-model-group")]).toEqual([200, "main"]);
  });

  test.each([...CASES.map(([name]) => name), "mock_testing_rate_limit_error"])(
    "%s is refused unless the operator allows it",
    async (name) => {
      const reply = await ask("main", { [name]: true }, { to: plain });
      const { message, param } = await readError(reply);
      expect([reply.status, param]).toEqual([400, name]);
      expect(message).toContain("dangerously_allow_mock_testing_request_params");
      expect(upstream.requests.length).toBe(0);
    },
  );
});

describe("mock_response", () => {
  test("an object is the completion, whole and in pieces", async () => {
    const choices = [{ index: 0, message: { role: "assistant", content: "canned" }, finish_reason: "stop" }];
    const mock_response = { id: "c1", object: "chat.completion", created: 1, model: "m", choices };
    expect(await (await ask("lonely", { mock_response })).json()).toEqual(mock_response);
    const text = await (await ask("lonely", { mock_response, stream: true })).text();
    expect(text).toContain('"delta":{"content":"canned"}');
    expect(text).toEndWith("data: [DONE]\n\n");
  });

  test.each([
    ["litellm.RateLimitError", 429],
    ["litellm.ContextWindowExceededError", 400],
    ["litellm.InternalServerError", 500],
    ["Exception: content_filter_policy", 400],
    ["Exception: mock_streaming_error", 529],
  ])("%s is a %d", async (mock_response, status) => {
    const reply = await ask("lonely", { mock_response, disable_fallbacks: true });
    expect(reply.status).toBe(status);
    expect((await readError(reply)).code).toBe(String(status));
    expect(upstream.requests.length).toBe(0);
  });

  test("Exception: mock_streaming_error breaks a stream off in its midst", async () => {
    // All of it comes at once, and a `fetch` that finds the end missing may drop what it has not handed out.
    const client = await openRawClient(gateway.url);
    const body = { model: "spare", messages: MESSAGES, stream: true, mock_response: "Exception: mock_streaming_error" };
    client.write(writePost("/v1/chat/completions", JSON.stringify(body)));
    const reply = await client.reply();
    expect([reply.status, reply.isComplete]).toEqual([200, false]);
    expect(reply.body).toContain('"content":"Exception: "');
    expect(reply.body).toMatch(/data: \{"error":\{.*"code":"529"/);
    expect(reply.body).not.toContain("[DONE]");
  });
});

describe("mock_tool_calls", () => {
  const call = { id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Rome"}' } };

  test("stand in the message", async () => {
    const reply = await ask("lonely", { mock_tool_calls: [call] });
    const message = { role: "assistant", content: null, tool_calls: [call] };
    expect(await reply.json()).toMatchObject({ choices: [{ message, finish_reason: "tool_calls" }] });
    const both = await ask("lonely", { mock_tool_calls: [call], mock_response: "looking" });
    expect(await both.json()).toMatchObject({ choices: [{ message: { ...message, content: "looking" } }] });
    expect(upstream.requests.length).toBe(0);
  });

  test("come in a stream, each with its index", async () => {
    const text = await (await ask("lonely", { mock_tool_calls: [call, call], stream: true })).text();
    expect(text).toContain(JSON.stringify({ tool_calls: [call, call].map((item, index) => ({ index, ...item })) }));
    expect(text).toContain('"finish_reason":"tool_calls"');
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(upstream.requests.length).toBe(0);
  });

  test.each([["x"], [{}], [["x"]], [[null]]])("of %j are a 400", async (mock_tool_calls) => {
    const reply = await ask("lonely", { mock_tool_calls });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "mock_tool_calls"]);
  });
});

describe("a made-up answer that is late", () => {
  test.each([
    [{ mock_timeout: true }],
    [{ mock_timeout: true, stream: true, stream_timeout: 0.02 }],
    [{ mock_response: "late", mock_delay: 60 }],
  ])("is a 408 once the call's time is over: %j", async (body) => {
    const reply = await ask("lonely", { timeout: 0.02, ...body });
    expect(reply.status).toBe(408);
    expect((await readError(reply)).message).toContain("no reply within 0.02 s");
    expect(upstream.requests.length).toBe(0);
  });

  test("comes after its delay", async () => {
    const startedAtMs = performance.now();
    expect((await ask("lonely", { mock_response: "late", mock_delay: 0.05 })).status).toBe(200);
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(49);
    expect((await ask("lonely", { mock_delay: 60 })).status).toBe(200); // Nothing is made up, so nothing is late.
    expect(upstream.requests.length).toBe(1);
  });

  test("is not waited for when the client leaves", async () => {
    const client = await openRawClient(gateway.url);
    const body = { model: "lonely", messages: MESSAGES, mock_timeout: true };
    client.write(writePost("/v1/chat/completions", JSON.stringify(body), { "x-litellm-call-id": "left-a-mock" }));
    await ask("lonely", { mock_response: "x" }); // The other has come by now.
    client.destroy();
    expect(JSON.parse(await within(gateway.logged(/left-a-mock/), "a log line"))).toMatchObject({ status: 499 });
  });

  test.each([
    ["mock_timeout", "yes"],
    ["mock_delay", -1],
    ["mock_delay", "1"],
    ["mock_delay", 1e9],
  ])("%s of %j is a 400", async (name, value) => {
    const reply = await ask("lonely", { [name]: value });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, name]);
  });
});
