import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, type GroupSizes, groupEntries, modelsOfGroups, vendorError } from "../support/model-groups.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { eventually, within } from "../support/within.ts";

/** A test that makes deployments fail has groups of its own: their cooldowns are nobody else's. */
const RETRIED = [408, 409, 429, 500, 502, 503, 504, 529] as const;
const NOT_RETRIED = [400, 404, 413, 422] as const;

const SIZES: GroupSizes = {
  ...Object.fromEntries(RETRIED.map((status) => [`on-${status}`, 2])),
  ...Object.fromEntries(NOT_RETRIED.map((status) => [`not-on-${status}`, 2])),
  "refused-pair": 2,
  "refused-alone": 1,
  six: 6,
  "own-count": 6,
  ...Object.fromEntries([0, 1, 2, 3, 4].map((index) => [`counted-${index}`, 6])),
  "hasty-alone": 1,
  policy: 6,
  limited: 2,
  spent: 2,
  brief: 2,
  "limited-alone": 1,
  "bad-requests": 2,
  hurried: 2,
  ordered: 3,
  weighed: 2,
  patient: 1,
  logged: 2,
  timed: 2,
};

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES) });
let gateway: GatewayProcess;

beforeAll(async () => {
  const cooled = { cooldown_time: 60 };
  gateway = await startGateway({
    config: {
      model_list: groupEntries(upstream, SIZES, {
        "own-count-1": { num_retries: 4 },
        "own-count-2": { num_retries: 4 },
        "own-count-3": { num_retries: 4 },
        "own-count-4": { num_retries: 4 },
        "own-count-5": { num_retries: 4 },
        "own-count-6": { num_retries: 4 },
        "limited-1": cooled,
        "limited-2": cooled,
        "spent-1": cooled,
        "spent-2": cooled,
        "brief-1": { cooldown_time: 0.05 },
        "brief-2": { cooldown_time: 0.05 },
        "ordered-1": { order: 2 },
        "ordered-2": { order: 1 },
        "ordered-3": { order: 3 },
        "weighed-1": { weight: 1 },
        "weighed-2": { weight: 0 },
      }),
      router_settings: { model_group_retry_policy: { policy: { RateLimitErrorRetries: 4, TimeoutErrorRetries: 0 } } },
    },
  });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  upstream.close();
});

const ask = (model: string, body: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  within(postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }, { headers }), "answer");

/** Every deployment of a group answers this way. */
const failAll = (group: string, status: number): void => {
  for (const model of modelsOfGroups({ [group]: SIZES[group] ?? 0 })) upstream.forModel(model, vendorError(status));
};

