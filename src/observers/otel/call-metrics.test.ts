import { describe, expect, test } from "bun:test";
import { decodeJson, decodeProtobuf, type ReceivedSeries } from "../../../tests/support/otlp-decode.ts";
import type { CallFinished } from "../../core/call-event.ts";
import { answeredCall, failedCall, givenUpCall } from "../calls-for-tests.ts";
import { CallMetrics, METRICS } from "./call-metrics.ts";
import { MAX_SERIES } from "./histogram.ts";
import { writeMetrics } from "./otlp-export.ts";
import { type OtlpSource, toOtlpTime } from "./otlp-types.ts";

const resource: OtlpSource["resource"] = { attributes: { a: "b" }, merge: () => resource, getRawAttributes: () => [] };

const seriesOf = (calls: readonly CallFinished[], isDelta = false): readonly ReceivedSeries[] => {
  const metrics = new CallMetrics();
  for (const call of calls) metrics.record(call);
  const snapshot = metrics.snapshot({ isDelta, startTime: toOtlpTime(1000), endTime: toOtlpTime(2000.5) });
  const sent = { resource, scopeMetrics: [{ scope: { name: "litellm" }, metrics: snapshot }] };
  const received = decodeProtobuf("metrics", writeMetrics(sent, "protobuf"));
  expect(decodeJson("metrics", Buffer.from(writeMetrics(sent, "json")).toString("utf8"))).toEqual(received);
  return received.series;
};

const find = (series: readonly ReceivedSeries[], name: string): readonly ReceivedSeries[] =>
  series.filter((one) => one.name === name);

const COST = {
  nanoUsd: 2_000_000,
  inputNanoUsd: 1_000_000,
  outputNanoUsd: 1_000_000,
  toolNanoUsd: 0,
  originalNanoUsd: 2_000_000,
  discountNanoUsd: 0,
  marginNanoUsd: 0,
  source: "catalog",
} as const;

const LABELS = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
};

const stream = answeredCall({ isStream: true, firstByteMs: 5, upstreamMs: 4, cost: COST });

describe("calls", () => {
  test("are counted and timed", () => {
    const series = seriesOf([answeredCall({ cost: COST }), answeredCall(), stream]);
    expect(find(series, "gen_ai.client.operation.duration")).toMatchObject([
      { count: 3, attributes: LABELS, unit: "s", temporality: "CUMULATIVE" },
    ]);
    const tokens = find(series, "gen_ai.client.token.usage");
    expect(tokens.map(({ attributes, sum, count }) => [attributes["gen_ai.token.type"], sum, count])).toEqual([
      ["input", 3, 3],
      ["output", 6, 3],
    ]);
    expect(tokens[1]?.bucketCounts.slice(0, 3)).toEqual([0, 3, 0]);
    expect(tokens[1]?.bounds.slice(0, 3)).toEqual([1, 4, 16]);
    expect(find(series, "gen_ai.client.token.cost")).toMatchObject([{ count: 2, sum: 0.004 }]);
  });

  test("that were given up are attempts alone", () => {
    const series = seriesOf([givenUpCall()]);
    expect(series).toMatchObject([
      { name: "gen_ai.server.request.duration", attributes: { "error.type": "given-up" } },
    ]);
  });

  test("are timed to their first token", () => {
    const series = seriesOf([answeredCall(), stream]);
    expect(find(series, "gen_ai.client.operation.time_to_first_chunk")).toMatchObject([{ count: 1, sum: 0.005 }]);
    expect(find(series, "gen_ai.server.time_to_first_token")).toMatchObject([{ count: 1, sum: 0.004 }]);
  });

  test("that failed are told apart by what went wrong", () => {
    const series = seriesOf([answeredCall(), failedCall()]);
    expect(find(series, "gen_ai.client.operation.duration").map(({ attributes }) => attributes)).toEqual([
      LABELS,
      { ...LABELS, "error.type": "upstream-rate-limited" },
    ]);
    expect(find(series, "gen_ai.client.response.duration")).toMatchObject([{ count: 1 }]);
  });

  test("make every metric of the table", () => {
    expect([...new Set(seriesOf([stream]).map(({ name }) => name))].sort()).toEqual(Object.keys(METRICS).sort());
  });
});

test("names of models that never answered make no series", () => {
  const calls = Array.from({ length: 100 }, (_, index) => failedCall({ upstreamModel: `made-up-${index}` }));
  expect(find(seriesOf(calls), "gen_ai.client.operation.duration").length).toBe(1);
});

test("there are never more series than the limit; the rest counts together", () => {
  const calls = Array.from({ length: MAX_SERIES + 500 }, (_, index) =>
    answeredCall({ upstreamModel: `m${index % 900}`, provider: `p${index}` }),
  );
  const durations = find(seriesOf(calls), "gen_ai.client.operation.duration");
  expect(durations.length).toBe(MAX_SERIES + 1);
  expect(durations.at(-1)).toMatchObject({ count: 500, attributes: { "otel.metric.overflow": true } });
});

test("differences begin anew once they were sent", () => {
  const metrics = new CallMetrics();
  const options = { isDelta: true, startTime: toOtlpTime(1), endTime: toOtlpTime(2) };
  metrics.record(answeredCall());
  expect(metrics.snapshot(options).length).toBeGreaterThan(0);
  metrics.reset();
  expect(metrics.snapshot(options)).toEqual([]);
  expect(seriesOf([answeredCall()], true)[0]?.temporality).toBe("DELTA");
});
