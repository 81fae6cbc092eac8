import type { GatewayConfig, PrometheusMetricsGroup, PrometheusSettings } from "../../config/gateway-config.ts";
import type { CallFinished } from "../../core/call-event.ts";
import type { GatewaySnapshot } from "../../core/gateway-snapshot.ts";
import type { MetricFamily } from "../../core/metrics.ts";
import type { CallObserver } from "../call-observer.ts";
import type { ObserverFactory, ObserverWorld } from "../observer-context.ts";
import { type AttemptSeries, AttemptSeriesTable } from "./attempt-series.ts";
import { type CallSeries, CallSeriesTable } from "./call-series.ts";
import { EventLoopLag } from "./event-loop-lag.ts";
import type { Histogram } from "./histogram.ts";
import { copyShortened } from "./label-values.ts";
import { CALL_METRICS, type CallMetric, METRICS, READ_METRICS, type ReadMetric } from "./metric-table.ts";
import { type Measured, type Shown, toCounter, toGauge, toHistogram } from "./project.ts";
import { READERS, type Remaining } from "./read-metrics.ts";
import { usableSettings } from "./usable-settings.ts";

type OfCalls = (series: CallSeries) => number | Histogram;

/** What each metric shows of a series of calls. */
const FROM_CALLS: Readonly<Partial<Record<CallMetric, OfCalls>>> = {
  litellm_proxy_total_requests_metric: ({ requests }) => requests,
  litellm_proxy_failed_requests_metric: ({ failures }) => failures,
  litellm_requests_metric: ({ answered }) => answered,
  litellm_spend_metric: ({ spendNanoUsd }) => spendNanoUsd / 1e9,
  litellm_total_tokens_metric: ({ totalTokens }) => totalTokens,
  litellm_input_tokens_metric: ({ inputTokens }) => inputTokens,
  litellm_output_tokens_metric: ({ outputTokens }) => outputTokens,
  litellm_cached_tokens_metric: ({ cachedTokens }) => cachedTokens,
  portolan_reasoning_tokens: ({ reasoningTokens }) => reasoningTokens,
  portolan_unpriced_calls: ({ unpriced }) => unpriced,
  portolan_estimated_usage_calls: ({ estimated }) => estimated,
  litellm_request_total_latency_metric: ({ total }) => total,
  litellm_llm_api_latency_metric: ({ vendor }) => vendor,
  litellm_llm_api_time_to_first_token_metric: ({ firstByte }) => firstByte,
  litellm_overhead_latency_metric: ({ overhead }) => overhead,
  litellm_deployment_latency_per_output_token: ({ perToken }) => perToken,
  litellm_deployment_successful_fallbacks: ({ successfulFallbacks }) => successfulFallbacks,
  litellm_deployment_failed_fallbacks: ({ failedFallbacks }) => failedFallbacks,
};

/** What each metric shows of a series of attempts. */
const FROM_ATTEMPTS: Readonly<Partial<Record<CallMetric, (series: AttemptSeries) => number>>> = {
  litellm_deployment_total_requests: ({ count }) => count,
  litellm_deployment_success_responses: ({ count, outcome }) => (outcome === "answered" ? count : 0),
  litellm_deployment_failure_responses: ({ count, outcome }) => (outcome === "failed" ? count : 0),
};

/** Counts every call; what `/metrics` shows is worked out when somebody asks. */
export class Prometheus implements CallObserver {
  readonly name = "prometheus";
  readonly kind = "meter";
  readonly #maxSeries: number;
  readonly #log: ObserverWorld["log"];
  readonly #calls: CallSeriesTable;
  readonly #attempts: AttemptSeriesTable;
  readonly #remaining = new Map<string, Remaining>();
  readonly #lag = new EventLoopLag();
  #settings: PrometheusSettings;

  /** What is amiss with the settings is told when the configuration they come from is put in force. */
  constructor(settings: PrometheusSettings, maxSeries: number, log: ObserverWorld["log"]) {
    this.#settings = usableSettings(settings, () => undefined);
    this.#maxSeries = maxSeries;
    this.#log = log;
    this.#calls = new CallSeriesTable({ ...this.#settings, maxSeries });
    this.#attempts = new AttemptSeriesTable(maxSeries);
  }

  observe(batch: readonly CallFinished[]): void {
    for (const event of batch) {
      if (event.errorKind !== "given-up") {
        this.#calls.add(event); // Nobody was answered with the others: their attempts alone count.
      }
      this.#attempts.add(event);
      if (event.isCallersOwn !== true) {
        this.#remember(event);
      }
    }
  }

