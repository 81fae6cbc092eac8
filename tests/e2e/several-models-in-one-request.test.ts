import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson, readError } from "../support/gateway-setup.ts";
import { askedModels, groupEntries, modelsOfGroups, vendorError } from "../support/model-groups.ts";
import { openRawClient, type RawClient, writePost } from "../support/raw-client.ts";
import type { RecordedRequest } from "../support/recorded-request.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const SIZES = { a: 1, b: 1, c: 1, pair: 2, main: 1, spare: 1 };
const FASTEST = "x-litellm-fastest_response_batch_completion";

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES), keys: ["sk-upstream", "sk-of-the-caller-0123"] });
let gateway: GatewayProcess;

beforeAll(async () => {
  gateway = await startGateway({
    config: {
      model_list: groupEntries(upstream, SIZES),
      router_settings: { disable_cooldowns: true, fallbacks: [{ main: ["spare"] }] },
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
  within(
    postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES, ...body }, { headers }),
    `an answer of ${model}`,
  );

/** One place of the list: an answer, or an error that names its model. */
interface Item {
  readonly id?: string;
  readonly object?: string;
  readonly model: string;
  readonly error?: { readonly message: string; readonly type: string; readonly param: unknown; readonly code: string };
}

const readItems = async (reply: Response): Promise<readonly Item[]> => {
  const items: unknown = await reply.json();
  if (!Array.isArray(items)) throw new Error(`no list: ${JSON.stringify(items)}`);
  return items as readonly Item[];
};

/** Fails so often, and answers then. */
const failing = (times: number, reply: ScriptedReply): (() => ScriptedReply | undefined) => {
  let count = 0;
  return () => (count++ < times ? reply : undefined);
};

const find = (model: string): RecordedRequest => {
  const request = upstream.requests.find((asked) => asked.model === model);
  if (request === undefined) throw new Error(`'${model}' was not asked`);
  return request;
};

const never = new Promise<never>(() => undefined);

describe("a comma list", () => {
  test("is answered by a bare list in the order of the names, asked all at once", async () => {
    const gate = Promise.withResolvers<undefined>();
    for (const model of ["a-1", "b-1"]) upstream.forModel(model, () => gate.promise);
    const reply = ask("a,b,c");
    await within(upstream.request(2), "the third model asked before the first has answered");
    gate.resolve(undefined);
    const items = await readItems(await reply);
    expect((await reply).status).toBe(200);
    expect((await reply).headers.get("content-type")).toContain("application/json");
    expect(items.map(({ model, object }) => [model, object])).toEqual(
      ["a-1", "b-1", "c-1"].map((model) => [model, "chat.completion"]),
    );
  });

  test.each([["a, b"], [" a ,b "], ["a\t,\nb"]])("has its names trimmed: %j", async (model) => {
    const items = await readItems(await ask(model));
    expect(items.map((item) => item.model)).toEqual(["a-1", "b-1"]);
  });

  test("may name a model twice: two calls, two answers", async () => {
    const items = await readItems(await ask("a,a"));
    expect(items.map(({ model }) => model)).toEqual(["a-1", "a-1"]);
    expect(askedModels(upstream)).toEqual(["a-1", "a-1"]);
  });

  test("sends the same parameters to all, and none of the gateway's own", async () => {
    const tools = [{ type: "function", function: { name: "now", parameters: { type: "object", properties: {} } } }];
    expect((await ask("a,b", { n: 2, tools, temperature: 0.1, num_retries: 1, fastest_response: false })).status).toBe(
      200,
    );
    for (const { json } of upstream.requests) {
      expect(json).toMatchObject({ n: 2, tools, temperature: 0.1, messages: MESSAGES });
      expect(Object.keys(json as object).sort()).toEqual(["messages", "model", "n", "temperature", "tools"]);
    }
  });

  test("has the call's headers and none of a single deployment's", async () => {
    const { headers } = await ask("a,b", {}, { "x-litellm-call-id": "list-of-two" });
    expect(headers.get("x-litellm-call-id")).toBe("list-of-two");
    expect(headers.get("x-litellm-version")).toBeString();
    for (const name of ["x-litellm-model-id", "x-litellm-model-api-base", "x-litellm-response-cost", FASTEST])
      expect([name, headers.get(name)]).toEqual([name, null]);
  });

  test("is logged item by item under the call's id", async () => {
    await ask("b,c", {}, { "x-litellm-call-id": "list-in-the-log" });
    await ask("a", {}, { "x-litellm-call-id": "after-the-list" });
    await within(gateway.logged(/after-the-list/), "the line of a later call");
    const lines = gateway
      .logs()
      .split("\n")
      .filter((line) => line.includes("list-in-the-log"));
    const groups = lines.map((line) => (JSON.parse(line) as { readonly model_group: string }).model_group);
    expect(groups.toSorted()).toEqual(["b", "c"]);
  });

  test("has each of its items retried and fall back alone", async () => {
    upstream.forModel("a-1", failing(1, vendorError(500, {}, { "retry-after-ms": "1" })));
    upstream.forModel("main-1", vendorError(500, {}, { "retry-after-ms": "1" }));
    const items = await readItems(await ask("main,a,b", { num_retries: 1 }));
    expect(items.map(({ model }) => model)).toEqual(["spare-1", "a-1", "b-1"]);
    expect(askedModels(upstream).toSorted()).toEqual(["a-1", "a-1", "b-1", "main-1", "main-1", "spare-1"]);
  });
});

describe("an item that fails", () => {
  test("is an error at its place, with the name that was asked for", async () => {
    upstream.forModel("b-1", vendorError(429, { message: "slow down", param: "p" }));
    const reply = await ask("a,b,c", { num_retries: 0 });
    const items = await readItems(reply);
    expect(reply.status).toBe(200);
    expect(items.map(({ model }) => model)).toEqual(["a-1", "b", "c-1"]);
    expect(Object.keys(items[1] ?? {}).sort()).toEqual(["error", "model"]);
    expect(items[1]?.error).toMatchObject({ type: "throttling_error", param: "p", code: "429" });
    expect(items[1]?.error?.message).toContain("slow down");
  });

  test.each([
    ["a,nobody", ["a-1", "nobody"]],
    ["a,", ["a-1", ""]],
    [",a", ["", "a-1"]],
  ])("for an unknown or empty name is a 400 at its place: %j", async (model, models) => {
    const reply = await ask(model);
    const items = await readItems(reply);
    expect([reply.status, items.map((item) => item.model)]).toEqual([200, models]);
    const failure = items.find(({ error }) => error !== undefined)?.error;
    expect(failure).toMatchObject({ code: "400", param: "model" });
    expect(failure?.message).toContain("Invalid model name passed in model=");
  });

  test.each([
    ["a,b", 503, 429],
    ["b,a", 429, 503],
  ])("with all the others: '%s' has the first one's status", async (model, status, other) => {
    upstream.forModel(`${model[0]}-1`, vendorError(status));
    upstream.forModel(`${model[2]}-1`, vendorError(other));
    const reply = await ask(model, { num_retries: 0 });
    const error = await readError(reply);
    expect([reply.status, error.code]).toEqual([status, String(status)]);
    expect(error.message).toContain(`vendor says ${status}`);
  });

  test.each([["x,y"], [","]])("with all the others, none of them known: %j", async (model) => {
    const reply = await ask(model);
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "model"]);
  });
});

describe("a list that is refused", () => {
  test("of more than twenty names", async () => {
    const reply = await ask(Array.from({ length: 21 }, () => "a").join(","));
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "model"]);
    expect(upstream.requests.length).toBe(0);
    expect((await readItems(await ask(Array.from({ length: 20 }, () => "a").join(",")))).length).toBe(20);
  });

  test("of more names than the operator allows", async () => {
    const small = await startGateway({
      config: { model_list: groupEntries(upstream, { a: 1 }), general_settings: { max_batch_models: 2 } },
    });
    try {
      const post = (model: string): Promise<Response> =>
        postJson(`${small.url}/v1/chat/completions`, { model, messages: MESSAGES });
      const refused = await post("a,a,a");
      expect([refused.status, (await readError(refused)).param]).toEqual([400, "model"]);
      expect((await readItems(await post("a,a"))).length).toBe(2);
    } finally {
      await small.stop();
    }
  });

  test("as a stream of all answers", async () => {
    const reply = await ask("a,b", { stream: true });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "stream"]);
    expect(upstream.requests.length).toBe(0);
  });

  test("for anything but chats", async () => {
    for (const [path, body] of [
      ["completions", { prompt: "hi" }],
      ["embeddings", { input: "hi" }],
    ] as const) {
      const reply = await postJson(`${gateway.url}/v1/${path}`, { model: "a,b", ...body });
      expect(reply.status).toBe(400);
      expect((await readError(reply)).message).toContain("Invalid model name passed in model=a,b");
    }
    expect(upstream.requests.length).toBe(0);
  });
});

