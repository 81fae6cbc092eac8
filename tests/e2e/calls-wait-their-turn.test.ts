import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, groupEntries, modelsOfGroups, vendorError } from "../support/model-groups.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const SIZES = { narrow: 1, free: 1, moving: 2 };

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES) });
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: groupEntries(upstream, SIZES, {
        "narrow-1": { max_parallel_requests: 1 },
        "moving-1": { max_parallel_requests: 1, order: 1, cooldown_time: 60 },
        "moving-2": { order: 2 },
      }),
      router_settings: {
        num_retries: 0,
        default_priority: 5,
        model_group_retry_policy: { moving: { RateLimitErrorRetries: 1 } },
      },
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const ask = (model: string, body: object = {}): Promise<Response> =>
  within(postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }), "an answer");

/** A call that is answered when the test says so. */
const hold = async (model: string, reply: ScriptedReply = {}) => {
  const gate = Promise.withResolvers<void>();
  const asked = upstream.requests.length;
  upstream.next(async () => {
    await gate.promise;
    return Object.keys(reply).length === 0 ? undefined : reply;
  });
  const answer = ask(model);
  await within(upstream.request(asked), "the first call at the vendor");
  return { answer, release: () => gate.resolve() };
};

/** What was sent before has come when this is over: it is answered later. */
const settle = async (): Promise<void> => {
  for (let count = 0; count < 2; count++) await (await ask("free")).text();
};

const askedFor = (model: string): number => askedModels(upstream).filter((asked) => asked === model).length;

test("a call waits while the deployment's places are taken", async () => {
  const held = await hold("narrow");
  const waiting = ask("narrow");
  await settle();
  expect(askedFor("narrow-1")).toBe(1);
  held.release();
  expect([(await held.answer).status, (await waiting).status]).toEqual([200, 200]);
  expect(askedFor("narrow-1")).toBe(2);
});

test("the lower priority goes first, default_priority where a call names none", async () => {
  const held = await hold("narrow");
  const calls = [];
  for (const [user, priority] of [
    ["seven", 7],
    ["none", undefined],
    ["one", 1],
  ] as const) {
    calls.push(ask("narrow", { user, priority }));
    await settle();
  }
  held.release();
  for (const call of calls) expect((await call).status).toBe(200);
  const users = upstream.requests
    .map(({ json }) => (json as { user?: string }).user)
    .filter((user) => user !== undefined);
  expect(users).toEqual(["one", "none", "seven"]);
});

test("a client that leaves while it waits takes no place with it", async () => {
  const held = await hold("narrow");
  const client = await openRawClient(gateway.url);
  const body = JSON.stringify({ model: "narrow", messages: MESSAGES });
  client.write(writePost("/v1/chat/completions", body, { "x-litellm-call-id": "left-the-queue" }));
  await settle();
  client.destroy();
  expect(JSON.parse(await within(gateway.logged(/left-the-queue/), "a log line"))).toMatchObject({ status: 499 });
  held.release();
  await held.answer;
  expect((await ask("narrow")).status).toBe(200);
  expect(askedFor("narrow-1")).toBe(2);
});

test("a call whose time is over before its turn is a 408, and takes no place with it", async () => {
  const held = await hold("narrow");
  const reply = await ask("narrow", { timeout: 0.02 });
  expect(reply.status).toBe(408);
  expect((await readError(reply)).message).toContain("no place at the deployment within 0.02 s");
  expect(askedFor("narrow-1")).toBe(1);
  held.release();
  await held.answer;
  expect((await ask("narrow")).status).toBe(200);
});

test("a model of a list that is no longer needed leaves the queue", async () => {
  const held = await hold("narrow");
  const fastest = await ask("narrow,free", { fastest_response: true });
  expect(fastest.headers.get("x-litellm-model-id")).toBe("free-1");
  held.release();
  await held.answer;
  expect((await ask("narrow")).status).toBe(200);
  expect(askedFor("narrow-1")).toBe(2);
});

test("a call goes elsewhere when the deployment that it waits for begins to cool", async () => {
  const held = await hold("moving", vendorError(429));
  const waiting = ask("moving");
  await settle();
  held.release();
  expect([(await held.answer).status, (await waiting).status]).toEqual([200, 200]);
  expect((await waiting).headers.get("x-litellm-model-id")).toBe("moving-2");
  expect((await waiting).headers.get("x-litellm-attempted-retries")).toBe("0");
  expect([askedFor("moving-1"), askedFor("moving-2")]).toEqual([1, 2]);
});
