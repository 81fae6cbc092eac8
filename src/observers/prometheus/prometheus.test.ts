import { afterEach, describe, expect, test } from "bun:test";
import { configOf, loadYaml } from "../../config/load-yaml-for-tests.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { GatewaySnapshot } from "../../core/gateway-snapshot.ts";
import type { MetricFamily } from "../../core/metrics.ts";
import { mergeMetrics, writeMetrics } from "../../core/metrics-text.ts";
import { answeredCall, detailedCall, failedCall, givenUpCall } from "../calls-for-tests.ts";
import { METRICS } from "./metric-table.ts";
import { Prometheus } from "./prometheus.ts";

const SNAPSHOT: GatewaySnapshot = {
  version: "1.2.3",
  worker: undefined,
  deployments: [
    {
      id: "d1",
      group: "gpt",
      provider: "openai",
      model: "gpt-4o",
      apiBase: "https://api.openai.com/v1",
      state: 2,
      inFlight: 3,
      cooldownCount: 4,
      rpmLimit: 60,
      tpmLimit: undefined,
    },
  ],
  openConnections: 5,
  pools: [{ origin: "https://api.openai.com:443", idle: 2 }],
  callbacks: [{ name: "langfuse", queued: 1, sent: 2, dropped: 3, failedSends: 4 }],
  queuedRecords: 6,
  droppedRecords: 7,
  strippedRecords: 8,
  sharing: { exchanges: 9, failures: 1, isLost: true },
};