test("the caller's own key goes with every item of a list", async () => {
  const reply = await ask("a,b", { api_key: "sk-of-the-caller-0123" });
  expect((await readItems(reply)).length).toBe(2);
  expect(upstream.requests.map(({ headers }) => headers.get("authorization"))).toEqual([
    "Bearer sk-of-the-caller-0123",
    "Bearer sk-of-the-caller-0123",
  ]);
});

describe("fastest_response", () => {
  test("gives the first answer alone, and lets the other vendors go", async () => {
    upstream.forModel("a-1", { after: never });
    upstream.forModel("c-1", { after: never });
    const reply = await ask("a,b,c", { fastest_response: true });
    expect(reply.status).toBe(200);
    expect(reply.headers.get(FASTEST)).toBe("True");
    expect(await reply.json()).toMatchObject({ object: "chat.completion", choices: [{ index: 0 }] });
    await within(Promise.all([find("a-1").aborted, find("c-1").aborted]), "the losers are let go");
    for (const { json } of upstream.requests) expect(json).not.toHaveProperty("fastest_response");
  });

  test("does not take a failure for an answer", async () => {
    const gate = Promise.withResolvers<undefined>();
    upstream.forModel("a-1", vendorError(500));
    upstream.forModel("b-1", () => gate.promise);
    const reply = ask("a,b,nobody", { fastest_response: true, num_retries: 0 });
    await within(upstream.request(1), "both models asked");
    gate.resolve(undefined);
    expect(await (await reply).json()).toMatchObject({ object: "chat.completion", model: "b-1" });
  });

  test("streams the first stream that begins, and lets the other vendors go", async () => {
    upstream.forModel("a-1", { chunks: [": wait\n\n"], ending: "stall" });
    const reply = await ask("a,b", { fastest_response: true, stream: true });
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    expect(reply.headers.get(FASTEST)).toBe("True");
    const text = await reply.text();
    expect(text).toEndWith("data: [DONE]\n\n");
    expect(text).toContain('"model":"b-1"');
    await within(find("a-1").aborted, "the loser is let go");
  });

  test.each([false, true])("of which none answers is the first failure (stream: %p)", async (stream) => {
    const gate = Promise.withResolvers<void>();
    upstream.forModel("a-1", { ...vendorError(503), after: gate.promise });
    upstream.forModel("b-1", vendorError(401));
    const id = `none-answers-${stream}`;
    const body = { fastest_response: true, num_retries: 0, stream };
    const reply = ask("a,b", body, { "x-litellm-call-id": id });
    await within(upstream.request(1), "both models asked");
    await within(gateway.logged(new RegExp(`"${id}".*"status":401`)), "the first failure");
    gate.resolve();
    expect((await reply).status).toBe(401);
    expect((await readError(await reply)).message).toContain("vendor says 401");
  });

  test("means nothing for one model, and is not sent on", async () => {
    const reply = await ask("a", { fastest_response: true });
    expect([reply.status, reply.headers.get(FASTEST)]).toEqual([200, null]);
    expect(upstream.last().json).not.toHaveProperty("fastest_response");
  });

  test("must be true or false", async () => {
    const reply = await ask("a,b", { fastest_response: "yes" });
    expect([reply.status, (await readError(reply)).param]).toEqual([400, "fastest_response"]);
  });
});

