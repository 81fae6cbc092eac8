import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { eventually, within } from "../support/within.ts";

const slow = startFakeUpstream();
const fast = startFakeUpstream();
let gateway: GatewayProcess;

beforeAll(async () => {
  // `order` makes the slow one the first to be asked.
  const pair = (name: string) => [
    modelEntry(name, openaiParams(slow, "openai/gpt-4o", { order: 1 }), { id: `${name}-slow` }),
    modelEntry(name, openaiParams(fast, "openai/gpt-4o", { order: 2 }), { id: `${name}-fast` }),
  ];
  gateway = await startGateway({
    config: {
      model_list: ["hedged", "patient", "careful", "easy", "easier", "counted"].flatMap(pair),
      litellm_settings: { callbacks: ["prometheus"] },
      router_settings: {
        num_retries: 0,
        disable_cooldowns: true,
        // Where an answer is to be in time, the time is long enough for a busy machine.
        hedge: {
          hedged: { after_ms: 20 },
          counted: { after_ms: 20 },
          careful: { after_ms: 20, never_with: ["tools"] },
          easy: { after_ms: 800 },
          easier: { after_ms: 900 },
        },
      },
    },
  });
});
afterEach(() => {
  slow.reset();
  fast.reset();
});
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  slow.close();
  fast.close();
});

/** Not a byte, until the gateway leaves. */
const SILENT: ScriptedReply = { raw: "", ending: "stall" };
const ask = (body: Readonly<Record<string, unknown>>): Promise<Response> =>
  postJson(`${gateway.url}/v1/chat/completions`, { messages: MESSAGES, ...body });

test.each([false, true])(
  "a late answer (stream: %p) is taken from another deployment, and the first let go",
  async (stream) => {
    slow.next(SILENT);
    const reply = await ask({ model: "hedged", stream });
    expect(reply.status).toBe(200);
    expect(reply.headers.get("x-litellm-model-id")).toBe("hedged-fast");
    await reply.text();
    const loser = await slow.request(0);
    await within(loser.aborted, "the late vendor is let go");
    expect([slow.requests.length, fast.requests.length]).toEqual([1, 1]);
  },
);

test.each([false, true])("waiting for the late one (stream: %p) is no work of the gateway's", async (stream) => {
  slow.next(SILENT);
  const reply = await ask({ model: "easy", stream });
  expect(reply.headers.get("x-litellm-model-id")).toBe("easy-fast");
  expect(Number(reply.headers.get("x-litellm-response-duration-ms"))).toBeGreaterThan(700);
  expect(Number(reply.headers.get("x-litellm-overhead-duration-ms"))).toBeLessThan(500);
  await reply.text();
});

test("an answer in time is the only one", async () => {
  const reply = await ask({ model: "easy" });
  expect(reply.headers.get("x-litellm-model-id")).toBe("easy-slow");
  await reply.text();
  expect(fast.requests.length).toBe(0);
});

test("when both fail the caller gets the first failure", async () => {
  const both = Promise.withResolvers<void>();
  slow.next({ status: 400, body: { error: { message: "from the slow one" } }, after: both.promise });
  fast.next({ status: 400, body: { error: { message: "from the fast one" } }, after: both.promise });
  const reply = ask({ model: "hedged" });
  await fast.request(0);
  both.resolve();
  const error = await readError(await reply);
  expect(error.message).toMatch(/from the (slow|fast) one/);
  expect(error.code).toBe("400");
});

test("a failure in time is no reason to ask twice", async () => {
  slow.next({ status: 400, body: { error: { message: "no" } } });
  expect((await ask({ model: "easy" })).status).toBe(400);
  expect(fast.requests.length).toBe(0);
});

test.each([
  ["a group that does not ask for it", { model: "patient" }],
  ["a call that must not run twice", { model: "careful", tools: [{ type: "function", function: { name: "f" } }] }],
])("%s waits for the one", async (_name, body) => {
  const asked = Promise.withResolvers<void>();
  slow.next({ after: asked.promise });
  const reply = ask(body);
  await slow.request(0);
  const other = await ask({ model: "hedged" }); // Takes longer than a hedge's delay only if there is one.
  await other.text();
  asked.resolve();
  expect((await reply).headers.get("x-litellm-model-id")).toEndWith("-slow");
});

test.each([false, true])("a client that leaves takes both along (stream: %p)", async (stream) => {
  slow.next(SILENT);
  fast.next(SILENT);
  const leaving = new AbortController();
  const reply = postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "hedged", messages: MESSAGES, stream },
    { signal: leaving.signal },
  ).catch(() => undefined);
  const [first, second] = [await slow.request(0), await fast.request(0)];
  leaving.abort();
  await within(Promise.all([first.aborted, second.aborted]), "both vendors are let go");
  await reply;
});

