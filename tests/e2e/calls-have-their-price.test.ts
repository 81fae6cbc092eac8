import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anthropicBlock, anthropicEvent, anthropicStart } from "../support/anthropic-stream.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { openRawClient, writePost } from "../support/raw-client.ts";
import type { ScriptedReply } from "../support/scripted-reply.ts";
import { within } from "../support/within.ts";

const upstream = startFakeUpstream({ models: ["nobody-knows", "in-the-file"] });
let gateway: GatewayProcess;
let directory: string;

const PRICES = {
  sample_spec: { input_cost_per_token: "what a token costs" },
  "openai/in-the-file": { input_cost_per_token: 1e-6, output_cost_per_token: "2e-06", max_input_tokens: 4321 },
};

const priced = (model: string, prices: object = {}): Readonly<Record<string, unknown>> => ({
  model,
  api_base: upstream.url,
  api_key: "k",
  ...prices,
});

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "portolan-prices-"));
  await writeFile(join(directory, "prices.json"), JSON.stringify(PRICES));
  gateway = await startGateway({
    config: {
      litellm_settings: { json_logs: true, price_file: join(directory, "prices.json") },
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o")),
        modelEntry("unknown", openaiParams(upstream, "openai/nobody-knows")),
        modelEntry("file", openaiParams(upstream, "openai/in-the-file")),
        modelEntry("own", openaiParams(upstream, "openai/gpt-4o", { input_cost_per_token: "3e-7" })),
        modelEntry(
          "free",
          openaiParams(upstream, "openai/gpt-4o", { input_cost_per_token: 0, output_cost_per_token: 0 }),
        ),
        modelEntry("cohere", priced("cohere/rerank-v3.5", { input_cost_per_query: 0.002 })),
        modelEntry("jina", priced("jina_ai/reranker", { input_cost_per_query: 0.002 })),
        modelEntry("jina-by-token", priced("jina_ai/reranker", { input_cost_per_token: 2e-8 })),
        modelEntry("voyage", priced("voyage/voyage-3")),
        modelEntry("hourly", openaiParams(upstream, "openai/nobody-knows", { input_cost_per_second: 0.01 })),
        modelEntry("claude", { model: "anthropic/claude-sonnet-4-5", api_base: upstream.url, api_key: "k" }),
        modelEntry("based", openaiParams(upstream, "openai/nobody-knows"), { base_model: "azure/gpt-4o-mini" }),
      ],
    },
  });
});
afterAll(async () => {
  expect(harmDone(gateway)).toEqual([]);
  expect(await gateway.stop()).toBe(0);
  await rm(directory, { recursive: true });
  upstream.close();
});

const COST = "x-litellm-response-cost";
const USAGE = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 };
const reply = (usage: object | null): object => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  ...(usage === null ? {} : { usage }),
});

const chat = async (
  model: string,
  usage: object | null = USAGE,
  id: string = crypto.randomUUID(),
): Promise<Response> => {
  upstream.next({ body: reply(usage) });
  return postJson(
    `${gateway.url}/v1/chat/completions`,
    { model, messages: MESSAGES },
    { headers: { "x-litellm-call-id": id } },
  );
};

const logOf = async (id: string): Promise<Readonly<Record<string, unknown>>> =>
  JSON.parse(await within(gateway.logged(new RegExp(`^.*"call_id":"${id}".*$`, "m")), "the log line"));

test.each([
  ["of the catalog", "gpt", "0.0035"], // $2.50 and $10 a million: https://platform.openai.com/docs/pricing
  ["of the price file", "file", "0.0012"],
  ["of the entry, as text", "own", "0.0003"],
  ["of nothing, which is not unknown", "free", "0"],
  ["of the base model", "based", "0.00021"], // $0.15 and $0.60 a million
])("an answer tells its price: %s", async (_name, model, expected) => {
  const answer = await chat(model);
  expect([answer.status, answer.headers.get(COST)]).toEqual([200, expected]);
});

const RANKED = { index: 0, relevance_score: 0.5 };
const DOCUMENT = { text: "a", usage: { prompt_tokens: 0, total_tokens: 9 } };

