/**
 * Why a body's bytes may change on their way to a vendor of the same dialect. This list is closed: a reason that is not
 * here is not a reason.
 * - `model`: the vendor's name for the model.
 * - `internal`: parameters meant for the gateway, which never leave it (contract 2.6).
 * - `provider`: what a provider declares (refused, renamed or needed fields).
 * - `deployment`: defaults and drops of the deployment, values forced by the command line.
 * - `null`: a standard parameter that is `null` means the same as one that is absent, and some vendors refuse it.
 * - `stream-usage`: usage is asked for when metering needs it.
 * - `embedding-input`: token ids become text for vendors that take text only.
 *
 * @public
 */
export type EditReason = "model" | "internal" | "provider" | "deployment" | "null" | "stream-usage" | "embedding-input";

/** Parameters that speak to the gateway. They never reach a vendor, whatever the dialect (contract 2.6). */
const INTERNAL_PARAMS: ReadonlySet<string> = new Set([
  "metadata",
  "litellm_metadata",
  "litellm_trace_id",
  "litellm_session_id",
  "litellm_call_id",
  "litellm_logging_obj",
  "litellm_params",
  "litellm_embedding_config",
  "tags",
  "enable_tag_filtering",
  "guardrails",
  "guardrail_config",
  "policies",
  "caching",
  "cache",
  "ttl",
  "cache_key",
  "preset_cache_key",
  "no-log",
  "fallbacks",
  "disable_fallbacks",
  "include_fallback_errors",
  "context_window_fallbacks",
  "context_window_fallback_dict",
  "content_policy_fallbacks",
  "num_retries",
  "max_retries",
  "retry_policy",
  "retry_strategy",
  "timeout",
  "request_timeout",
  "stream_timeout",
  "force_timeout",
  "cooldown_time",
  "weight",
  "order",
  "rpm",
  "tpm",
  "priority",
  "max_parallel_requests",
  "max_budget",
  "budget_duration",
  "model_info",
  "model_list",
  "base_model",
  "hf_model_name",
  "proxy_server_request",
  "secret_fields",
  "user_config",
  "api_key",
  "api_base",
  "base_url",
  "api_version",
  "organization",
  "azure_ad_token",
  "custom_llm_provider",
  "provider_specific_header",
  "litellm_credential_name",
  "region_name",
  "allowed_model_region",
  "fastest_response",
  "fallback_depth",
  "max_fallbacks",
  "merge_reasoning_content_in_choices",
  "use_in_pass_through",
  "use_litellm_proxy",
  "drop_params",
  "additional_drop_params",
  "allowed_openai_params",
  "configurable_clientside_auth_params",
  "supports_system_message",
  "ensure_alternating_roles",
  "roles",
  "bos_token",
  "eos_token",
  "initial_prompt_value",
  "final_prompt_value",
  "prompt_id",
  "prompt_variables",
  "prompt_label",
  "prompt_version",
  "shared_session",
  "search_tool_name",
  "extra_headers",
  "headers",
]);

/** Families of parameters that speak to the gateway: test switches, callback credentials. */
const INTERNAL_PREFIXES: readonly string[] = [
  "mock_",
  "langfuse_",
  "langsmith_",
  "posthog_",
  "phoenix_",
  "wandb_",
  "weave_",
  "aws_",
  "vertex_",
];

/** Pricing fields of a request (`input_cost_per_token`, `output_cost_per_second`, ...). */
const PRICING = /_cost_per_|_token_cost/;

/** Whether a top-level parameter is meant for the gateway and must not reach a vendor. */
export function isInternalParam(name: string): boolean {
  return INTERNAL_PARAMS.has(name) || INTERNAL_PREFIXES.some((prefix) => name.startsWith(prefix)) || PRICING.test(name);
}
