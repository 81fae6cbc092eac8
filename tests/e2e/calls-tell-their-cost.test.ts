import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";

let upstream: FakeUpstream;
const running: GatewayProcess[] = [];

beforeAll(() => {
  upstream = startFakeUpstream();
});

afterAll(async () => {
  await Promise.all(running.map((gateway) => gateway.stop()));
  upstream.close();
});

const start = async (
  models: readonly Readonly<Record<string, unknown>>[],
  settings: Readonly<Record<string, unknown>> = {},
): Promise<GatewayProcess> => {
  const gateway = await startGateway({
    config: { model_list: models, litellm_settings: { json_logs: true, ...settings } },
  });
  running.push(gateway);
  return gateway;
};

const model = (name: string, upstreamModel: string, params: object = {}, info: object = {}): object =>
  modelEntry(name, openaiParams(upstream, upstreamModel, { ...params }), { ...info });

const models = (...entries: readonly object[]): readonly Readonly<Record<string, unknown>>[] =>
  entries as readonly Readonly<Record<string, unknown>>[];

const answerOf = (usage: object): object => ({
  body: {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "gpt-4o",
    choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
    usage,
  },
});

const USAGE = { prompt_tokens: 1000, completion_tokens: 200, total_tokens: 1200 };

const ask = (gateway: GatewayProcess, name: string, extra: object = {}): Promise<Response> => {
  upstream.next(answerOf(USAGE));
  return postJson(`${gateway.url}/v1/chat/completions`, { model: name, messages: MESSAGES, ...extra });
};

const costOf = async (gateway: GatewayProcess, name: string): Promise<string | null> => {
  const reply = await ask(gateway, name);
  expect(reply.status).toBe(200);
  return reply.headers.get("x-litellm-response-cost");
};

interface LogLine {
  readonly cost_usd?: number;
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly usage_estimated?: boolean;
}

const logOf = async (gateway: GatewayProcess, reply: Response): Promise<LogLine> =>
  JSON.parse(await gateway.logged(new RegExp(`"call_id":"${reply.headers.get("x-litellm-call-id")}"`))) as LogLine;

describe("the cost of an answer", () => {
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await start(
      models(
        model("listed", "openai/gpt-4o"),
        model("unknown", "openai/nobody-knows-it"),
        model("own", "openai/gpt-4o", { input_cost_per_token: "3e-7", output_cost_per_token: 0 }),
        model("free", "openai/gpt-4o", { input_cost_per_token: 0 }),
        model("based", "openai/my-deployment", {}, { base_model: "azure/gpt-4o" }),
        model("written", "openai/house-model"),
      ),
    );
  });

  test.each([
    ["listed", "0.0045"],
    ["unknown", null],
    ["own", "0.0003"],
    ["free", "0"],
    ["based", "0.0045"],
  ])("%s: %p", async (name, cost) => {
    expect(await costOf(gateway, name)).toBe(cost);
  });

  test("is in the access log", async () => {
    expect((await logOf(gateway, await ask(gateway, "listed"))).cost_usd).toBe(0.0045);
    expect((await logOf(gateway, await ask(gateway, "unknown"))).cost_usd).toBeUndefined();
  });

  test("of a stream is in the access log alone", async () => {
    const chunk = (fields: object): string =>
      `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "gpt-4o", choices: [], ...fields })}\n\n`;
    upstream.next({
      headers: { "content-type": "text/event-stream" },
      chunks: [
        chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "hello" }, finish_reason: null }] }),
        chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }),
        chunk({ usage: USAGE }),
        "data: [DONE]\n\n",
      ],
    });
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: "listed",
      messages: MESSAGES,
      stream: true,
    });
    await reply.text();
    expect(reply.headers.get("x-litellm-response-cost")).toBeNull();
    expect((await logOf(gateway, reply)).cost_usd).toBe(0.0045);
  });

  test("of a failure is 0", async () => {
    upstream.next({
      status: 400,
      body: { error: { message: "no", type: "invalid_request_error", param: null, code: null } },
    });
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, { model: "listed", messages: MESSAGES });
    expect(reply.status).toBe(400);
    expect(reply.headers.get("x-litellm-response-cost")).toBe("0");
  });

  test("follows the service tier that the vendor tells", async () => {
    const tiered = await start(
      models(model("tiered", "openai/gpt-4o", { input_cost_per_token: 1e-6, input_cost_per_token_priority: 2e-6 })),
    );
    upstream.next({ body: { ...(answerOf(USAGE) as { body: object }).body, service_tier: "priority" } });
    const reply = await postJson(`${tiered.url}/v1/chat/completions`, { model: "tiered", messages: MESSAGES });
    expect(reply.headers.get("x-litellm-response-cost")).toBe("0.002");
  });
});

test("/model/info and /model_group/info give prices and limits; the file's own win", async () => {
  const gateway = await start(
    models(
      model("listed", "openai/gpt-4o"),
      model(
        "own",
        "openai/gpt-4o",
        { input_cost_per_token: "3e-7" },
        { max_input_tokens: 5, output_cost_per_token: 1 },
      ),
      model("unknown", "openai/nobody-knows-it"),
    ),
  );
  const read = async (path: string): Promise<readonly unknown[]> =>
    ((await (await fetch(`${gateway.url}${path}`)).json()) as { readonly data: readonly unknown[] }).data;
  const listed = { input_cost_per_token: 2.5e-6, output_cost_per_token: 1e-5, max_input_tokens: 128_000 };
  const own = { input_cost_per_token: 3e-7, output_cost_per_token: 1, max_input_tokens: 5 };
  const unknown = { input_cost_per_token: null, output_cost_per_token: null, max_input_tokens: null };
  const expected = [listed, own, unknown];
  for (const path of ["/model/info", "/v2/model/info"]) {
    expect(await read(path)).toMatchObject(expected.map((facts) => ({ model_info: facts })));
  }
  expect(await read("/model_group/info")).toMatchObject(expected);
});