test.each<readonly [string, string, object, string | null]>([
  ["the searches that the vendor tells", "cohere", { meta: { billed_units: { search_units: 3 } } }, "0.006"],
  ["one search where it tells none", "cohere", {}, "0.002"],
  ["one search where it tells tokens", "jina", { usage: { total_tokens: 500 } }, "0.002"],
  ["tokens where these have the price", "jina-by-token", { usage: { total_tokens: 500 } }, "0.00001"],
  ["what nobody knows where it tells none", "jina-by-token", {}, null],
])("a rerank costs %s, whatever is in its documents", async (_name, model, rest, expected) => {
  upstream.next({ body: { results: [RANKED], ...rest } });
  const body = { model, query: "q", documents: [DOCUMENT], return_documents: true };
  const answer = await postJson(`${gateway.url}/v1/rerank`, body);
  expect([answer.status, answer.headers.get(COST)]).toEqual([200, expected]);
});

test("embeddings whose vendor tells a total alone have their price", async () => {
  const body = { object: "list", model: "voyage-3", usage: { total_tokens: 1_000_000 }, data: [] };
  upstream.next({ body: { ...body, data: [{ object: "embedding", index: 0, embedding: [0.5] }] } });
  const answer = await postJson(`${gateway.url}/v1/embeddings`, { model: "voyage", input: "hi" });
  expect([answer.status, answer.headers.get(COST)]).toEqual([200, "0.06"]); // $0.06 a million: https://docs.voyageai.com/docs/pricing
});

test("an unknown price is told by nothing", async () => {
  const id = crypto.randomUUID();
  const answer = await chat("unknown", USAGE, id);
  expect(answer.headers.has(COST)).toBe(false);
  const line = await logOf(id);
  expect(line["prompt_tokens"]).toBe(1000);
  expect(line["cost_usd"]).toBeUndefined();
});

test("a failure costs nothing", async () => {
  upstream.next({
    status: 400,
    body: { error: { message: "no", type: "invalid_request_error", param: null, code: null } },
  });
  const answer = await postJson(`${gateway.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES });
  expect([answer.status, answer.headers.get(COST)]).toEqual([400, "0"]);
});

const chunk = (fields: object): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", ...fields })}\n\n`;
const piece = (content: string): string => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });

test("what a stream cost is in the log", async () => {
  upstream.next({ chunks: [piece("hi"), chunk({ choices: [], usage: USAGE }), "data: [DONE]\n\n"] });
  const id = crypto.randomUUID();
  const body = { model: "gpt", messages: MESSAGES, stream: true };
  const answer = await postJson(`${gateway.url}/v1/chat/completions`, body, { headers: { "x-litellm-call-id": id } });
  expect(answer.headers.has(COST)).toBe(false);
  await answer.text();
  expect(await logOf(id)).toMatchObject({ cost_usd: 0.0035, prompt_tokens: 1000 });
});

test.each([
  ["with usage", [piece("a"), piece("b"), chunk({ choices: [], usage: USAGE }), "data: [DONE]\n\n"]],
  ["that is counted here", [piece("a"), piece("b"), "data: [DONE]\n\n"]],
])(
  "a stream by a machine paid by the hour costs the time to its end: %s",
  async (_name, chunks) => {
    upstream.next({ chunks, beforeChunk: (index) => (index === 1 ? Bun.sleep(500) : undefined) });
    const id = crypto.randomUUID();
    const body = { model: "hourly", messages: MESSAGES, stream: true };
    await (await postJson(`${gateway.url}/v1/chat/completions`, body, { headers: { "x-litellm-call-id": id } })).text();
    expect((await logOf(id))["cost_usd"]).toBeGreaterThanOrEqual(0.004);
  },
  30_000,
);

test("tokens that the vendor does not tell are counted, and marked as an estimate", async () => {
  const id = crypto.randomUUID();
  const answer = await chat("gpt", null, id);
  expect(answer.headers.has(COST)).toBe(false);
  // "hi" and its role with 3 tokens around them and 3 for the answer's beginning; "hello" is one.
  expect(await logOf(id)).toMatchObject({
    usage_estimated: true,
    prompt_tokens: 8,
    completion_tokens: 1,
    cost_usd: 0.00003,
  });
}, 30_000);

test("long texts are counted whole", async () => {
  upstream.next({ body: reply(null) });
  const id = crypto.randomUUID();
  const messages = [{ role: "user", content: " word".repeat(80_000) }];
  await postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "gpt", messages },
    { headers: { "x-litellm-call-id": id } },
  );
  expect(await logOf(id)).toMatchObject({ usage_estimated: true, prompt_tokens: 80_007, completion_tokens: 1 });
}, 30_000);

