import type { MetricMerge, MetricType } from "../../core/metrics.ts";

/** Facts of a call that can be labels. */
export const CALL_LABELS = [
  "end_user",
  "hashed_api_key",
  "requested_model",
  "route",
  "status_code",
  "model",
  "model_group",
  "litellm_model_name",
  "model_id",
  "api_base",
  "api_provider",
  "exception_status",
  "exception_class",
] as const;

/** A label of a metric that is counted by call. */
export type CallLabel = (typeof CALL_LABELS)[number];

/** One metric, declared once: what is counted, the page of `/metrics` and the reference read this. */
export interface MetricDescription {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  readonly merge: MetricMerge;
}

const CALLER: readonly CallLabel[] = ["end_user", "hashed_api_key", "requested_model"];
const SPENDER: readonly CallLabel[] = [...CALLER, "model", "model_group"];
const DEPLOYMENT: readonly CallLabel[] = ["litellm_model_name", "model_id", "api_base", "api_provider"];
const FAILURE: readonly CallLabel[] = ["exception_status", "exception_class"];

const counter = (help: string, labels: readonly CallLabel[]): MetricDescription => ({
  type: "counter",
  help,
  labels,
  merge: "sum",
});
const histogram = (help: string, labels: readonly CallLabel[]): MetricDescription => ({
  type: "histogram",
  help,
  labels,
  merge: "sum",
});
const gauge = (help: string, labels: readonly string[], merge: MetricMerge): MetricDescription => ({
  type: "gauge",
  help,
  labels,
  merge,
});
const read = (help: string, labels: readonly string[]): MetricDescription => ({
  type: "counter",
  help,
  labels,
  merge: "sum",
});

/** Counted from calls. Names and labels are LiteLLM's (contract 8.6), as far as what they measure exists here. */
export const CALL_METRICS = {
  litellm_proxy_total_requests_metric: counter("Requests to model endpoints, by outcome.", [
    ...CALLER,
    "status_code",
    "route",
  ]),
  litellm_proxy_failed_requests_metric: counter("Requests that were answered with a failure.", [
    ...CALLER,
    "status_code",
    "route",
    ...FAILURE,
  ]),
  litellm_requests_metric: counter("Calls that a vendor answered.", SPENDER),
  litellm_spend_metric: counter("US dollars spent; calls of unknown price are not in it.", SPENDER),
  litellm_total_tokens_metric: counter("Tokens of prompts and answers.", SPENDER),
  litellm_input_tokens_metric: counter("Tokens of prompts.", SPENDER),
  litellm_output_tokens_metric: counter("Tokens of answers.", SPENDER),
  litellm_cached_tokens_metric: counter("Tokens of prompts that the vendor had cached.", SPENDER),
  portolan_reasoning_tokens: counter("Tokens of answers that were reasoning.", SPENDER),
  portolan_unpriced_calls: counter("Calls that a vendor answered, and nobody knows what they cost.", [
    "model",
    "api_provider",
  ]),
  portolan_estimated_usage_calls: counter("Calls whose vendor told no usage: their tokens were counted here.", [
    "model",
    "api_provider",
  ]),
  litellm_request_total_latency_metric: histogram("Seconds from a request to the end of its answer.", [
    ...CALLER,
    "model",
  ]),
  litellm_llm_api_latency_metric: histogram(
    "Seconds from the sending to a vendor to the end of its answer, streams included.",
    [...CALLER, "model"],
  ),
  litellm_llm_api_time_to_first_token_metric: histogram("Seconds until a stream's first byte went to the client.", [
    "model",
    "requested_model",
  ]),
  litellm_overhead_latency_metric: histogram("Seconds of the gateway's own until the answer, or its first byte.", [
    "model",
    "model_group",
  ]),
  litellm_deployment_latency_per_output_token: histogram("Seconds of the vendor's per token of a whole answer.", [
    ...DEPLOYMENT,
  ]),
  litellm_deployment_total_requests: counter("Attempts at a deployment.", [...DEPLOYMENT, "requested_model"]),
  litellm_deployment_success_responses: counter("Attempts that were answered to the end.", [
    ...DEPLOYMENT,
    "requested_model",
  ]),
  litellm_deployment_failure_responses: counter("Attempts that failed, streams that broke off included.", [
    ...DEPLOYMENT,
    "requested_model",
    "exception_class",
  ]),
  litellm_deployment_successful_fallbacks: counter("Calls that another group answered after theirs had failed.", [
    "requested_model",
    "model_group",
  ]),
  litellm_deployment_failed_fallbacks: counter("Calls that failed although other groups were asked.", [
    "requested_model",
    "model_group",
  ]),
} as const satisfies Readonly<Record<string, MetricDescription>>;

