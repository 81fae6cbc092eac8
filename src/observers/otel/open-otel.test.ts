import { expect, test } from "bun:test";
import { decodeJson, decodeProtobuf } from "../../../tests/support/otlp-decode.ts";
import { eventually } from "../../../tests/support/within.ts";
import { otelSettings } from "../../config/callbacks/otel-settings-for-tests.ts";
import { configOf, loadYaml } from "../../config/load-yaml-for-tests.ts";
import type { PostReply, PostRequest } from "../../upstream/post.ts";
import { bodyOf, replyOf } from "../../upstream/post-for-tests.ts";
import { answeredCall } from "../calls-for-tests.ts";
import { openOtel } from "./open-otel.ts";

const TRACE = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "1111111111111111",
  parentSpanId: undefined,
  isSampled: true,
  tracestate: undefined,
};

const OK = replyOf(200);

/** An observer over a post office that is scripted. */
const open = (written: Readonly<Record<string, unknown>>, ...replies: readonly (PostReply | Error)[]) => {
  const requests: PostRequest[] = [];
  const logged: string[] = [];
  const lines: string[] = [];
  const script = [...replies];
  const observer = openOtel({
    name: "otel",
    settings: otelSettings({ schedule_delay_ms: 1, metrics_exporter: "none", ...written }),
    config: configOf(loadYaml("model_list: [{model_name: a, litellm_params: {model: openai/a, api_key: k}}]")),
    environment: {},
    post: (request) => {
      requests.push(request);
      const reply = script.shift() ?? OK;
      return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
    },
    now: Date.now,
    random: () => 0.5,
    version: "1",
    log: (message, cause) => void logged.push(`${message}: ${String(cause)}`),
    write: (text) => void lines.push(String(text)),
    writeRecords: () => Promise.resolve(),
  });
  return { observer, requests, logged, lines };
};

const C = { endpoint: "http://c" };
const DELTA = { ...C, traces_exporter: "none", metrics_exporter: "otlp", metrics_temporality: "delta" };

/** How many calls each request tells of. */
const durationCounts = (requests: readonly PostRequest[]): readonly (number | undefined)[] =>
  requests.map((request) => {
    const { series } = decodeProtobuf("metrics", bodyOf(request));
    return series.find(({ name }) => name === "gen_ai.client.operation.duration")?.count;
  });

test("a batch is sent again as it was, and counted once", async () => {
  const { observer, requests } = open(C, replyOf(503, "", 1), new Error("reset"));
  observer.observe([answeredCall({ trace: TRACE }), answeredCall({ trace: TRACE })]);
  await eventually(() => observer.stats?.().sentCount === 2, "both calls sent");
  expect(requests.length).toBe(3);
  expect(requests[1]?.body).toBe(requests[0]?.body ?? "");
  expect(observer.stats?.()).toEqual({ queuedCount: 0, sentCount: 2, droppedCount: 0, failedSendCount: 2 });
  expect(decodeProtobuf("traces", bodyOf(requests[0] as PostRequest)).spans.length).toBe(4);
  await observer.close?.(100);
});

test.each([
  ["http/json", '{"partialSuccess":{"rejectedSpans":"1","errorMessage":"no"}}'],
  ["http/protobuf", "\n\u0006\b\u0001\u0012\u0002no"],
])("what a collector rejects of a batch is counted, over %s", async (exporter, text) => {
  const { observer, logged } = open({ ...C, exporter }, replyOf(200, text));
  observer.observe([answeredCall(), answeredCall()]);
  await eventually(() => observer.stats?.().droppedCount === 1, "a loss");
  expect(observer.stats?.().sentCount).toBe(1);
  expect(logged.join()).toContain("rejected 1 spans");
  await observer.close?.(100);
});

test("calls are counted, however many of their spans are rejected", async () => {
  const rejected300 = Buffer.of(0x0a, 0x05, 0x08, 0xac, 0x02, 0x12, 0x00);
  const { observer, logged } = open(C, replyOf(200, rejected300));
  observer.observe([answeredCall(), answeredCall()]);
  await eventually(() => observer.stats?.().droppedCount === 2, "a loss");
  expect(observer.stats?.().sentCount).toBe(0);
  expect(logged.join()).toContain("rejected 300 spans");
  await observer.close?.(100);
});