  reconfigure({ observing }: GatewayConfig): void {
    this.#settings = usableSettings(observing.prometheus, (problem) => this.#log("callback 'prometheus'", problem));
    this.#calls.options = { ...this.#settings, maxSeries: this.#maxSeries };
    this.#remaining.clear(); // Of deployments that may be gone.
  }

  /** All metrics at this moment. */
  families(snapshot: GatewaySnapshot): readonly MetricFamily[] {
    const sources = {
      snapshot,
      remaining: [...this.#remaining.values()],
      overflows: this.#calls.overflows,
      lag: this.#lag,
    };
    const counted = (Object.keys(CALL_METRICS) as CallMetric[]).map((name) => this.#fromCalls(name));
    const read = (Object.keys(READ_METRICS) as ReadMetric[]).map((name) => {
      const shown = this.#shown(name, []);
      const measured = READERS[name](sources);
      return shown && (shown.type === "counter" ? toCounter(shown, measured, 0) : toGauge(shown, measured));
    });
    const families = [...counted, ...read].filter((family) => family !== undefined);
    return snapshot.worker === undefined ? families : families.map(ofWorker(snapshot.worker));
  }

  async close(): Promise<void> {
    this.#lag.close();
  }

  #fromCalls(name: CallMetric): MetricFamily | undefined {
    const own = [...this.#settings.metadataLabels, ...this.#settings.tagLabels].map(([label]) => label);
    const ofAttempts = FROM_ATTEMPTS[name];
    const shown = this.#shown(name, ofAttempts === undefined ? own : []);
    if (shown === undefined) {
      return undefined;
    }
    if (ofAttempts !== undefined) {
      return toCounter(shown, measure(this.#attempts.all, ofAttempts), 1);
    }
    const ofCalls = FROM_CALLS[name];
    if (ofCalls === undefined) {
      throw new Error(`nothing is counted for ${name}`);
    }
    return shown.type === "histogram"
      ? toHistogram(shown, measure(this.#calls.all, ofCalls) as readonly Measured<Histogram>[])
      : toCounter(shown, measure(this.#calls.all, ofCalls) as readonly Measured<number>[], 1);
  }

  /** The metric with the labels that the configuration leaves it; `undefined` when it leaves out the metric. */
  #shown(name: CallMetric | ReadMetric, ownLabels: readonly string[]): Shown | undefined {
    const described = METRICS[name];
    const { metricsConfig } = this.#settings;
    if (described === undefined) {
      return undefined;
    }
    const labels = [...described.labels, ...ownLabels];
    if (metricsConfig.length === 0 || !name.startsWith("litellm_")) {
      return { name, ...described, labels };
    }
    const groups = metricsConfig.filter(({ metrics }) => metrics.includes(name));
    return groups.length === 0 ? undefined : { name, ...described, labels: keepLabels(labels, groups) };
  }

  /** What the vendor says is left for the server's own keys; beyond so many deployments the oldest are forgotten. */
  #remember(event: CallFinished): void {
    const requests = event.details?.remainingRequests;
    const tokens = event.details?.remainingTokens;
    if (event.deploymentId === undefined || (requests === undefined && tokens === undefined)) {
      return;
    }
    const labels = {
      model_group: copyShortened(event.modelGroup),
      litellm_model_name: copyShortened(event.upstreamModel),
      model_id: copyShortened(event.deploymentId),
      api_base: copyShortened(event.apiBase),
      api_provider: event.provider ?? "",
    };
    const isKnown = this.#remaining.delete(labels.model_id); // To stand behind all others.
    if (!isKnown && this.#remaining.size >= this.#maxSeries) {
      const [oldest = ""] = this.#remaining.keys();
      this.#remaining.delete(oldest);
    }
    this.#remaining.set(labels.model_id, { labels, requests, tokens });
  }
}

/** Tells apart what is shown of each process by itself. */
const ofWorker =
  (worker: string) =>
  (family: MetricFamily): MetricFamily =>
    family.merge === "each"
      ? { ...family, samples: family.samples.map((one) => ({ ...one, labels: { ...one.labels, worker } })) }
      : family;

function measure<Series extends { readonly labels: Readonly<Record<string, string>> }, Value>(
  all: Iterable<Series>,
  read: (series: Series) => Value,
): readonly Measured<Value>[] {
  return Array.from(all, (series) => ({ labels: series.labels, value: read(series) }));
}

function keepLabels(labels: readonly string[], groups: readonly PrometheusMetricsGroup[]): readonly string[] {
  const wanted = groups.flatMap(({ includeLabels }) => includeLabels ?? labels);
  return labels.filter((label) => wanted.includes(label));
}

/** Makes the `prometheus` callback. */
export const openPrometheus: ObserverFactory<"prometheus"> = ({ config, settings, log }) =>
  new Prometheus(config.observing.prometheus, settings.max_series, log);
