import { type FieldTable, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";
import type { StrategyName } from "./gateway-config.ts";

const ROUTING_STRATEGIES = [
  "simple-shuffle",
  "least-busy",
  "latency-based-routing",
  "usage-based-routing",
  "usage-based-routing-v2",
  "cost-based-routing",
] as const satisfies readonly StrategyName[];

/** `router_settings` that a caller's `user_config` may hold too (contract 2.8). */
export const ROUTING_FIELDS = {
  model_group_alias: {
    type: "alias-map",
    default: {},
    description: "Other names of model groups; `{model, hidden: true}` keeps one out of /v1/models.",
  },
  timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds for a whole reply that is not streamed; wins over litellm_settings.request_timeout.",
  },
  stream_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds for a stream's first chunk and between chunks.",
  },
  routing_strategy: {
    type: "choice",
    choices: ROUTING_STRATEGIES,
    default: "simple-shuffle",
    description: "How a deployment of a group is chosen.",
  },
  routing_strategy_args: { type: "section", description: "Arguments of the strategy." },
  num_retries: {
    type: "integer",
    minimum: 0,
    description: "Retries of a failed call; without it, litellm_settings.num_retries.",
  },
  retry_after: {
    type: "seconds",
    minimum: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 0,
    description: "Shortest wait in seconds before a retry at the only healthy deployment.",
  },
  retry_policy: {
    type: "section",
    description: "Retries by class of failure; wins over num_retries and litellm_settings.retry_policy.",
  },
  model_group_retry_policy: {
    type: "section",
    description: "Retry policies by model group; win over retry_policy.",
  },
  allowed_fails: {
    type: "integer",
    minimum: 0,
    description:
      "Failures within cooldown_time that a deployment may have; without it, litellm_settings.allowed_fails, else failure rates decide.",
  },
  allowed_fails_policy: { type: "section", description: "allowed_fails by class of failure." },
  cooldown_time: {
    type: "seconds",
    minimum: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description:
      "Seconds that a failing deployment rests; 0 switches cooldowns off. Without it, litellm_settings.cooldown_time.",
  },
  disable_cooldowns: { type: "boolean", default: false, description: "Failing deployments never rest." },
  fallbacks: {
    type: "fallback-map",
    description:
      "Models that a call goes to when its group fails: `[{a: [b, {model: c, temperature: 0}]}]`; `*` for any group.",
  },
  default_fallbacks: { type: "fallback-list", description: "Fallbacks of groups that have none of their own." },
  context_window_fallbacks: {
    type: "fallback-map",
    description: "Fallbacks of calls whose prompt is too long; when set, fallbacks are not used for them.",
  },
  content_policy_fallbacks: {
    type: "fallback-map",
    description: "Fallbacks of calls that a content policy refused; when set, fallbacks are not used for them.",
  },
  max_fallbacks: {
    type: "integer",
    minimum: 0,
    default: 5,
    environment: ["ROUTER_MAX_FALLBACKS"],
    description: "Most fallbacks that one call goes through.",
  },
  enable_pre_call_checks: {
    type: "boolean",
    default: false,
    description: "Leave out deployments whose context window or limits a call does not fit.",
  },
  enable_tag_filtering: {
    type: "boolean",
    default: false,
    description: "A call's tags decide which deployments may answer it.",
  },
  tag_filtering_match_any: {
    type: "boolean",
    default: true,
    description: "One tag in common is enough; `false`: a deployment must have all tags of the call.",
  },
  default_max_parallel_requests: {
    type: "integer",
    minimum: 1,
    description: "Calls at a time for deployments that say nothing of it.",
  },
  default_priority: {
    type: "integer",
    description: "Priority of calls that name none, where calls wait for a deployment's place; the lower goes first.",
  },
  default_litellm_params: {
    type: "section",
    description: "`litellm_params` of every entry that does not set them itself.",
  },
  optional_pre_call_checks: {
    type: "text-list",
    default: [],
    description: "`enforce_model_rate_limits`: `rpm` and `tpm` of deployments are limits, not only weights.",
  },
  hedge: {
    type: "section",
    description: "By model group: ask a second deployment when the first is late, and take whichever answers first.",
  },
} as const satisfies FieldTable;

/** `router_settings` that say where processes share state. */
export const REDIS_FIELDS = {
  redis_url: {
    type: "redis-url",
    isSecret: true,
    environment: ["REDIS_URL"],
    description: "Redis that processes share cooldowns and counters through: `redis://[user:password@]host:port[/db]`.",
  },
  redis_host: {
    type: "host",
    environment: ["REDIS_HOST"],
    description: "Host of that Redis, instead of redis_url.",
  },
  redis_port: {
    type: "integer",
    minimum: 1,
    maximum: 65_535,
    default: 6379,
    environment: ["REDIS_PORT"],
    description: "Port at redis_host.",
  },
  redis_password: {
    type: "text",
    isSecret: true,
    environment: ["REDIS_PASSWORD"],
    description: "Password at redis_host.",
  },
} as const satisfies FieldTable;

/** `router_settings` (contract 2.8). */
export const ROUTER_SETTINGS_FIELDS = {
  ...ROUTING_FIELDS,
  ignore_invalid_deployments: {
    type: "boolean",
    default: false,
    description: "Entries of an unknown provider, or without a key or address, are warned of and left out.",
  },
  ...REDIS_FIELDS,
} as const satisfies FieldTable;

/** `routing_strategy_args` (contract 4.3). */
export const STRATEGY_ARGS_FIELDS = {
  ttl: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    default: 3600,
    description: "Seconds that a latency sample counts.",
  },
  lowest_latency_buffer: {
    type: "number",
    minimum: 0,
    default: 0,
    description: "Deployments within this fraction of the best latency are equals.",
  },
  max_latency_list_size: {
    type: "integer",
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: "Latency samples kept for each deployment.",
  },
} as const satisfies FieldTable;

/** `hedge.<model group>`. */
export const HEDGE_FIELDS = {
  after_ms: {
    type: "integer",
    minimum: 1,
    maximum: MAX_TIMEOUT_SECONDS * 1000,
    description:
      "Milliseconds without an answer (of a stream: its first event) after which a second deployment is asked.",
  },
  after_percentile: {
    type: "integer",
    minimum: 1,
    maximum: 99,
    description: "Instead of after_ms: this percentile of the group's latest 200 waits, once there are 20.",
  },
  never_with: {
    type: "text-list",
    default: [],
    description: "Calls whose body has one of these fields (`tools`) are never asked twice.",
  },
  max_extra: {
    type: "integer",
    minimum: 1,
    maximum: 1,
    default: 1,
    description: "Further deployments asked.",
  },
} as const satisfies FieldTable;