const opened: Prometheus[] = [];
const told: string[] = [];
afterEach(async () => {
  told.length = 0;
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const open = (yaml = "", maxSeries = 2000): Prometheus => {
  const config = configOf(loadYaml(`model_list: []\nlitellm_settings: {${yaml}}`));
  const made = new Prometheus(config.observing.prometheus, maxSeries, (_, problem) => void told.push(String(problem)));
  opened.push(made);
  made.reconfigure(config);
  return made;
};

const textOf = (events: readonly CallFinished[], yaml?: string, maxSeries?: number): string => {
  const prometheus = open(yaml, maxSeries);
  prometheus.observe(events);
  return writeMetrics(prometheus.families(SNAPSHOT));
};

const FAILED_ATTEMPTS = "litellm_deployment_failure_responses_total";

const linesOf = (text: string, name: string): readonly string[] =>
  text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

test("requests, failures, tokens and money are counted by what they have in common", () => {
  const cost = { nanoUsd: 1_500_000_000, source: "catalog" } as unknown as CallFinished["cost"];
  const text = textOf([
    answeredCall({ cost }),
    answeredCall(),
    answeredCall({ requestedModel: "other" }),
    failedCall(),
  ]);
  expect(linesOf(text, "litellm_proxy_total_requests_metric_total")).toEqual([
    'litellm_proxy_total_requests_metric_total{requested_model="gpt",status_code="200",route="/v1/chat/completions"} 2',
    'litellm_proxy_total_requests_metric_total{requested_model="other",status_code="200",route="/v1/chat/completions"} 1',
    'litellm_proxy_total_requests_metric_total{requested_model="gpt",status_code="429",route="/v1/chat/completions"} 1',
  ]);
  expect(linesOf(text, "litellm_proxy_failed_requests_metric_total")).toEqual([
    'litellm_proxy_failed_requests_metric_total{requested_model="gpt",status_code="429",route="/v1/chat/completions",exception_status="429",exception_class="RateLimitError"} 1',
  ]);
  expect(linesOf(text, "litellm_spend_metric_total")).toEqual([
    'litellm_spend_metric_total{requested_model="gpt",model="gpt-4o",model_group="gpt"} 1.5',
  ]);
  expect(linesOf(text, "litellm_total_tokens_metric_total")[0]).toEndWith(" 6");
  expect(linesOf(text, "portolan_unpriced_calls_total")).toEqual([
    'portolan_unpriced_calls_total{model="gpt-4o",api_provider="openai"} 2',
  ]);
});

test("a call's cost counts without tokens, and so does a cost that nobody knows", () => {
  const cost = { nanoUsd: 2_000_000, source: "catalog" } as unknown as CallFinished["cost"];
  const text = textOf([answeredCall({ cost, usage: undefined }), answeredCall({ usage: undefined })]);
  expect(linesOf(text, "litellm_spend_metric_total")[0]).toEndWith(" 0.002");
  expect(linesOf(text, "portolan_unpriced_calls_total")[0]).toEndWith(" 1");
});

test("times are histograms whose buckets add up", () => {
  const text = textOf([answeredCall({ durationMs: 12 }), answeredCall({ durationMs: 700_000 })]);
  const buckets = linesOf(text, "litellm_request_total_latency_metric_bucket");
  expect(buckets.find((line) => line.includes('le="0.01"'))).toEndWith(" 0");
  expect(buckets.find((line) => line.includes('le="0.025"'))).toEndWith(" 1");
  expect(buckets.find((line) => line.includes('le="300"'))).toEndWith(" 1");
  expect(buckets.at(-1)).toMatch(/le="\+Inf"\} 2$/);
  expect(linesOf(text, "litellm_request_total_latency_metric_count")[0]).toEndWith(" 2");
  expect(linesOf(text, "litellm_request_total_latency_metric_sum")[0]).toEndWith(" 700.012");
});

test("a vendor takes until its answer ends, of a stream as well", () => {
  const sumOf = (event: CallFinished): number =>
    Number(
      linesOf(textOf([event]), "litellm_llm_api_latency_metric_sum")[0]
        ?.split(" ")
        .at(-1),
    );
  expect(sumOf(answeredCall({ durationMs: 2000, upstreamMs: 1500 }))).toBe(1.5);
  // Its attempt began a millisecond after the call.
  expect(sumOf(answeredCall({ durationMs: 2001, upstreamMs: 10, isStream: true, firstByteMs: 12 }))).toBe(2);
});

test("each attempt counts at its deployment, whatever became of the call", () => {
  const [attempt] = answeredCall().attempts;
  if (attempt === undefined) throw new Error("no attempt");
  const attempts = [{ ...attempt, deploymentId: "d0", failure: "upstream-timeout" as const }, attempt];
  const text = textOf([answeredCall({ attempts, retries: 1, fallbacks: 1 })]);
  expect(linesOf(text, "litellm_deployment_failure_responses_total")).toEqual([
    'litellm_deployment_failure_responses_total{litellm_model_name="gpt-4o",model_id="d0",api_provider="openai",requested_model="gpt",exception_class="Timeout"} 1',
  ]);
  expect(linesOf(text, "litellm_deployment_success_responses_total")).toHaveLength(1);
  expect(linesOf(text, "litellm_deployment_total_requests_total")).toHaveLength(2);
  expect(linesOf(text, "litellm_deployment_successful_fallbacks_total")[0]).toEndWith(" 1");
});

test("an attempt has the address that it was sent to, whatever came before it", () => {
  const attempt = { deploymentId: "d1", provider: "openai", upstreamModel: "m", startedAtMs: 1, durationMs: 1 };
  const at = (apiBase: string) => ({ ...attempt, apiBase, failure: "upstream-failed" as const });
  const lost = failedCall({ deploymentId: "d2", attempts: [at("http://a"), at("http://b")] });
  const lines = linesOf(textOf([lost, failedCall({ attempts: [at("http://a")] })]), FAILED_ATTEMPTS);
  expect(lines.map((line) => [/api_base="([^"]*)"/.exec(line)?.[1], line.split(" ").at(-1)])).toEqual([
    ["http://a", "2"],
    ["http://b", "1"],
  ]);
});

test("a stream that breaks off is a failure of its deployment; a client that leaves is not", () => {
  const [attempt] = answeredCall().attempts;
  if (attempt === undefined) throw new Error("no attempt");
  const ended = (kind: "upstream-unreachable" | "client-closed", status: number): CallFinished =>
    answeredCall({ isStream: true, status, errorKind: kind, attempts: [{ ...attempt, failure: kind }] });
  const text = textOf([ended("upstream-unreachable", 200), ended("client-closed", 499)]);
  expect(linesOf(text, FAILED_ATTEMPTS)).toHaveLength(1);
  expect(linesOf(text, FAILED_ATTEMPTS)[0]).toContain('exception_class="APIConnectionError"');
  expect(linesOf(text, "litellm_deployment_success_responses_total")).toEqual([]);
  expect(linesOf(text, "litellm_deployment_total_requests_total")[0]).toEndWith(" 2");
  const failures = linesOf(text, "litellm_proxy_failed_requests_metric_total");
  expect(failures[0]).toContain('status_code="200",route="/v1/chat/completions",exception_status="500"');
  expect(failures[1]).toContain('exception_status="499"');
});

