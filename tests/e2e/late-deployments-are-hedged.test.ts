import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

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
      model_list: [...pair("hedged"), ...pair("patient"), ...pair("careful")],
      router_settings: {
        num_retries: 0,
        disable_cooldowns: true,
        hedge: { hedged: { after_ms: 20 }, careful: { after_ms: 20, never_with: ["tools"] } },
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

test("an answer in time is the only one", async () => {
  const reply = await ask({ model: "hedged" });
  expect(reply.headers.get("x-litellm-model-id")).toBe("hedged-slow");
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
  expect((await ask({ model: "hedged" })).status).toBe(400);
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

test("a client that leaves takes both along", async () => {
  slow.next(SILENT);
  fast.next(SILENT);
  const leaving = new AbortController();
  const reply = postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "hedged", messages: MESSAGES },
    { signal: leaving.signal },
  ).catch(() => undefined);
  const [first, second] = [await slow.request(0), await fast.request(0)];
  leaving.abort();
  await within(Promise.all([first.aborted, second.aborted]), "both vendors are let go");
  await reply;
});
