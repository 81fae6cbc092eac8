import type { FailureClass } from "../core/failure-class.ts";
import type { AlertingSettings } from "./alerting.ts";
import type { BuiltCallback, ModuleCallback } from "./callbacks/callback-fields.ts";
import type { VendorField } from "./vendor-fields.ts";

/** The checked configuration: what `config.yaml`, command line and environment come to. Frozen; replaced whole on reload. */
export interface GatewayConfig {
  readonly models: readonly ModelEntry[];
  /** False where no file or flag says which models there are: then {@link models} come of the environment. */
  readonly listsModels: boolean;
  readonly litellm: LitellmSettings;
  readonly general: GeneralSettings;
  readonly router: RouterSettings;
  readonly observing: ObservingSettings;
  /** Values the command line forces on every call (contract 2.2 A). */
  readonly forced: ForcedParams;
}

/** One `model_list` entry, references to the environment already resolved. */
export interface ModelEntry {
  /** Where the entry stands, for fault texts: `model_list[3]`. */
  readonly path: string;
  readonly modelName: string;
  readonly params: DeploymentParams;
  readonly info: ModelInfo;
}

/** `litellm_params` of one deployment (contract 5.2). Times in milliseconds. */
export interface DeploymentParams {
  /** `provider/model` as written. */
  readonly model: string;
  readonly apiKey: string | undefined;
  readonly apiBase: string | undefined;
  readonly apiVersion: string | undefined;
  readonly organization: string | undefined;
  readonly customLlmProvider: string | undefined;
  readonly timeoutMs: number | undefined;
  readonly streamTimeoutMs: number | undefined;
  readonly weight: number | undefined;
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  /** The lowest `order` of a group is tried first (contract 4.2). */
  readonly order: number | undefined;
  /** Calls at a time; further ones wait. */
  readonly maxParallelRequests: number | undefined;
  readonly tags: readonly string[];
  /** `tag_regex`: regular expressions that texts such as `User-Agent: curl/8` are searched with. */
  readonly tagPatterns: readonly string[] | undefined;
  readonly cooldownMs: number | undefined;
  readonly numRetries: number | undefined;
  /** Prices per token, for `cost-based-routing`: `litellm_params`, else `model_info`. */
  readonly inputCostPerToken: number | undefined;
  readonly outputCostPerToken: number | undefined;
  /** All prices that the entry has, `litellm_params` over `model_info`, in LiteLLM's names; absent where it has none. */
  readonly prices?: Readonly<Record<string, unknown>>;
  /** Largest prompt in tokens (`model_info.max_input_tokens`), for pre-call checks. */
  readonly maxInputTokens: number | undefined;
  /** What callers may set themselves (`api_base`, `api_key`), each with the pattern that its whole value must match. */
  readonly clientsideParams: ReadonlyMap<string, RegExp | undefined>;
  readonly dropParams: boolean | undefined;
  readonly additionalDropParams: readonly string[];
  readonly allowedOpenaiParams: readonly string[];
  readonly extraHeaders: Readonly<Record<string, string>>;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly mockResponse: unknown;
  readonly regionName: string | undefined;
  /** The Langfuse project of the deployment's calls; what is absent is that of the callback. */
  readonly langfuse: LangfuseParams;
  /** Azure Entra identity (contract 5.2, "Azure"). */
  readonly azure: AzureIdentityParams;
  /** What only single vendors know (`aws_region_name`, `vertex_project`, ...), by its name in the file. */
  readonly vendor: Readonly<Partial<Record<VendorField, string>>>;
  /** OpenAI parameters that the deployment sets when the caller does not (`temperature: 0`, `max_tokens: 100`, ...). */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** A Langfuse project. */
export interface LangfuseParams {
  readonly publicKey: string | undefined;
  readonly secretKey: string | undefined;
  readonly host: string | undefined;
}

/** Credentials of Microsoft Entra for Azure deployments. */
export interface AzureIdentityParams {
  readonly adToken: string | undefined;
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly scope: string | undefined;
}

/** `model_info`: `id`, `mode`, `base_model` and whatever else the file says, echoed by `/model/info`. */
export interface ModelInfo {
  readonly id: string | undefined;
  readonly mode: string | undefined;
  readonly baseModel: string | undefined;
  /** What `/health` calls instead of a wildcard, how long it waits and how many tokens it asks for. */
  readonly healthCheckModel?: string | undefined;
  readonly healthCheckTimeoutMs?: number | undefined;
  readonly healthCheckMaxTokens?: number | undefined;
  /** The mapping as written, keys unchanged, references to the environment resolved; `id` as text. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** `litellm_settings` that exist so far (contract 5.4). */
export interface LitellmSettings {
  readonly dropParams: boolean;
  /** Whatever a translation cannot carry is refused, `drop_params` or not. */
  readonly strictTranslation: boolean;
  readonly requestTimeoutMs: number;
  /** `model_alias_map`: what callers may call a model by, and its name. */
  readonly modelAliases: ReadonlyMap<string, string>;
  readonly jsonLogs: boolean;
  /** A file of prices in LiteLLM's format. */
  readonly priceFile: string | undefined;
  /** Fractions taken off the cost, by provider. */
  readonly costDiscounts: Readonly<Record<string, number>>;
  /** By provider; `global` for those that are not named. */
  readonly costMargins: Readonly<Record<string, CostMargin>>;
}

/** What is put on a call's cost. */
export interface CostMargin {
  readonly fraction: number;
  readonly fixedUsd: number;
}

/** Who is told of calls, and what of them (contract 5.4, 8). */
export interface ObservingSettings {
  readonly callbacks: readonly BuiltCallback[];
  readonly modules: readonly ModuleCallback[];
  readonly turnOffMessageLogging: boolean;
  readonly redactUserApiKeyInfo: boolean;
  readonly globalDisableNoLogParam: boolean;
  /** How long one check before a call may take. */
  readonly preCallTimeoutMs: number;
  /** Calls pass where a check breaks. */
  readonly preCallFailOpen: boolean;
  /** `undefined`: nobody is alerted. */
  readonly alerting: AlertingSettings | undefined;
  /** What is known of calls and becomes tags of Langfuse traces, by name. */
  readonly langfuseDefaultTags: readonly string[];
  /** Headers whose values become tags, lower case. */
  readonly tagHeaders: readonly string[];
  readonly prometheus: PrometheusSettings;
}

/** What `/metrics` shows (contract 8.6). */
export interface PrometheusSettings {
  /** The end user is a label. */
  readonly hasEndUser: boolean;
  /** Paths into callers' metadata that become labels. */
  readonly metadataLabels: readonly (readonly [label: string, path: readonly string[]])[];
  /** Tags that become labels of `true` or `false`. */
  readonly tagLabels: readonly (readonly [label: string, tag: string])[];
  /** Which metrics are shown, and which of their labels; empty: all. */
  readonly metricsConfig: readonly PrometheusMetricsGroup[];
  /** `/metrics` wants the key. */
  readonly requiresKey: boolean;
}

/** One entry of `prometheus_metrics_config`. */
export interface PrometheusMetricsGroup {
  readonly metrics: readonly string[];
  /** `undefined`: all of the metric's labels. */
  readonly includeLabels: readonly string[] | undefined;
}

/** An alias of a model group; hidden ones are not listed by `/v1/models`. */
export interface ModelGroupAlias {
  readonly model: string;
  readonly hidden: boolean;
}

/** How a deployment of a group is chosen (contract 4.3). */
export type StrategyName =
  | "simple-shuffle"
  | "least-busy"
  | "latency-based-routing"
  | "usage-based-routing"
  | "usage-based-routing-v2"
  | "cost-based-routing";

/** Arguments of strategies (`routing_strategy_args`). */
export interface StrategyArgs {
  /** How long a latency sample counts, in milliseconds. */
  readonly ttlMs: number;
  /** Deployments within this fraction of the best latency are equals. */
  readonly lowestLatencyBuffer: number;
  readonly maxLatencyListSize: number;
}

/** A number per class of failure (`retry_policy`, `allowed_fails_policy`). */
export type FailureCounts = Readonly<Partial<Record<FailureClass, number>>>;

/** Where a failed call goes next. */
export interface FallbackTarget {
  readonly model: string;
  /** Request fields that this target gets instead of the caller's (`{model: b, temperature: 0}`). */
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** Fallbacks by the name of the group that failed; `*` for any. */
export type FallbackMap = ReadonlyMap<string, readonly FallbackTarget[]>;

/** A second deployment is asked when the first is late. */
export interface HedgePolicy {
  /** How long the answer, or a stream's first event, is waited for, in milliseconds. */
  readonly afterMs: number | undefined;
  /** Instead: this percentile of the group's latest waits. */
  readonly afterPercentile: number | undefined;
  /** Calls whose bodies have one of these fields (`tools`) are never asked twice. */
  readonly neverWith: readonly string[];
}

/** Where processes share what they know of deployments. */
export interface RedisSettings {
  /** `redis://[user:password@]host:port[/db]`. */
  readonly url: string;
}

/** `router_settings`, with what `litellm_settings` says of retries and fallbacks where they say nothing (contract 2.8, 4). */
export interface RouterSettings {
  readonly modelGroupAlias: Readonly<Record<string, ModelGroupAlias>>;
  readonly timeoutMs: number | undefined;
  readonly streamTimeoutMs: number | undefined;
  readonly strategy: StrategyName;
  readonly strategyArgs: StrategyArgs;
  readonly numRetries: number;
  /** Shortest wait before a retry, in milliseconds. */
  readonly retryAfterMs: number;
  readonly retryPolicy: FailureCounts;
  readonly modelGroupRetryPolicy: ReadonlyMap<string, FailureCounts>;
  /** Failures within `cooldownMs` that a deployment may have; `undefined`: the rules of contract 4.7 decide. */
  readonly allowedFails: number | undefined;
  readonly allowedFailsPolicy: FailureCounts | undefined;
  readonly cooldownMs: number;
  readonly disableCooldowns: boolean;
  /** `default_fallbacks` stand under `*`. */
  readonly fallbacks: FallbackMap;
  /** `undefined`: not configured at all, which differs from empty (contract 4.5). */
  readonly contextWindowFallbacks: FallbackMap | undefined;
  readonly contentPolicyFallbacks: FallbackMap | undefined;
  readonly maxFallbacks: number;
  readonly enablePreCallChecks: boolean;
  readonly enableTagFiltering: boolean;
  readonly tagFilteringMatchAny: boolean;
  readonly defaultMaxParallelRequests: number | undefined;
  /** Of calls that name none; lower numbers go first. */
  readonly defaultPriority: number | undefined;
  /** Entries that cannot work are left out instead of stopping the start. */
  readonly ignoreInvalidDeployments: boolean;
  /** `optional_pre_call_checks: [enforce_model_rate_limits]`: `rpm` and `tpm` are limits, not only weights. */
  readonly enforceModelRateLimits: boolean;
  readonly hedge: ReadonlyMap<string, HedgePolicy>;
  readonly redis: RedisSettings | undefined;
}

/** `general_settings` that exist so far (contract 5.5). */
export interface GeneralSettings {
  readonly masterKey: string | undefined;
  readonly completionModel: string | undefined;
  readonly moderationModel: string | undefined;
  readonly litellmKeyHeaderName: string | undefined;
  readonly publicRoutes: readonly string[];
  readonly maxRequestBytes: number;
  readonly alwaysIncludeStreamUsage: boolean;
  /** Streams are asked for usage on the gateway's own behalf; the client does not see it unless it asked. */
  readonly meterStreamUsage: boolean;
  readonly forwardClientHeaders: boolean;
  readonly forwardOpenaiOrganization: boolean;
  readonly healthCheckTimeoutMs: number;
  readonly healthCheckDetails: boolean;
  readonly allowMockParams: boolean;
  /** `undefined`: callers may name hosts of known providers only; `true`: any public host; `false`: none. */
  readonly allowClientSideCredentials: boolean | undefined;
  /** Hosts that callers may name although they are not public: names, addresses, networks. */
  readonly clientSideAllowedHosts: readonly string[];
  /** Most models in one comma list. */
  readonly maxBatchModels: number;
  /** Headers that name the end user, lower case, the first that is there counts. */
  readonly endUserHeaders: readonly string[];
  /** Fields without which a call is refused, as paths. */
  readonly enforcedParams: readonly string[];
  readonly rejectClientTags: boolean;
}

/** Command-line values that overwrite what callers send. */
export interface ForcedParams {
  readonly model: string | undefined;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly requestTimeoutMs: number | undefined;
}