test("a call that was given up is an attempt, and neither a request nor a failure", () => {
  const text = textOf([answeredCall(), givenUpCall()]);
  expect(linesOf(text, "litellm_proxy_total_requests_metric_total").map((line) => line.at(-1))).toEqual(["1"]);
  expect(linesOf(text, "litellm_proxy_failed_requests_metric_total")).toEqual([]);
  expect(linesOf(text, "litellm_deployment_total_requests_total").map((line) => line.at(-1))).toEqual(["2"]);
  expect(linesOf(text, "litellm_deployment_success_responses_total").map((line) => line.at(-1))).toEqual(["1"]);
  expect(linesOf(text, "litellm_deployment_failure_responses_total")).toEqual([]);
});

test("what is read when somebody asks", () => {
  const text = textOf([detailedCall({ remainingRequests: 59, remainingTokens: 1000 })]);
  const value = (name: string): string | undefined => linesOf(text, name)[0]?.split(" ").at(-1);
  expect({
    state: value("litellm_deployment_state"),
    cooled: value("litellm_deployment_cooled_down_total"),
    rpm: value("litellm_deployment_rpm_limit"),
    tpm: value("litellm_deployment_tpm_limit"),
    flying: value("litellm_in_flight_requests"),
    remaining: value("litellm_remaining_requests_metric"),
    remainingTokens: value("litellm_remaining_tokens_metric"),
    lost: value("litellm_callback_logging_failures_metric_total"),
    dropped: value("portolan_records_dropped_total"),
    redis: value("portolan_redis_lost"),
    version: linesOf(text, "portolan_build_info")[0],
  }).toEqual({
    state: "2",
    cooled: "4",
    rpm: "60",
    tpm: undefined,
    flying: "3",
    remaining: "59",
    remainingTokens: "1000",
    lost: "3",
    dropped: "7",
    redis: "1",
    version: 'portolan_build_info{version="1.2.3"} 1',
  });
  expect(Number(value("process_resident_memory_bytes"))).toBeGreaterThan(1e6);
});

describe("what vendors say is left", () => {
  const left = (deploymentId: string, isCallersOwn = false): CallFinished =>
    detailedCall({ remainingRequests: 1 }, { deploymentId, isCallersOwn });
  const ids = (prometheus: Prometheus): readonly (string | undefined)[] =>
    linesOf(writeMetrics(prometheus.families(SNAPSHOT)), "litellm_remaining_requests_metric").map(
      (line) => /model_id="([^"]*)"/.exec(line)?.[1],
    );

  test("is bounded as other series are: what was heard first goes", () => {
    const prometheus = open("", 2);
    prometheus.observe([left("a"), left("b"), left("a"), left("c")]);
    expect(ids(prometheus)).toEqual(["a", "c"]);
  });

  test("goes with a reload, and what a caller's own key has left is not shown", () => {
    const prometheus = open();
    prometheus.observe([left("gone")]);
    prometheus.reconfigure(configOf(loadYaml("model_list: []")));
    prometheus.observe([left("theirs", true), left("stays")]);
    expect(ids(prometheus)).toEqual(["stays"]);
  });
});