test.each([
  ["http/json", '{"partialSuccess":{"rejectedDataPoints":"200"}}'],
  ["http/protobuf", Buffer.of(0x0a, 0x03, 0x08, 0xc8, 0x01)],
])("what a collector rejects of metrics is counted and told, over %s", async (exporter, body) => {
  const settings = {
    ...C,
    exporter,
    traces_exporter: "none",
    metrics_exporter: "otlp",
    metric_export_interval_ms: 100,
  };
  const { observer, logged } = open(settings, replyOf(200, body));
  observer.observe([answeredCall()]);
  await eventually(() => observer.stats?.().failedSendCount === 1, "a failure");
  expect(logged).toEqual(["callback 'otel': some metrics were not taken: the collector rejected 200 data points"]);
  await observer.close?.(100);
});

test.each([301, 400, 401, 404, 500])("status %d is for good", async (status) => {
  const { observer, requests, logged } = open({ ...C, headers: { authorization: "secret" } }, { ...OK, status });
  observer.observe([answeredCall()]);
  await eventually(() => observer.stats?.().droppedCount === 1, "a loss");
  expect(requests.length).toBe(1);
  expect(logged.join()).toContain(`status ${status}`);
  expect(logged.join()).not.toContain("secret");
  await observer.close?.(100);
});

test("what is not recorded is not sent", async () => {
  const { observer, requests } = open(C);
  observer.observe([answeredCall({ trace: { ...TRACE, isSampled: false } })]);
  await observer.close?.(100);
  expect(requests).toEqual([]);
});

test("differences that were not taken are sent again before newer ones", async () => {
  const { observer, requests, logged } = open({ ...DELTA, metric_export_interval_ms: 100 }, new Error("reset"));
  observer.observe([answeredCall()]);
  await eventually(() => requests.length >= 1, "a sending");
  observer.observe([answeredCall(), answeredCall()]);
  await eventually(() => requests.length >= 3, "two more sendings");
  expect(durationCounts(requests).slice(0, 3)).toEqual([1, 1, 2]);
  expect(logged.length).toBe(1);
  await observer.close?.(100);
});

test("differences that were not taken, and what came after them, are sent at the stop", async () => {
  const { observer, requests } = open({ ...DELTA, metric_export_interval_ms: 100 }, new Error("reset"));
  observer.observe([answeredCall()]);
  await eventually(() => observer.stats?.().failedSendCount === 1, "a failure");
  observer.observe([answeredCall(), answeredCall()]);
  await observer.close?.(1000);
  expect(durationCounts(requests)).toEqual([1, 1, 2]);
});

test("differences that are refused are told as lost and not sent again", async () => {
  const { observer, requests, logged } = open({ ...DELTA, metric_export_interval_ms: 100 }, replyOf(413));
  observer.observe([answeredCall()]);
  await eventually(() => observer.stats?.().failedSendCount === 1, "a failure");
  observer.observe([answeredCall(), answeredCall()]);
  await observer.close?.(1000);
  expect(durationCounts(requests)).toEqual([1, 2]);
  expect(logged.join()).toContain("are lost: the collector answered with status 413");
});

test("metrics that are lost at the stop are told, whatever was told before", async () => {
  const settings = { ...DELTA, metric_export_interval_ms: 100 };
  const { observer, logged } = open(settings, ...Array<Error>(50).fill(new Error("reset")));
  observer.observe([answeredCall()]);
  await eventually(() => logged.length === 1, "a word of the failure");
  await observer.close?.(1000);
  expect(logged[1]).toContain("metrics could not be sent; they are lost");
});

test("the console has a line for each batch, which colours no terminal", async () => {
  const { observer, lines } = open({ exporter: "console" });
  observer.observe([answeredCall({ requestedModel: "a\u001b[31m\u009b31m\nb", trace: TRACE })]);
  await observer.close?.(100);
  expect(lines.length).toBe(1);
  for (const control of ["\u001b", "\u009b"]) expect(lines[0]).not.toContain(control);
  expect(lines[0]?.trimEnd()).not.toContain("\n");
  expect(decodeJson("traces", lines[0] ?? "").spans[0]?.name).toBe("chat a\u001b[31m\u009b31m\nb");
});

test("nothing is sent where all is switched off", async () => {
  const { observer, requests } = open({ ...C, disabled: true });
  observer.observe([answeredCall()]);
  await observer.close?.(100);
  expect(requests).toEqual([]);
  expect(observer.stats?.().queuedCount).toBe(0);
});