test("a client that leaves in the middle of a stream pays for what was sent", async () => {
  upstream.next({ chunks: [piece("one two "), piece("three four")], ending: "stall" });
  const id = crypto.randomUUID();
  const client = await openRawClient(gateway.url);
  client.write(
    writePost("/v1/chat/completions", JSON.stringify({ model: "gpt", messages: MESSAGES, stream: true }), {
      "x-litellm-call-id": id,
    }),
  );
  await client.until((text) => text.includes("three four"), "the second piece");
  client.destroy();
  expect(await logOf(id)).toMatchObject({ status: 499, usage_estimated: true, prompt_tokens: 8, completion_tokens: 4 });
}, 30_000);

const CLAUDE = [
  anthropicStart({
    input_tokens: 1000,
    output_tokens: 1,
    cache_read_input_tokens: 50_000,
    cache_creation_input_tokens: 2000,
  }),
  ...anthropicBlock(0, { type: "text", text: "" }, [{ type: "text_delta", text: "word ".repeat(500) }]),
];

test.each<readonly [string, readonly string[], NonNullable<ScriptedReply["ending"]>]>([
  ["breaks off", CLAUDE, "cut"],
  [
    "tells a failure",
    [...CLAUDE, anthropicEvent("error", { error: { type: "overloaded_error", message: "x" } })],
    "stall",
  ],
  ["is left by the client", CLAUDE, "stall"],
])(
  "a stream of Claude that %s has the prompt as it was told, the answer as it is counted",
  async (name, chunks, ending) => {
    upstream.next({ chunks, ending });
    const id = crypto.randomUUID();
    const client = await openRawClient(gateway.url);
    client.write(
      writePost("/v1/chat/completions", JSON.stringify({ model: "claude", messages: MESSAGES, stream: true }), {
        "x-litellm-call-id": id,
      }),
    );
    await client.until((text) => text.includes("word "), "the text");
    if (name === "is left by the client") client.destroy();
    // (1000 x 3 + 2000 x 3.75 + 50,000 x 0.3 + 501 x 15) / 1M
    const expected = { prompt_tokens: 53_000, completion_tokens: 501, cost_usd: 0.033015, usage_estimated: true };
    expect(await logOf(id)).toMatchObject(expected);
    client.destroy();
  },
  30_000,
);

test("info pages give prices and limits", async () => {
  const answer = await fetch(`${gateway.url}/model_group/info?model_group=file`);
  const { data } = (await answer.json()) as { readonly data: readonly unknown[] };
  expect(data[0]).toMatchObject({ max_input_tokens: 4321, input_cost_per_token: 1e-6, output_cost_per_token: 2e-6 });
});

test("discounts and margins are told", async () => {
  const adjusted = await startGateway({
    config: {
      litellm_settings: { cost_discount_config: { openai: 0.1 }, cost_margin_config: { global: 0.05 } },
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
    },
  });
  upstream.next({ body: reply(USAGE) });
  const { headers } = await postJson(`${adjusted.url}/v1/chat/completions`, { model: "gpt", messages: MESSAGES });
  const told = ["", "-original", "-discount-amount", "-margin-amount", "-margin-percent"].map((name) =>
    headers.get(COST + name),
  );
  // 0.0035, 10% off; 5% of 0.00315 on
  expect(told).toEqual(["0.0033075", "0.0035", "0.00035", "0.0001575", "0.05"]);
  expect(await adjusted.stop()).toBe(0);
});

test("a broken price file stops the start, with its entry named", async () => {
  const path = join(directory, "broken.json");
  await writeFile(path, JSON.stringify({ "gpt-4o": { input_cost_per_token: "cheap" } }));
  const config = {
    litellm_settings: { price_file: path },
    model_list: [modelEntry("a", openaiParams(upstream, "openai/gpt-4o"))],
  };
  const failure = await startGateway({ config }).then(
    () => "it started",
    (error: unknown) => String(error),
  );
  expect(failure).toContain("gpt-4o.input_cost_per_token is no price");
});
