import { type FieldTable, MAX_TIMEOUT_SECONDS } from "./declared-field.ts";
import { PRICE_FIELDS } from "./price-fields.ts";
import { VENDOR_FIELDS } from "./vendor-fields.ts";

/** Keys of one `model_list` entry (contract 5.1). */
export const MODEL_ENTRY_FIELDS = {
  model_name: {
    type: "text",
    required: true,
    isNonEmpty: true,
    description: "Name that callers ask for; entries that share it form a model group, `*` stands for anything.",
  },
  litellm_params: { type: "section", required: true, description: "Where calls go and with what." },
  model_info: { type: "section", description: "What is known of the model; shown by /model/info." },
  rpm: { type: "integer", minimum: 0, description: "Requests per minute; wins over litellm_params.rpm." },
  tpm: { type: "integer", minimum: 0, description: "Tokens per minute; wins over litellm_params.tpm." },
  weight: { type: "number", minimum: 0, description: "Share of the group's calls; wins over litellm_params.weight." },
} as const satisfies FieldTable;

/** `litellm_params` (contract 5.2). Every other key that LiteLLM does not reserve is a default for the request body. */
export const LITELLM_PARAMS_FIELDS = {
  model: {
    type: "text",
    required: true,
    isNonEmpty: true,
    description: "Provider and model, `openai/gpt-4o`; `*` takes what the name's `*` matched.",
  },
  api_key: {
    type: "text",
    isSecret: true,
    description: "The vendor's key; without it, the provider's environment variable.",
  },
  api_base: { type: "url", description: "The vendor's base URL; without it, the provider's own." },
  base_url: { type: "url", description: "Another name of api_base." },
  api_version: { type: "text", description: "Azure: value of `api-version`." },
  organization: { type: "text", description: "OpenAI organization, sent as `OpenAI-Organization`." },
  custom_llm_provider: { type: "text", description: "Provider, when `model` has no prefix." },
  litellm_credential_name: {
    type: "text",
    description: "Entry of credential_list whose values fill what is not set here.",
  },
  timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds for a whole reply that is not streamed.",
  },
  request_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Another name of timeout.",
  },
  stream_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds for a stream's first chunk and between chunks.",
  },
  weight: { type: "number", minimum: 0, description: "Share of the group's calls." },
  rpm: { type: "integer", minimum: 0, description: "Requests per minute that the deployment takes." },
  tpm: { type: "integer", minimum: 0, description: "Tokens per minute that the deployment takes." },
  order: { type: "integer", description: "Deployments of the group with the lowest order are tried first." },
  max_parallel_requests: {
    type: "integer",
    minimum: 1,
    description: "Calls at a time; further ones wait. Derived from `rpm` or `tpm` when absent.",
  },
  tags: {
    type: "text-list",
    default: [],
    description: "Tags of the deployment, for router_settings.enable_tag_filtering.",
  },
  tag_regex: {
    type: "pattern-list",
    description:
      "With enable_tag_filtering: also calls whose `User-Agent: ...` one of these regular expressions finds; exact tags win.",
  },
  cooldown_time: {
    type: "seconds",
    minimum: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds that the deployment rests after failing; wins over the vendor's `Retry-After`.",
  },
  num_retries: { type: "integer", minimum: 0, description: "Retries of calls that fail at this deployment." },
  max_retries: { type: "integer", minimum: 0, description: "Another name of num_retries." },
  ...PRICE_FIELDS,
  configurable_clientside_auth_params: {
    type: "clientside-params",
    description:
      'What callers may set themselves: `["api_base"]`, or `[{api_base: "<regular expression>"}]` that must match the whole value.',
  },
  drop_params: {
    type: "boolean",
    description: "Drop parameters that the vendor refuses instead of answering 400.",
  },
  additional_drop_params: {
    type: "text-list",
    default: [],
    description: "Parameters never sent, `a.b` for nested ones.",
  },
  allowed_openai_params: {
    type: "text-list",
    default: [],
    description: "Parameters sent though the vendor is not known to take them.",
  },
  extra_headers: { type: "header-map", default: {}, description: "Headers added to every call." },
  headers: { type: "header-map", default: {}, description: "Another name of extra_headers, which wins." },
  extra_body: { type: "mapping", default: {}, description: "Fields added to every request body." },
  mock_response: { type: "anything", description: "Canned reply; no vendor is called." },
  region_name: { type: "text", description: "Region of the deployment." },
  langfuse_public_key: { type: "text", description: "Public key of the Langfuse project that the calls go to." },
  langfuse_secret_key: { type: "text", isSecret: true, description: "Its secret key." },
  langfuse_secret: { type: "text", isSecret: true, description: "Another name of langfuse_secret_key." },
  langfuse_host: {
    type: "url",
    takesBareHost: true,
    description: "Where that Langfuse is; without it, that of the callback.",
  },
  azure_ad_token: { type: "text", isSecret: true, description: "Azure: Microsoft Entra bearer." },
  tenant_id: { type: "text", description: "Azure: Entra tenant." },
  client_id: { type: "text", description: "Azure: Entra application." },
  client_secret: { type: "text", isSecret: true, description: "Azure: Entra application secret." },
  azure_username: { type: "text", description: "Azure: Entra user name." },
  azure_password: { type: "text", isSecret: true, description: "Azure: Entra password." },
  azure_scope: { type: "text", description: "Azure: Entra scope." },
  ...VENDOR_FIELDS,
} as const satisfies FieldTable;

/** `model_info` (contract 5.3). Any other key is kept and shown by `/model/info`. */
export const MODEL_INFO_FIELDS = {
  id: { type: "text", isNonEmpty: true, description: "Deployment id; unique. Derived from the entry when absent." },
  mode: { type: "text", description: "What the model does: chat, completion, embedding, moderation, ..." },
  base_model: { type: "text", description: "Model whose limits and prices hold, for Azure deployments." },
  rpm: { type: "integer", minimum: 0, description: "Requests per minute, when set nowhere else." },
  tpm: { type: "integer", minimum: 0, description: "Tokens per minute, when set nowhere else." },
  weight: { type: "number", minimum: 0, description: "Share of the group's calls, when set nowhere else." },
  ...PRICE_FIELDS,
  max_input_tokens: {
    type: "integer",
    minimum: 1,
    description:
      "Largest prompt in tokens, for router_settings.enable_pre_call_checks; of chats, the published one without it.",
  },
  health_check_model: { type: "text", description: "Model that /health calls, for wildcard entries." },
  health_check_timeout: {
    type: "seconds",
    above: 0,
    maximum: MAX_TIMEOUT_SECONDS,
    description: "Seconds that /health waits for this deployment.",
  },
  health_check_max_tokens: { type: "integer", minimum: 1, description: "max_tokens of /health's call." },
} as const satisfies FieldTable;

/** One `credential_list` entry. */
export const CREDENTIAL_FIELDS = {
  credential_name: { type: "text", required: true, isNonEmpty: true, description: "Name that entries refer to." },
  credential_values: {
    type: "mapping",
    required: true,
    isSecret: true,
    description: "litellm_params that the entries share: api_key, api_base, ...",
  },
  credential_info: { type: "mapping", description: "Free description." },
} as const satisfies FieldTable;

/** Values of `model_info.mode` that LiteLLM knows. */
export const MODEL_MODES: readonly string[] = [
  "chat",
  "completion",
  "embedding",
  "image_generation",
  "image_edit",
  "audio_speech",
  "audio_transcription",
  "moderation",
  "rerank",
  "responses",
  "realtime",
  "batch",
  "ocr",
  "search",
  "vector_store",
  "video_generation",
];