describe("tokens that the vendor did not count", () => {
  test("are estimated for the record, and priced", async () => {
    const gateway = await start(models(model("gpt", "openai/gpt-4o")));
    upstream.next(answerOf({}));
    upstream.next({ body: { ...(answerOf({}) as { body: object }).body, usage: undefined } });
    const body = { model: "gpt", messages: MESSAGES };
    await (await postJson(`${gateway.url}/v1/chat/completions`, body)).text();
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, body);
    expect(reply.headers.get("x-litellm-response-cost")).toBeNull();
    // "user" and "hi" and the frame of a message; "hello"
    expect(await logOf(gateway, reply)).toMatchObject({
      prompt_tokens: 8,
      completion_tokens: 1,
      usage_estimated: true,
      cost_usd: 0.00003,
    });
  });

  test("of a stream that the client left are those that came", async () => {
    const gateway = await start(models(model("gpt", "openai/gpt-4o")));
    const delta = { choices: [{ index: 0, delta: { role: "assistant", content: "hello" }, finish_reason: null }] };
    upstream.next({
      headers: { "content-type": "text/event-stream" },
      chunks: [
        `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...delta })}\n\n`,
      ],
      ending: "stall",
    });
    const leaving = new AbortController();
    const body = { model: "gpt", messages: MESSAGES, stream: true };
    const reply = await postJson(`${gateway.url}/v1/chat/completions`, body, { signal: leaving.signal });
    await reply.body?.getReader().read();
    leaving.abort();
    expect(await logOf(gateway, reply)).toMatchObject({
      completion_tokens: 1,
      usage_estimated: true,
      cost_usd: 0.00003,
    });
  });
});

test("discounts and margins are told beside the cost", async () => {
  const gateway = await start(models(model("gpt", "openai/gpt-4o")), {
    cost_discount_config: { openai: 0.5 },
    cost_margin_config: { global: { percentage: 0.1, fixed_amount: 0.001 } },
  });
  const { headers } = await ask(gateway, "gpt");
  const read = (name: string): string | null => headers.get(`x-litellm-response-cost${name}`);
  expect([
    read(""),
    read("-original"),
    read("-discount-amount"),
    read("-margin-amount"),
    read("-margin-percent"),
  ]).toEqual(["0.003475", "0.0045", "0.00225", "0.001225", "0.1"]);
});

test("a price file wins over the built-in list, and a deployment's own price over both", async () => {
  const directory = running[0]?.directory ?? "";
  const path = join(directory, "prices.json");
  await writeFile(
    path,
    JSON.stringify({ sample_spec: {}, "openai/gpt-4o": { input_cost_per_token: "1e-9", output_cost_per_token: 0 } }),
  );
  const gateway = await start(
    models(model("gpt", "openai/gpt-4o"), model("own", "openai/gpt-4o", { input_cost_per_token: 1 })),
    {
      price_file: path,
    },
  );
  expect(await costOf(gateway, "gpt")).toBe("0.000001");
  expect(await costOf(gateway, "own")).toBe("1000");
});

test("a broken price file stops the start, naming the entry", async () => {
  const path = join(running[0]?.directory ?? "", "broken.json");
  await writeFile(path, JSON.stringify({ "gpt-4o": { input_cost_per_token: "cheap" } }));
  const config = { model_list: models(model("gpt", "openai/gpt-4o")), litellm_settings: { price_file: path } };
  await expect(startGateway({ config })).rejects.toThrow(
    /gpt-4o\.input_cost_per_token is no price.*allowed: a JSON file in the form/,
  );
});

test("/cost/estimate reckons with the prices that calls are charged by", async () => {
  const gateway = await start(
    models(
      model("own", "openai/x", { input_cost_per_token: "1e-6", output_cost_per_token: "2e-6" }),
      model("unknown", "openai/nobody-knows"),
      model("timed", "openai/x", { input_cost_per_second: 0.001 }),
      model("rerank", "cohere/rerank-x", { input_cost_per_query: 0.002 }),
    ),
  );
  const estimate = async (body: object): Promise<Record<string, unknown>> =>
    (await (await postJson(`${gateway.url}/cost/estimate`, body)).json()) as Record<string, unknown>;
  const tokens = { input_tokens: 1000, output_tokens: 500 };
  expect(await estimate({ model: "own", ...tokens, num_requests_per_day: 10 })).toMatchObject({
    provider: "openai",
    cost_per_request: 0.002,
    input_cost_per_request: 0.001,
    output_cost_per_request: 0.001,
    daily_cost: 0.02,
    monthly_cost: null,
    input_cost_per_token: 1e-6,
  });
  expect(await estimate({ model: "unknown", ...tokens })).toMatchObject({ cost_per_request: null, daily_cost: null });
  expect(await estimate({ model: "timed", ...tokens })).toMatchObject({
    cost_per_request: null,
    input_cost_per_second: 0.001,
  });
  expect(await estimate({ model: "rerank", ...tokens })).toMatchObject({ cost_per_request: 0.002 });
  for (const [body, param] of [
    [{ ...tokens, model: "nobody" }, "model"],
    [{ ...tokens, model: 7 }, "model"],
    [{ model: "own", input_tokens: -1, output_tokens: 1 }, "input_tokens"],
    [{ model: "own", input_tokens: 1, output_tokens: "1" }, "output_tokens"],
    [{ ...tokens, model: "own", num_requests_per_day: 1e13 }, "num_requests_per_day"],
  ] as const) {
    expect(await estimate(body)).toMatchObject({ error: { param, code: "400" } });
  }
});