describe("labels", () => {
  test("callers' values are escaped, shortened and well-formed", () => {
    const text = textOf([
      answeredCall({ requestedModel: 'a"b\\c\nd\ud800' }),
      answeredCall({ requestedModel: "x".repeat(1e6) }),
    ]);
    expect(text).toContain('requested_model="a\\"b\\\\c\\nd\ufffd"');
    expect(text.length).toBeLessThan(100_000);
  });

  test("beyond the bound callers' values become one, and that is counted", () => {
    const calls = Array.from({ length: 500 }, (_, index) =>
      answeredCall({ requestedModel: `m${index}`, upstreamModel: `m${index}`, modelGroup: `m${index}` }),
    );
    const text = textOf(calls, "", 100);
    expect(linesOf(text, "litellm_proxy_total_requests_metric_total")).toHaveLength(101);
    expect(linesOf(text, "portolan_series_overflows_total")[0]).toEndWith(" 400");
    expect(linesOf(text, "litellm_requests_metric_total").at(-1)).toBe(
      'litellm_requests_metric_total{requested_model="other",model="other",model_group="other"} 400',
    );
  });

  test("callers' own deployments cannot make series without end, nor keep long texts alive", () => {
    const calls = Array.from({ length: 2000 }, (_, index) => {
      const deploymentId = `id${index}`;
      const attempt = { deploymentId, provider: "openai", upstreamModel: "m", startedAtMs: 1, durationMs: 1 };
      return answeredCall({ deploymentId, attempts: [attempt] });
    });
    const text = textOf(calls, "", 100);
    const lines = linesOf(text, "litellm_deployment_total_requests_total");
    expect(lines).toHaveLength(201);
    expect(lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)).toBe(2000);
    expect(linesOf(text, "litellm_deployment_latency_per_output_token_count")).toHaveLength(201);

    const prometheus = open("", 10_000);
    const before = process.memoryUsage.rss();
    for (let index = 0; index < 500; index++) {
      const requestedModel = JSON.parse(`"${index}${"x".repeat(1e6)}"`);
      prometheus.observe([answeredCall({ requestedModel, upstreamModel: requestedModel })]);
    }
    Bun.gc(true);
    expect(process.memoryUsage.rss() - before).toBeLessThan(300e6);
  });

  test("a caller's text does not count as another's", () => {
    const text = textOf([
      answeredCall({ requestedModel: "a", upstreamModel: "bc" }),
      answeredCall({ requestedModel: "ab", upstreamModel: "c" }),
      answeredCall({ requestedModel: "a\nd1", upstreamModel: "c" }),
    ]);
    expect(linesOf(text, "litellm_requests_metric_total").map((line) => line.split(" ").at(-1))).toEqual([
      "1",
      "1",
      "1",
    ]);
  });

  test("change with the configuration; what was counted stays", () => {
    const prometheus = open();
    const call = detailedCall({ endUser: "ann" });
    prometheus.observe([call]);
    const yaml = "enable_end_user_cost_tracking_prometheus_only: true";
    prometheus.reconfigure(configOf(loadYaml(`model_list: []\nlitellm_settings: {${yaml}}`)));
    prometheus.observe([{ ...call, requestedModel: "b" }]);
    expect(linesOf(writeMetrics(prometheus.families(SNAPSHOT)), "litellm_requests_metric_total")).toEqual([
      'litellm_requests_metric_total{requested_model="gpt",model="gpt-4o",model_group="gpt"} 1',
      'litellm_requests_metric_total{end_user="ann",requested_model="b",model="gpt-4o",model_group="gpt"} 1',
    ]);
  });

  test("the end user only where the configuration wants it", () => {
    const calls = [detailedCall({ endUser: "ann" })];
    expect(textOf(calls)).not.toContain("ann");
    expect(textOf(calls, "enable_end_user_cost_tracking_prometheus_only: true")).toContain('end_user="ann"');
  });

  test("of metadata and tags as the configuration names them", () => {
    const yaml = "custom_prometheus_metadata_labels: [metadata.team, a.b], custom_prometheus_tags: [prod, dev]";
    const call = detailedCall({ metadataText: '{"team":"red","a":{"b":7}}', tags: ["prod"] });
    const [line] = linesOf(textOf([call], yaml), "litellm_requests_metric_total");
    expect(line).toContain('metadata_team="red",a_b="7",tag_prod="true",tag_dev="false"');
  });

  test("that Prometheus does not take, or that are taken, are left out and told", () => {
    const yaml =
      'custom_prometheus_metadata_labels: ["", __name__, model, le, worker, metadata.é, metadata.ü, tag_a, "a-b", a.b], custom_prometheus_tags: [a]';
    const metadata = { "": "1", __name__: "2", model: "3", le: "4", worker: "5", é: "6", ü: "7", tag_a: "8" };
    const call = detailedCall({ metadataText: JSON.stringify({ ...metadata, "a-b": "9" }), tags: ["a"] });
    const text = textOf([call], yaml);
    expect(linesOf(text, "litellm_requests_metric_total")).toEqual([
      'litellm_requests_metric_total{requested_model="gpt",model="gpt-4o",model_group="gpt",metadata__="6",tag_a="8",a_b="9"} 1',
    ]);
    const labels = told.map((problem) => /the label '([^']*)'/.exec(problem)?.[1]);
    expect(labels).toEqual(["", "__name__", "model", "le", "worker", "metadata__", "a_b", "tag_a"]);
  });

  test("metrics and labels that nobody knows are told", () => {
    const yaml =
      "prometheus_metrics_config: [{group: a, metrics: [litellm_spend_metrik, litellm_requests_metric], include_labels: [model, team]}]";
    textOf([], yaml);
    expect(told).toEqual([
      "prometheus_metrics_config: there is no metric 'litellm_spend_metrik'; did you mean litellm_spend_metric?",
      "prometheus_metrics_config: none of litellm_spend_metrik, litellm_requests_metric has a label 'team'",
    ]);
  });

  test("and metrics are those of prometheus_metrics_config, ours always", () => {
    const yaml =
      "prometheus_metrics_config: [{group: a, metrics: [litellm_requests_metric_total], include_labels: [model]}]";
    const text = textOf([answeredCall(), answeredCall({ requestedModel: "b" })], yaml);
    expect(linesOf(text, "litellm_requests_metric_total")).toEqual(['litellm_requests_metric_total{model="gpt-4o"} 2']);
    expect(text).not.toContain("litellm_spend_metric");
    expect(text).toContain("portolan_build_info");
  });
});

