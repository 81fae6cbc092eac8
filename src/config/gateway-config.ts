/** The checked configuration: what `config.yaml`, command line and environment come to. Frozen; replaced whole on reload. */
export interface GatewayConfig {
  readonly models: readonly ModelEntry[];
  readonly litellm: LitellmSettings;
  readonly general: GeneralSettings;
  readonly router: RouterSettings;
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
  readonly dropParams: boolean | undefined;
  readonly additionalDropParams: readonly string[];
  readonly allowedOpenaiParams: readonly string[];
  readonly extraHeaders: Readonly<Record<string, string>>;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly mockResponse: unknown;
  readonly regionName: string | undefined;
  /** Azure Entra identity (contract 5.2, "Azure"). */
  readonly azure: AzureIdentityParams;
  /** OpenAI parameters that the deployment sets when the caller does not (`temperature: 0`, `max_tokens: 100`, ...). */
  readonly defaults: Readonly<Record<string, unknown>>;
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
  readonly requestTimeoutMs: number;
  readonly modelAliasMap: Readonly<Record<string, string>>;
  readonly jsonLogs: boolean;
}

/** An alias of a model group; hidden ones are not listed by `/v1/models`. */
export interface ModelGroupAlias {
  readonly model: string;
  readonly hidden: boolean;
}

/** `router_settings` that exist so far; the router's own issue adds the rest. */
export interface RouterSettings {
  readonly modelGroupAlias: Readonly<Record<string, ModelGroupAlias>>;
  readonly timeoutMs: number | undefined;
  readonly streamTimeoutMs: number | undefined;
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
}

/** Command-line values that overwrite what callers send. */
export interface ForcedParams {
  readonly model: string | undefined;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  readonly requestTimeoutMs: number | undefined;
}