/** Read when somebody asks. */
export const READ_METRICS = {
  litellm_remaining_requests_metric: gauge(
    "Requests left, as the vendor last said.",
    ["model_group", ...DEPLOYMENT],
    "max",
  ),
  litellm_remaining_tokens_metric: gauge(
    "Tokens left, as the vendor last said.",
    ["model_group", ...DEPLOYMENT],
    "max",
  ),
  litellm_deployment_state: gauge(
    "0: healthy, 1: some calls fail, 2: out, as it cools down or has failed five times or more since its last answer.",
    DEPLOYMENT,
    "max",
  ),
  litellm_deployment_cooled_down: read("Cooldowns of a deployment.", DEPLOYMENT),
  litellm_deployment_rpm_limit: gauge("Requests per minute that the configuration allows.", DEPLOYMENT, "max"),
  litellm_deployment_tpm_limit: gauge("Tokens per minute that the configuration allows.", DEPLOYMENT, "max"),
  litellm_in_flight_requests: gauge("Attempts under way.", DEPLOYMENT, "sum"),
  litellm_callback_logging_failures_metric: read("Calls that a callback could not deliver.", ["callback_name"]),
  litellm_redis_fails: read("Exchanges of routing state with Redis that failed.", []),
  portolan_redis_exchanges: read("Exchanges of routing state with Redis that succeeded.", []),
  portolan_redis_lost: gauge("1 while routing state is not shared because Redis does not answer.", [], "max"),
  portolan_callback_queued: gauge("Calls that wait to be delivered.", ["callback_name"], "sum"),
  portolan_callback_sent: read("Calls that were delivered.", ["callback_name"]),
  portolan_callback_failed_sends: read("Deliveries that failed, those that were tried again included.", [
    "callback_name",
  ]),
  portolan_records_queued: gauge("Ended calls that no observer has seen yet.", [], "sum"),
  portolan_records_dropped: read("Ended calls that no observer saw, as too many waited.", []),
  portolan_records_stripped: read("Ended calls whose conversation was left out, as too much waited.", []),
  portolan_connections_open: gauge("Connections to vendors.", [], "sum"),
  portolan_connections_idle: gauge("Connections to a vendor that wait for their next call.", ["origin"], "sum"),
  portolan_series_overflows: read("Calls counted under the label value `other`, as there are too many series.", []),
  portolan_event_loop_lag_seconds: {
    type: "summary",
    help: "How late timers are: of the last minute, by quantile.",
    labels: ["quantile"],
    merge: "each",
  },
  process_cpu_seconds: read("User and system time.", []),
  process_resident_memory_bytes: gauge("Resident memory.", [], "each"),
  process_start_time_seconds: gauge("When the process started, in seconds since 1970.", [], "each"),
  portolan_build_info: gauge("1, with the version.", ["version"], "max"),
} as const satisfies Readonly<Record<string, MetricDescription>>;

/** A metric that is counted by call. */
export type CallMetric = keyof typeof CALL_METRICS;

/** A metric that is read when somebody asks. */
export type ReadMetric = keyof typeof READ_METRICS;

/** Every metric there is. */
export const METRICS: Readonly<Record<string, MetricDescription>> = { ...CALL_METRICS, ...READ_METRICS };