test("several processes are one: sums, largest values, and by themselves what does not add up", () => {
  const of = (worker: string): readonly MetricFamily[] => {
    const prometheus = open();
    prometheus.observe([answeredCall()]);
    return prometheus.families({ ...SNAPSHOT, worker });
  };
  const text = writeMetrics(mergeMetrics([of("0"), of("1")]));
  expect(linesOf(text, "litellm_requests_metric_total")[0]).toEndWith(" 2");
  expect(linesOf(text, "litellm_request_total_latency_metric_count")[0]).toEndWith(" 2");
  expect(linesOf(text, "litellm_deployment_state")[0]).toEndWith(" 2");
  expect(linesOf(text, "litellm_in_flight_requests")[0]).toEndWith(" 6");
  expect(linesOf(text, "process_resident_memory_bytes").map((line) => line.split(" ")[0])).toEqual([
    'process_resident_memory_bytes{worker="0"}',
    'process_resident_memory_bytes{worker="1"}',
  ]);
});

test("what is read is shown from 0 on, or its first increase would not be seen", () => {
  const text = writeMetrics(open().families({ ...SNAPSHOT, droppedRecords: 0 }));
  expect(linesOf(text, "portolan_records_dropped_total")).toEqual(["portolan_records_dropped_total 0"]);
});

test("every metric of the table is shown, and no other", () => {
  const shown = open()
    .families(SNAPSHOT)
    .map(({ name }) => name);
  expect(shown.toSorted()).toEqual(Object.keys(METRICS).toSorted());
});

test.skipIf(Bun.which("promtool") === null)("the official parser takes the page (needs promtool)", async () => {
  const text = textOf([
    answeredCall({ isStream: true, firstByteMs: 3 }),
    failedCall(),
    detailedCall({ remainingRequests: 1 }, { requestedModel: 'a"\\\n{}=,é' }),
  ]);
  const promtool = Bun.spawn(["promtool", "check", "metrics"], { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  promtool.stdin.write(text);
  promtool.stdin.end();
  const said = (await promtool.stdout.text()) + (await promtool.stderr.text());
  expect([said, await promtool.exited]).toEqual(["", 0]);
});
