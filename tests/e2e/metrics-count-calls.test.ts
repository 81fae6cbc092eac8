import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson, readError } from "../support/gateway-setup.ts";
import { vendorError } from "../support/model-groups.ts";
import { eventually, within } from "../support/within.ts";

const upstream = startFakeUpstream();
afterEach(() => upstream.reset());
afterAll(() => upstream.close());

const configOf = (litellm: object, general: object = {}): Readonly<Record<string, unknown>> => ({
  model_list: [
    modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"), { id: "one" }),
    modelEntry("any/*", openaiParams(upstream, "openai/*"), { id: "any" }),
  ],
  router_settings: { num_retries: 0, disable_cooldowns: true },
  litellm_settings: litellm,
  general_settings: general,
});

const ask = async (gateway: GatewayProcess, body: object = {}, headers = {}): Promise<void> => {
  const request = postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "gpt", messages: MESSAGES, ...body },
    { headers },
  );
  await within(
    request.then((reply) => reply.text()),
    "an answer",
  );
};

const scrape = (gateway: GatewayProcess, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  within(fetch(`${gateway.url}/metrics`, { headers: { connection: "close", ...headers } }), "metrics");

/** The sum of all samples that begin so. */
const sumOf = (text: string, beginning: string): number =>
  text
    .split("\n")
    .filter((line) => line.startsWith(beginning))
    .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);

/** Calls are counted a moment after their answer. */
const untilCounted = async (gateway: GatewayProcess, requests: number): Promise<string> => {
  let text = "";
  await eventually(async () => {
    text = await (await scrape(gateway)).text();
    return sumOf(text, "litellm_proxy_total_requests_metric_total") >= requests;
  }, `${requests} requests are counted`);
  return text;
};