describe("a retry", () => {
  test.each([...RETRIED])("after %d asks another deployment at once", async (status) => {
    upstream.next(vendorError(status));
    const reply = await ask(`on-${status}`);
    const [first, second] = askedModels(upstream);
    expect(reply.status).toBe(200);
    expect(upstream.requests.length).toBe(2);
    expect(second).not.toBe(first ?? "");
    expect(reply.headers.get("x-litellm-model-id")).toBe(second ?? "");
    expect(reply.headers.get("x-litellm-model-group")).toBe(`on-${status}`);
    expect(reply.headers.get("x-litellm-attempted-retries")).toBe("1");
    expect(reply.headers.get("x-litellm-attempted-fallbacks")).toBe("0");
  });

  test.each([...NOT_RETRIED])("after %d is not made", async (status) => {
    upstream.next(vendorError(status));
    const reply = await ask(`not-on-${status}`);
    expect(reply.status).toBe(status);
    expect(upstream.requests.length).toBe(1);
    expect(reply.headers.get("x-litellm-attempted-retries")).toBe("0");
  });

  test("after 401 is made where the group has another deployment, and nowhere else", async () => {
    upstream.next(vendorError(401));
    expect((await ask("refused-pair")).status).toBe(200);
    expect(upstream.requests.length).toBe(2);
    upstream.reset();
    upstream.next(vendorError(401));
    expect((await ask("refused-alone")).status).toBe(401);
    expect(upstream.requests.length).toBe(1);
  });

  test("is made when no first byte comes in time", async () => {
    upstream.next({ after: new Promise(() => undefined) });
    const reply = await ask("timed", { timeout: 1 });
    expect([reply.status, upstream.requests.length]).toEqual([200, 2]);
    await within(upstream.requests[0]?.aborted ?? Promise.reject(), "the late vendor is let go");
    expect(Number(reply.headers.get("x-litellm-response-duration-ms"))).toBeGreaterThan(900);
    expect(Number(reply.headers.get("x-litellm-overhead-duration-ms"))).toBeLessThan(500); // What was waited in vain is none.
  });

  test("is made twice unless something else is said, and the answer tells of it", async () => {
    failAll("six", 500);
    const reply = await ask("six");
    expect([reply.status, upstream.requests.length]).toEqual([500, 3]);
    expect(new Set(askedModels(upstream)).size).toBe(3);
    expect(reply.headers.get("x-litellm-attempted-retries")).toBe("2");
    expect((await readError(reply)).message).toEndWith("LiteLLM Retried: 2 times, LiteLLM Max Retries: 2");
  });

  test.each<[string, string, object, Record<string, string>, number]>([
    ["num_retries in the body", "counted-0", { num_retries: 1 }, {}, 2],
    ["num_retries: 0 in the body", "counted-1", { num_retries: 0 }, {}, 1],
    ["max_retries in the body", "counted-2", { max_retries: 1 }, {}, 2],
    ["the header", "counted-3", {}, { "x-litellm-num-retries": "3" }, 4],
    ["the header, whatever the body says", "counted-4", { num_retries: 5 }, { "x-litellm-num-retries": "0" }, 1],
  ])("is made as often as %s says", async (_name, group, body, headers, requests) => {
    failAll(group, 500);
    expect((await ask(group, body, headers)).status).toBe(500);
    expect(upstream.requests.length).toBe(requests);
  });

  test.each<[object, Record<string, string>, string]>([
    [{ num_retries: -1 }, {}, "num_retries"],
    [{ num_retries: "many" }, {}, "num_retries"],
    [{}, { "x-litellm-num-retries": "-1" }, "x-litellm-num-retries"],
  ])("count that is none is a 400: %j %j", async (body, headers, param) => {
    const reply = await ask("six", body, headers);
    expect(reply.status).toBe(400);
    expect((await readError(reply)).message).toContain(param);
    expect(upstream.requests.length).toBe(0);
  });

  test("is made as often as the deployment says, the caller notwithstanding", async () => {
    failAll("own-count", 503);
    await ask("own-count", { num_retries: 1 });
    expect(upstream.requests.length).toBe(5);
  });

  test("is made as often as the group's policy says for the kind of failure", async () => {
    failAll("policy", 429);
    await ask("policy", { num_retries: 1 });
    expect(upstream.requests.length).toBe(5);
  });

  test("waits as the vendor asks where nobody else is left", async () => {
    upstream.next(vendorError(503, {}, { "retry-after-ms": "1" }));
    const reply = await ask("hasty-alone");
    expect([reply.status, upstream.requests.length]).toEqual([200, 2]);
  });

  test("sends the very same body", async () => {
    upstream.next(vendorError(500));
    await ask("weighed", { temperature: 0.25, num_retries: 1, user: "someone" });
    const [first, second] = upstream.requests.map(({ json }) => ({ ...(json as object), model: "" }));
    expect(JSON.stringify(second)).toBe(JSON.stringify(first));
    expect(first).toMatchObject({ temperature: 0.25, user: "someone" });
    expect(first).not.toHaveProperty("num_retries");
  });

  test("that is waited for ends when the client leaves", async () => {
    upstream.next(vendorError(503, {}, { "retry-after": "30" }));
    const client = await openRawClient(gateway.url);
    const body = JSON.stringify({ model: "patient", messages: MESSAGES });
    client.write(writePost("/v1/chat/completions", body, { "x-litellm-call-id": "left-while-waiting" }));
    await within(upstream.request(0), "the first attempt");
    client.destroy();
    const line = JSON.parse(await within(gateway.logged(/left-while-waiting/), "a log line"));
    expect(line).toMatchObject({ status: 499, error: "client-closed", attempts: 1 });
    expect(upstream.requests.length).toBe(1);
  });

  test("stands in the log as an attempt", async () => {
    upstream.next(vendorError(500));
    await ask("logged", {}, { "x-litellm-call-id": "attempts-counted" });
    const line = JSON.parse(await within(gateway.logged(/attempts-counted/), "a log line"));
    expect(line).toMatchObject({ status: 200, attempts: 2, model_group: "logged" });
    expect(line.deployment).toBe(upstream.last().model);
  });
});

