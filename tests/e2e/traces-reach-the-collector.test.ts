import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { type FakeCollector, startFakeCollector } from "../support/fake-collector.ts";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, modelEntry, openaiParams, postJson } from "../support/gateway-setup.ts";
import { eventually, within } from "../support/within.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT_ID = "00f067aa0ba902b7";
const TOKEN = "Bearer collectors-own-token";

const upstream = startFakeUpstream();
afterAll(() => upstream.close());

let collector: FakeCollector;
let gateway: GatewayProcess;

beforeEach(() => {
  upstream.reset();
  collector = startFakeCollector({ headers: { authorization: TOKEN } });
});

afterEach(async () => {
  await gateway.kill();
  collector.close();
});

type Mapping = Readonly<Record<string, unknown>>;

const start = async (otel: Mapping = {}, settings: Mapping = {}, env: Readonly<Record<string, string>> = {}) => {
  gateway = await startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      litellm_settings: { callbacks: ["otel"], num_retries: 2, ...settings },
      general_settings: { master_key: "sk-master-of-tests", forward_client_headers_to_llm_api: true },
      router_settings: { retry_after: 0 },
      callback_settings: { otel: { schedule_delay_ms: 20, metric_export_interval_ms: 100, ...otel } },
    },
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${encodeURIComponent(TOKEN)}`,
      ...env,
    },
  });
};

const call = (body: Mapping = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  postJson(
    `${gateway.url}/v1/chat/completions`,
    { model: "gpt", messages: MESSAGES, ...body },
    { headers: { authorization: "Bearer sk-master-of-tests", ...headers } },
  );

const FROM_CALLER = { traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, tracestate: "rojo=00f067aa0ba902b7" };

/** What the vendor was told. */
const toldTo = (index: number): readonly string[] => {
  const lines = upstream.requests[index]?.rawHeaders.filter(([name]) => name.toLowerCase() === "traceparent") ?? [];
  expect(lines.length).toBe(1);
  return (lines[0]?.[1] ?? "").split("-");
};

test.each(["http/protobuf", "http/json"])(
  "a caller's trace goes through the gateway to the vendor, over %s",
  async (exporter) => {
    await start({ exporter, compression: exporter === "http/json" ? "gzip" : "none" });
    const reply = await call({}, FROM_CALLER);
    expect(reply.status).toBe(200);
    await reply.text();
    const [server, client] = await collector.waitForSpans(2);
    expect([server?.kind, server?.name, server?.traceId, server?.parentSpanId]).toEqual([
      "SERVER",
      "chat gpt",
      TRACE_ID,
      PARENT_ID,
    ]);
    expect([client?.kind, client?.parentSpanId]).toEqual(["CLIENT", server?.spanId ?? ""]);
    expect(toldTo(0)).toEqual(["00", TRACE_ID, client?.spanId ?? "", "01"]);
    expect(upstream.last().headers.get("tracestate")).toBe("rojo=00f067aa0ba902b7");
    expect(server?.traceState).toBe("rojo=00f067aa0ba902b7");
    expect(server?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.response.finish_reasons": ["stop"],
      "http.response.status_code": 200,
    });
    expect(JSON.parse(String(server?.attributes["gen_ai.input.messages"]))[0].parts[0].content).toBe("hi");
    await eventually(
      () => collector.series.some(({ name }) => name === "gen_ai.client.operation.duration"),
      "metrics at the collector",
    );
    expect(collector.exports[0]?.resource["service.name"]).toBe("litellm");
    expect(collector.faults).toEqual([]);
    expect(upstream.server.violations).toEqual([]);
  },
);

test("without a caller's trace, or with one that is none, a new one begins", async () => {
  await start();
  await (await call()).text();
  await (await call({}, { traceparent: `00-${TRACE_ID.toUpperCase()}-${PARENT_ID}-01`, tracestate: "rojo=1" })).text();
  const servers = (await collector.waitForSpans(4)).filter(({ kind }) => kind === "SERVER");
  expect(servers.map(({ parentSpanId }) => parentSpanId)).toEqual(["", ""]);
  expect(new Set(servers.map(({ traceId }) => traceId)).size).toBe(2);
  expect([toldTo(0)[1], toldTo(1)[1]].sort()).toEqual(servers.map(({ traceId }) => traceId).sort());
  expect(upstream.requests.map(({ headers }) => headers.get("tracestate"))).toEqual([null, null]);
});

test("what a caller does not have recorded is handed on as such, counted, and not sent", async () => {
  await start();
  await (await call({}, { traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` })).text();
  expect(toldTo(0)[3]).toBe("00");
  await (await call()).text();
  const spans = await collector.waitForSpans(2);
  await eventually(
    () => collector.series.some(({ name, count }) => name === "gen_ai.client.operation.duration" && count === 2),
    "both calls in the metrics",
  );
  expect(spans.some(({ traceId }) => traceId === TRACE_ID)).toBe(false);
});

