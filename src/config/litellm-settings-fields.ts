import { type FieldTable, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";

/** `litellm_settings` (contract 5.4). */
export const LITELLM_SETTINGS_FIELDS = {
  drop_params: {
    type: "boolean",
    default: false,
    description: "Drop parameters that a vendor refuses instead of answering 400.",
  },
  strict_translation: {
    type: "boolean",
    default: false,
    description: "Answer 400 when a request cannot be carried to the vendor whole, whatever `drop_params` says.",
  },
  request_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 6000,
    environment: ["REQUEST_TIMEOUT"],
    description: "Seconds for a whole call; router_settings.timeout wins.",
  },
  model_alias_map: { type: "text-map", default: {}, description: "Names replaced by other names, one look-up." },
  json_logs: {
    type: "boolean",
    default: false,
    environment: ["JSON_LOGS"],
    description: "Log lines as JSON objects.",
  },
  num_retries: {
    type: "integer",
    minimum: 0,
    default: 2,
    description: "Retries of a failed call; router_settings.num_retries wins.",
  },
  allowed_fails: {
    type: "integer",
    minimum: 0,
    description: "As router_settings.allowed_fails, which wins.",
  },
  cooldown_time: {
    type: "seconds",
    minimum: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 5,
    environment: ["DEFAULT_COOLDOWN_TIME_SECONDS"],
    description: "As router_settings.cooldown_time, which wins.",
  },
  callbacks: {
    type: "text-or-list",
    default: [],
    description: "Observers of every call, failed ones too: names, or paths of modules.",
  },
  success_callback: { type: "text-or-list", default: [], description: "Observers of calls that were answered." },
  failure_callback: { type: "text-or-list", default: [], description: "Observers of calls that failed." },
  turn_off_message_logging: {
    type: "boolean",
    default: false,
    description: "No observer sees what was asked and answered. Vendors' error messages, which may quote it, stay.",
  },
  redact_user_api_key_info: {
    type: "boolean",
    default: false,
    description:
      "No observer sees which key a call came with, not even its hash, and Langfuse nothing that is named `user_api_key_`.",
  },
  langfuse_default_tags: {
    type: "text-list",
    default: [],
    description:
      "What is known of a call and becomes a tag of its Langfuse trace, as `name:value`: `cache_hit`, `user_api_key_hash`, `model_group`, `proxy_base_url`, any key of the caller's metadata, ...",
  },
  extra_spend_tag_headers: {
    type: "text-list",
    default: [],
    description: "Headers of calls that become tags, as `name: value`.",
  },
  require_auth_for_metrics_endpoint: {
    type: "boolean",
    default: false,
    description: "`/metrics` wants the key.",
  },
  enable_end_user_cost_tracking_prometheus_only: {
    type: "boolean",
    default: false,
    description: "Prometheus' metrics have the end user as a label; there may be very many.",
  },
  custom_prometheus_metadata_labels: {
    type: "text-list",
    default: [],
    description: "Fields of callers' `metadata` that become labels (`metadata.team` becomes `metadata_team`).",
  },
  custom_prometheus_tags: {
    type: "text-list",
    default: [],
    description: "Tags that become labels `tag_<name>` with the value `true` or `false`.",
  },
  prometheus_metrics_config: {
    type: "metrics-config",
    default: [],
    description:
      "Which of LiteLLM's metrics are shown, and which labels: items `{group, metrics, include_labels}`. Empty: all.",
  },
  global_disable_no_log_param: {
    type: "boolean",
    default: false,
    description: "Callers' `no-log` has no effect.",
  },
  price_file: {
    type: "text",
    isNonEmpty: true,
    environment: ["LITELLM_MODEL_COST_MAP_FILE"],
    description:
      "File of prices in the format of LiteLLM's `model_prices_and_context_window.json`; wins over the catalog.",
  },
  cost_discount_config: {
    type: "mapping",
    default: {},
    description: "Fraction taken off what calls cost, by provider: `{gemini: 0.05}`.",
  },
  cost_margin_config: {
    type: "mapping",
    default: {},
    description:
      "Put on what calls cost, by provider or `global`: a fraction, or `{percentage: 0.1, fixed_amount: 0.001}` (USD a call).",
  },
  retry_policy: { type: "section", description: "As router_settings.retry_policy, which wins." },
  fallbacks: { type: "fallback-map", description: "As router_settings.fallbacks, which wins." },
  default_fallbacks: { type: "fallback-list", description: "As router_settings.default_fallbacks, which wins." },
  context_window_fallbacks: {
    type: "fallback-map",
    description: "As router_settings.context_window_fallbacks, which wins.",
  },
  content_policy_fallbacks: {
    type: "fallback-map",
    description: "As router_settings.content_policy_fallbacks, which wins.",
  },
} as const satisfies FieldTable;