describe("a client that leaves lets all vendors go", () => {
  const leaveAfterAll = async (body: object): Promise<RawClient> => {
    const client = await openRawClient(gateway.url);
    const text = JSON.stringify({ model: "a,b,c", messages: MESSAGES, ...body });
    client.write(writePost("/v1/chat/completions", text));
    await within(upstream.request(2), "three models asked");
    return client;
  };

  test.each([[{}], [{ fastest_response: true }], [{ fastest_response: true, stream: true }]])("of %j", async (body) => {
    for (const model of ["a-1", "b-1", "c-1"]) upstream.forModel(model, { after: never });
    const client = await leaveAfterAll(body);
    client.destroy();
    await within(Promise.all(upstream.requests.map(({ aborted }) => aborted)), "all vendors are let go");
    expect(upstream.requests.length).toBe(3);
  });

  test("in the middle of the fastest stream", async () => {
    const chunks = ['data: {"choices":[{"index":0,"delta":{"content":"first"}}]}\n\n'];
    upstream.forModel("a-1", { after: never });
    upstream.forModel("b-1", { chunks, ending: "stall" });
    upstream.forModel("c-1", { after: never });
    const client = await leaveAfterAll({ fastest_response: true, stream: true });
    await client.until((text) => text.includes("first"), "the first event");
    client.destroy();
    await within(Promise.all(upstream.requests.map(({ aborted }) => aborted)), "all vendors are let go");
  });

  test("while one of them waits for its next try", async () => {
    upstream.forModel("a-1", vendorError(503, {}, { "retry-after": "30" }));
    for (const model of ["b-1", "c-1"]) upstream.forModel(model, { after: never });
    const client = await leaveAfterAll({});
    client.destroy();
    await within(Promise.all([find("b-1").aborted, find("c-1").aborted]), "the vendors are let go");
    expect(upstream.requests.length).toBe(3);
  });
});
