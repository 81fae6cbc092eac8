import { expect, test } from "bun:test";
import { decodeJson, decodeProtobuf } from "../../../tests/support/otlp-decode.ts";
import { eventually } from "../../../tests/support/within.ts";
import { configOf, loadYaml } from "../../config/load-yaml-for-tests.ts";
import type { PostReply, PostRequest } from "../../upstream/post.ts";
import { bodyOf } from "../../upstream/post-for-tests.ts";
import { answeredCall } from "../calls-for-tests.ts";
import { openOtel } from "./open-otel.ts";
import { otelSettings } from "./settings-for-tests.ts";

const TRACE = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "1111111111111111",
  parentSpanId: undefined,
  isSampled: true,
  tracestate: undefined,
};

const OK: PostReply = { status: 200, text: "", retryAfterMs: undefined };

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
  });
  return { observer, requests, logged, lines };
};

const C = { endpoint: "http://c" };

test("a batch is sent again as it was, and counted once", async () => {
  const { observer, requests } = open(C, { status: 503, text: "", retryAfterMs: 1 }, new Error("reset"));
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
  const { observer, logged } = open({ ...C, exporter }, { ...OK, text });
  observer.observe([answeredCall(), answeredCall()]);
  await eventually(() => observer.stats?.().droppedCount === 1, "a loss");
  expect(observer.stats?.().sentCount).toBe(1);
  expect(logged.join()).toContain("rejected 1 spans");
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
  const settings = { ...C, traces_exporter: "none", metrics_exporter: "otlp", metrics_temporality: "delta" };
  const { observer, requests, logged } = open({ ...settings, metric_export_interval_ms: 100 }, new Error("reset"));
  observer.observe([answeredCall()]);
  await eventually(() => requests.length >= 1, "a sending");
  observer.observe([answeredCall(), answeredCall()]);
  await eventually(() => requests.length >= 3, "two more sendings");
  const counts = requests.map(
    (request) =>
      decodeProtobuf("metrics", bodyOf(request)).series.find(({ name }) => name === "gen_ai.client.operation.duration")
        ?.count,
  );
  expect(counts.slice(0, 3)).toEqual([1, 1, 2]);
  expect(logged.length).toBe(1);
  await observer.close?.(100);
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