describe("one process", () => {
  let gateway: GatewayProcess;
  beforeAll(async () => {
    gateway = await startGateway({ config: configOf({ callbacks: ["prometheus"] }) });
  });
  afterAll(async () => {
    expect(harmDone(gateway)).toEqual([]);
    expect(await gateway.stop()).toBe(0);
  });

  test("counts calls of every outcome exactly, and goes on over a reload", async () => {
    await ask(gateway);
    await ask(gateway, { stream: true });
    upstream.next(vendorError(429));
    await ask(gateway);
    await ask(gateway, { model: "nobody" });
    await ask(gateway, { messages: 7, "no-log": true });
    const hostile = 'any/a"b\\c\nd{}=😀';
    await ask(gateway, { model: hostile }); // The vendor does not know it.
    const text = await untilCounted(gateway, 6);
    const count = (beginning: string): number => sumOf(text, beginning);
    expect([
      count("litellm_proxy_total_requests_metric_total"),
      count("litellm_proxy_failed_requests_metric_total"),
      count('litellm_proxy_failed_requests_metric_total{requested_model="gpt",status_code="429"'),
      count("litellm_requests_metric_total"),
      count("litellm_deployment_total_requests_total"),
      count("litellm_llm_api_time_to_first_token_metric_count"),
      count("litellm_in_flight_requests"),
    ]).toEqual([6, 4, 1, 2, 4, 1, 0]);
    expect(text).toContain('requested_model="any/a\\"b\\\\c\\nd{}=😀"');
    await writeFile(
      join(gateway.directory, "config.yaml"),
      JSON.stringify(configOf({ callbacks: ["prometheus"], num_retries: 1 })),
    );
    await within(gateway.logged(/Configuration reloaded/), "the reload");
    await ask(gateway);
    expect(sumOf(await untilCounted(gateway, 7), "litellm_requests_metric_total")).toBe(3);
  });

  test("a stream that breaks off is a failure of its deployment", async () => {
    const count = (text: string): readonly number[] =>
      [
        "litellm_deployment_success_responses_total",
        "litellm_deployment_failure_responses_total",
        'litellm_proxy_failed_requests_metric_total{requested_model="gpt",status_code="200",route="/v1/chat/completions",exception_status="500"',
      ].map((beginning) => sumOf(text, beginning));
    const before = await untilCounted(gateway, 7);
    upstream.next({ chunks: ['data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'], ending: "cut" });
    await ask(gateway, { stream: true }).catch(() => undefined);
    const [answered = 0, failed = 0, broken = 0] = count(before);
    expect(count(await untilCounted(gateway, 8))).toEqual([answered, failed + 1, broken + 1]);
  });

  test("says what it is to scrapers", async () => {
    const reply = await scrape(gateway);
    expect(reply.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  });
});

test("without the callback the page says how to get it", async () => {
  const gateway = await startGateway({ config: configOf({}) });
  const reply = await scrape(gateway);
  expect(reply.status).toBe(404);
  expect((await readError(reply)).message).toContain("litellm_settings.callbacks");
  expect(await gateway.stop()).toBe(0);
});

test("calls have the hash of the key that let them in; those that were refused have none", async () => {
  const gateway = await startGateway({
    config: configOf({ callbacks: ["prometheus"] }, { master_key: "sk-metrics-test-1" }),
  });
  await ask(gateway, {}, { authorization: "Bearer sk-metrics-test-1" });
  await ask(gateway, {}, { authorization: "Bearer sk-metrics-other" });
  await ask(gateway);
  const text = await untilCounted(gateway, 3);
  const hash = new Bun.CryptoHasher("sha256").update("sk-metrics-test-1").digest("hex");
  const total = "litellm_proxy_total_requests_metric_total";
  expect(sumOf(text, `${total}{hashed_api_key="${hash}"`)).toBe(1);
  expect(sumOf(text, `${total}{status_code="401"`) + sumOf(text, `${total}{status_code="400"`)).toBe(2);
  expect(await gateway.stop()).toBe(0);
});

test("with require_auth_for_metrics_endpoint it wants the key; without, it is open beside a master key", async () => {
  const config = (requires: boolean) =>
    configOf(
      { callbacks: ["prometheus"], require_auth_for_metrics_endpoint: requires },
      { master_key: "sk-metrics-test-1" },
    );
  const closed = await startGateway({ config: config(true) });
  expect((await scrape(closed)).status).toBe(401);
  expect((await scrape(closed, { authorization: "Bearer sk-metrics-test-1" })).status).toBe(200);
  expect(await closed.stop()).toBe(0);
  const open = await startGateway({ config: config(false) });
  expect((await scrape(open)).status).toBe(200);
  expect(await open.stop()).toBe(0);
});

test("of several processes whichever is asked answers for all", async () => {
  const gateway = await startGateway({
    config: configOf({ callbacks: ["prometheus"] }),
    args: ["--num_workers", "2"],
  });
  // Each on a connection of its own, so that both processes get some.
  for (let index = 0; index < 20; index++) await ask(gateway, {}, { connection: "close" });
  const text = await untilCounted(gateway, 20);
  expect(sumOf(text, "litellm_requests_metric_total")).toBe(20);
  const workers = [...text.matchAll(/^process_resident_memory_bytes\{worker="(\d)"\}/gm)].map(([, worker]) => worker);
  expect(workers.toSorted()).toEqual(["0", "1"]);

  // One that ends takes nothing with it: a sum that went down would look like as many new calls.
  const [first] = (await readFile(`/proc/${gateway.pid}/task/${gateway.pid}/children`, "utf8")).trim().split(" ");
  process.kill(Number(first), "SIGKILL");
  await within(gateway.logged(/ended with code/), "the end of a worker");
  expect(sumOf(await (await scrape(gateway)).text(), "litellm_requests_metric_total")).toBe(20);
  await within(gateway.logged(/is back/), "its successor");
  for (let index = 0; index < 4; index++) await ask(gateway, {}, { connection: "close" });
  expect(sumOf(await untilCounted(gateway, 24), "litellm_requests_metric_total")).toBe(24);
  expect(await gateway.stop()).toBe(0);
});