test("a client that leaves the stream that won takes that along too", async () => {
  slow.next(SILENT);
  fast.next({ chunks: ['data: {"choices":[{"index":0,"delta":{"content":"won"}}]}\n\n'], ending: "stall" });
  const client = await openRawClient(gateway.url);
  client.write(
    writePost("/v1/chat/completions", JSON.stringify({ model: "hedged", messages: MESSAGES, stream: true })),
  );
  await client.until((text) => text.includes("won"), "the first event");
  await within((await slow.request(0)).aborted, "the late vendor is let go");
  client.destroy();
  await within((await fast.request(0)).aborted, "the vendor that won is let go");
});

test("a stream that has begun is kept, though its rest is late", async () => {
  const rest = Promise.withResolvers<void>();
  const event = 'data: {"choices":[{"index":0,"delta":{"content":"begun"}}]}\n\n';
  slow.next({ chunks: [event, "data: [DONE]\n\n"], beforeChunk: (index) => (index === 1 ? rest.promise : undefined) });
  const reply = await ask({ model: "easy", stream: true });
  expect(reply.headers.get("x-litellm-model-id")).toBe("easy-slow");
  slow.next(SILENT);
  expect((await ask({ model: "easier" })).headers.get("x-litellm-model-id")).toBe("easier-fast"); // Longer than a hedge takes.
  rest.resolve();
  expect(await reply.text()).toBe(`${event}data: [DONE]\n\n`);
  expect(fast.requests.length).toBe(1);
});

test("the one that lost is an attempt of its deployment, and no request", async () => {
  slow.next(SILENT);
  const reply = await postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "counted", messages: MESSAGES },
    { headers: { "x-litellm-call-id": "lost-a-hedge" } },
  );
  expect(reply.headers.get("x-litellm-model-id")).toBe("counted-fast");
  const line = JSON.parse(await within(gateway.logged(/lost-a-hedge.*"given-up"/), "the log line of the loser"));
  expect(line).toMatchObject({ status: 499, error: "given-up", deployment: "counted-slow" });
  const countsOf = async (metric: string): Promise<readonly string[]> => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(`${metric}{`) && line.includes('"counted"'));
    return lines.map((line) => `${/model_id="([^"]+)"/.exec(line)?.[1]} ${line.split(" ").at(-1)}`).toSorted();
  };
  const attempts = ["counted-fast 1", "counted-slow 1"];
  await eventually(
    async () => (await countsOf("litellm_deployment_total_requests_total")).length === 2,
    "the attempts",
  );
  expect(await countsOf("litellm_deployment_total_requests_total")).toEqual(attempts);
  expect(await countsOf("litellm_deployment_success_responses_total")).toEqual(["counted-fast 1"]);
  expect(await countsOf("litellm_deployment_failure_responses_total")).toEqual([]);
  expect(await countsOf("litellm_proxy_total_requests_metric_total")).toEqual(["undefined 1"]);
  expect(await countsOf("litellm_proxy_failed_requests_metric_total")).toEqual([]);
});

test("what was tried before is in the log of the call that a hedge answers", async () => {
  slow.next({ status: 500, body: { error: { message: "no" } } });
  const headers = { "x-litellm-call-id": "fell-back-to-a-hedge" };
  const body = { model: "patient", fallbacks: ["hedged"], messages: MESSAGES };
  const reply = await postJson(`${gateway.url}/v1/chat/completions`, body, { headers });
  expect(reply.headers.get("x-litellm-model-group")).toBe("hedged");
  const line = JSON.parse(await within(gateway.logged(/fell-back-to-a-hedge/), "a log line"));
  expect(line).toMatchObject({ status: 200, attempts: 2 });
});

test("by latency, a deployment whose answers never come is learnt to be slow, and is asked no more", async () => {
  const entries = [slow, fast].map((vendor) => modelEntry("learnt", openaiParams(vendor, "openai/gpt-4o")));
  const learning = await startGateway({
    config: {
      model_list: entries,
      router_settings: { routing_strategy: "latency-based-routing", hedge: { learnt: { after_ms: 300 } } },
    },
  });
  slow.forModel("gpt-4o", SILENT);
  for (let count = 0; count < 6; count++) {
    const body = { model: "learnt", messages: MESSAGES, stream: true };
    const reply = await within(postJson(`${learning.url}/v1/chat/completions`, body), "an answer");
    expect(reply.status).toBe(200);
    await reply.text();
  }
  expect(slow.requests.length).toBe(1);
  expect(harmDone(learning)).toEqual([]);
  expect(await learning.stop()).toBe(0);
});