test.each<[string, Mapping, Readonly<Record<string, string>>]>([
  ["no-log", { "no-log": true }, {}],
  ["x-litellm-disable-callbacks", {}, { "x-litellm-disable-callbacks": "Otel" }],
])("a call that %s keeps out of traces hands on its caller's, if there is one", async (_, body, headers) => {
  await start();
  await (await call(body, { ...FROM_CALLER, ...headers })).text();
  expect(toldTo(0)).toEqual(["00", TRACE_ID, PARENT_ID, "01"]);
  expect(upstream.last().headers.get("tracestate")).toBe("rojo=00f067aa0ba902b7");
  await (await call(body, headers)).text();
  expect(upstream.last().headers.get("traceparent")).toBeNull();
});

test("settings of gRPC leave the callback out: calls are served, and vendors told of no trace", async () => {
  await start({}, {}, { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc", OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4317" });
  await within(gateway.logged(/callback 'otel' is left out.*gRPC is not built/), "a word of it");
  expect((await call({}, FROM_CALLER)).status).toBe(200);
  expect(upstream.last().headers.get("traceparent")).toBeNull();
});

test("a sampler that does not follow callers records it all the same", async () => {
  await start({}, {}, { OTEL_TRACES_SAMPLER: "always_on" });
  await (await call({}, { traceparent: `00-${TRACE_ID}-${PARENT_ID}-00` })).text();
  const [server] = await collector.waitForSpans(2);
  expect(server?.traceId).toBe(TRACE_ID);
  expect(toldTo(0)[3]).toBe("01");
});

test("a retry is a span of its own, each with the id that the vendor saw", async () => {
  await start();
  upstream.next({ status: 500, body: { error: { message: "broken", type: "server_error" } } });
  await (await call({}, FROM_CALLER)).text();
  const [server, ...clients] = await collector.waitForSpans(3);
  expect(clients.map(({ spanId }) => spanId)).toEqual([toldTo(0)[2] ?? "", toldTo(1)[2] ?? ""]);
  expect(clients.map(({ attributes, status }) => [attributes["http.response.status_code"], status.code])).toEqual([
    [500, "ERROR"],
    [200, "UNSET"],
  ]);
  expect(clients[0]?.attributes["error.type"]).toBe("upstream-failed");
  expect(server?.status.code).toBe("UNSET");
  expect(server?.attributes["portolan.retries"]).toBe(1);
});