describe("a cooldown", () => {
  test("keeps calls away from a deployment that was rate limited", async () => {
    upstream.next(vendorError(429));
    expect((await ask("limited")).status).toBe(200);
    const cooled = upstream.requests[0]?.model;
    for (let count = 0; count < 12; count++) expect((await ask("limited")).status).toBe(200);
    expect(upstream.requests.filter(({ model }) => model === cooled).length).toBe(1);
    expect(upstream.requests.length).toBe(14);
  });

  test("of the whole group is a 429 that says when to come again", async () => {
    failAll("spent", 429);
    const first = await ask("spent");
    const asked = upstream.requests.length;
    expect([first.status, asked]).toEqual([429, 2]);
    expect(first.headers.get("x-litellm-attempted-retries")).toBe("1"); // None was asked a third time.
    const reply = await ask("spent");
    const { message, code } = await readError(reply);
    expect([reply.status, code]).toEqual([429, "429"]);
    expect(message).toMatch(/No deployments available for selected model, Try again in \d+(\.\d+)? seconds/);
    expect(message).toContain("Passed model=spent");
    expect(Number(reply.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(Number(reply.headers.get("retry-after"))).toBeLessThanOrEqual(60);
    expect(upstream.requests.length).toBe(asked);
  });

  test("ends", async () => {
    failAll("brief", 429);
    await ask("brief", { num_retries: 1 });
    upstream.reset();
    await eventually(async () => (await ask("brief")).status === 200, "the group is asked again");
  });

  test("never takes away the only deployment for a 429", async () => {
    for (let count = 0; count < 3; count++) {
      upstream.next(vendorError(429));
      expect((await ask("limited-alone", { num_retries: 0 })).status).toBe(429);
    }
    expect((await ask("limited-alone")).status).toBe(200);
    expect(upstream.requests.length).toBe(4);
  });

  test("does not follow from bad requests", async () => {
    failAll("bad-requests", 400);
    for (let count = 0; count < 12; count++) expect((await ask("bad-requests")).status).toBe(400);
    expect(upstream.requests.length).toBe(12);
    // Which of the two is asked is left to chance, so the one that was not is given some more.
    await eventually(async () => {
      expect((await ask("bad-requests")).status).toBe(400);
      return new Set(askedModels(upstream)).size === 2;
    }, "a call to each of the two");
  });
});

describe("what a caller chooses for itself cools nothing", () => {
  test("a time limit shorter than the deployment's", async () => {
    const never: ScriptedReply = { after: new Promise(() => undefined) };
    for (const model of modelsOfGroups({ hurried: 2 })) upstream.forModel(model, never);
    for (let count = 0; count < 4; count++) {
      expect((await ask("hurried", { timeout: 0.01, num_retries: 2 })).status).toBe(408);
    }
    upstream.reset();
    expect((await ask("hurried")).status).toBe(200);
  });
});

describe("order and weight", () => {
  test("the lowest order is asked, the next one only when it fails", async () => {
    for (let count = 0; count < 6; count++) await ask("ordered");
    expect(new Set(askedModels(upstream))).toEqual(new Set(["ordered-2"]));
    upstream.reset();
    upstream.forModel("ordered-2", vendorError(500));
    expect((await ask("ordered")).status).toBe(200);
    expect(askedModels(upstream)).toEqual(["ordered-2", "ordered-1"]);
    upstream.reset();
    upstream.forModel("ordered-2", vendorError(500));
    upstream.forModel("ordered-1", vendorError(500));
    expect((await ask("ordered")).status).toBe(200);
    expect(askedModels(upstream)).toEqual(["ordered-2", "ordered-1", "ordered-3"]);
  });

  test("without weight a deployment is asked only when nobody else is left", async () => {
    for (let count = 0; count < 8; count++) await ask("weighed");
    expect(new Set(askedModels(upstream))).toEqual(new Set(["weighed-1"]));
    upstream.next(vendorError(500));
    expect((await ask("weighed")).status).toBe(200);
    expect(upstream.last().model).toBe("weighed-2");
  });
});