test("an operator's own traceparent stays the only one", async () => {
  gateway = await startGateway({
    config: {
      model_list: [
        modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o", { extra_headers: { TraceParent: "own" } })),
      ],
      litellm_settings: { callbacks: ["otel"] },
    },
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  await (await call({}, FROM_CALLER)).text();
  expect(toldTo(0)).toEqual(["own"]);
});

test("several models in one request are several calls of one trace", async () => {
  await start();
  await (await call({ model: "gpt,gpt" })).text();
  const servers = (await collector.waitForSpans(4)).filter(({ kind }) => kind === "SERVER");
  expect(servers.length).toBe(2);
  expect(new Set(servers.map(({ traceId }) => traceId)).size).toBe(1);
  expect(new Set(servers.map(({ spanId }) => spanId)).size).toBe(2);
});

test("a stream has the moment of its first token, and what it said", async () => {
  await start();
  await (await call({ stream: true })).text();
  const [server, client] = await collector.waitForSpans(2);
  expect(server?.attributes).toMatchObject({ "gen_ai.request.stream": true, "llm.is_streaming": "True" });
  expect(Number(server?.attributes["gen_ai.response.time_to_first_chunk"])).toBeGreaterThan(0);
  expect(server?.events.map(({ name }) => name)).toEqual(["gen_ai.first_chunk"]);
  expect(Number(server?.attributes["gen_ai.usage.output_tokens"])).toBeGreaterThan(0);
  const [answer] = JSON.parse(String(server?.attributes["gen_ai.output.messages"])) as readonly [
    { readonly parts: readonly { readonly content: string }[]; readonly finish_reason: string },
  ];
  expect([answer.parts[0]?.content.length === 0, answer.finish_reason]).toEqual([false, "stop"]);
  expect(client?.endNano).toBe(server?.endNano ?? 0n);
});

test("a failure is an error, and no key is in it or anywhere", async () => {
  await start({}, { num_retries: 0 });
  upstream.next({ status: 401, body: { error: { message: "Incorrect API key sk-upstream", type: "x" } } });
  expect((await call({}, { "x-planted": "sk-planted-in-a-header" })).status).toBe(401);
  const refused = await call({}, { authorization: "Bearer sk-wrong-key-of-a-caller" });
  expect(refused.status).toBe(400);
  const spans = await collector.waitForSpans(3);
  expect(
    spans.filter(({ status }) => status.code === "ERROR").map(({ attributes }) => attributes["error.type"]),
  ).toEqual(["upstream-unauthenticated", "upstream-unauthenticated", "no-database"]);
  for (const secret of ["sk-master-of-tests", "sk-upstream", "sk-wrong-key-of-a-caller", "sk-planted-in-a-header"]) {
    expect(collector.text).not.toContain(secret);
  }
  // The collector's own token goes to the collector alone.
  expect(JSON.stringify(upstream.requests.map(({ rawHeaders }) => rawHeaders))).not.toContain("collectors-own-token");
  expect(gateway.logs()).not.toContain("collectors-own-token");
});

describe("redaction", () => {
  test.each<[string, Mapping, Mapping, Readonly<Record<string, string>>]>([
    ["for all callbacks", {}, { turn_off_message_logging: true }, {}],
    ["for this callback", { message_logging: false }, {}, {}],
    ["for this call", {}, {}, { "x-litellm-enable-message-redaction": "true" }],
  ])("%s", async (_name, otel, settings, headers) => {
    await start(otel, settings);
    await (await call({ messages: [{ role: "user", content: "a secret of mine" }] }, headers)).text();
    const [server] = await collector.waitForSpans(2);
    expect(server?.attributes["gen_ai.usage.input_tokens"]).toBeDefined();
    expect(collector.text).not.toContain("a secret of mine");
    expect(collector.text).not.toContain("gen_ai.output.messages");
  });
});

test("a call can be kept from it", async () => {
  await start();
  await (await call({ "no-log": true })).text();
  await (await call({}, { "x-litellm-disable-callbacks": "otel" })).text();
  await (await call({ user: "seen" })).text();
  const spans = await collector.waitForSpans(2);
  expect(spans.filter(({ kind }) => kind === "SERVER").map(({ attributes }) => attributes["llm.user"])).toEqual([
    "seen",
  ]);
});

describe("a collector that", () => {
  test("hangs delays no call and no stop, and what is lost is said", async () => {
    await start();
    collector.hang();
    for (let index = 0; index < 5; index++) {
      await within(
        call().then((reply) => reply.text()),
        "a call beside a hanging collector",
        2000,
      );
    }
    await eventually(() => collector.requestCount > 0, "a request that hangs");
    expect(await within(gateway.stop(), "the gateway's end")).toBe(0);
    expect(gateway.logs()).toMatch(/callback 'otel': \d+ calls not delivered so far/);
  }, 20_000);

  test("is busy gets the same spans again; one that refuses does not", async () => {
    await start({ metrics_exporter: "none" });
    collector.failNext(503);
    await (await call()).text();
    const spans = await collector.waitForSpans(2);
    expect(collector.requestCount).toBe(2);
    collector.failNext(400);
    await (await call()).text();
    await within(gateway.logged(/callback 'otel': 1 calls not delivered so far/), "a word of the loss");
    expect(collector.spans.length).toBe(spans.length);
  });

  test("sends elsewhere is not followed", async () => {
    await start({ metrics_exporter: "none" });
    collector.failNext(307);
    await (await call()).text();
    await within(gateway.logged(/callback 'otel': 1 calls not delivered/), "a word of the loss");
    expect(collector.requestCount).toBe(1);
  });
});

test("what waits goes out when the gateway stops", async () => {
  await start({ schedule_delay_ms: 600_000, metric_export_interval_ms: 600_000 });
  await (await call()).text();
  expect(collector.requestCount).toBe(0);
  expect(await within(gateway.stop(), "the gateway's end")).toBe(0);
  expect(collector.spans.length).toBe(2);
  expect(collector.series.length).toBeGreaterThan(0);
});

test("gRPC is said not to be built, and calls are served without it", async () => {
  await start({ exporter: "otlp_grpc" });
  await within(gateway.logged(/callback 'otel' is left out/), "a word at boot");
  await (await call()).text();
  expect(gateway.logs()).toMatch(/gRPC is not built.*http\/protobuf/);
  expect(collector.requestCount).toBe(0);
});

test("without a collector spans are lines on standard output", async () => {
  gateway = await startGateway({
    config: {
      model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))],
      litellm_settings: { callbacks: ["otel"] },
      callback_settings: { otel: { schedule_delay_ms: 20 } },
    },
  });
  await (await call()).text();
  const line = await within(gateway.logged(/^\{"resourceSpans"/), "a line of spans");
  expect(line).toContain('"chat gpt"');
});

test("no other callback makes vendors see a trace", async () => {
  gateway = await startGateway({
    config: { model_list: [modelEntry("gpt", openaiParams(upstream, "openai/gpt-4o"))] },
  });
  await (await call({}, FROM_CALLER)).text();
  expect(upstream.last().headers.get("traceparent")).toBeNull();
});
