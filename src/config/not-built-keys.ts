import { isPriceKey } from "../catalog/price-entry.ts";

/** Keys that LiteLLM has and this version ignores, by section: warned of, so that nobody relies on them unknowingly. */
export interface NotBuiltKeys {
  readonly names: ReadonlySet<string>;
  /** Families of keys too many to name. */
  readonly pattern?: RegExp;
}

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Prices of contract 9.1, which may stand in `litellm_params` and `model_info`. */
const PRICING = /^(?:input|output|cache|citation|ocr|code_interpreter|file_search|vector_store|search_context)_.*cost/;

/** Top-level sections (contract 5.1). */
export const NOT_BUILT_SECTIONS: NotBuiltKeys = {
  names: words(`
    guardrails prompts policies search_tools assistant_settings finetune_settings files_settings
    vector_store_registry default_vertex_config mcp_servers mcp_aliases agent_list router_general_settings
  `),
};

/** `litellm_params` (contract 5.2) and the parameters that LiteLLM never sends upstream (contract 2.6). */
export const NOT_BUILT_LITELLM_PARAMS: NotBuiltKeys = {
  names: words(`
    max_budget budget_duration use_in_pass_through use_litellm_proxy merge_reasoning_content_in_choices
    max_file_size_mb cache_control_injection_points prompt_id prompt_variables prompt_label prompt_version guardrails
    hf_model_name silent_model auto_router_config auto_router_config_path auto_router_default_model
    auto_router_embedding_model complexity_router_config default_api_key_tpm_limit default_api_key_rpm_limit
    metadata litellm_metadata litellm_trace_id litellm_session_id litellm_call_id
    caching cache ttl cache_key no-log mock_tool_calls mock_timeout mock_delay fallbacks context_window_fallbacks
    content_policy_fallbacks context_window_fallback_dict retry_policy retry_strategy force_timeout model_info
    model_list base_model allowed_model_region fastest_response fallback_depth max_fallbacks disable_fallbacks
    supports_system_message ensure_alternating_roles roles bos_token eos_token shared_session search_tool_name
    provider_specific_header model_file_id_mapping litellm_logging_obj priority policies
    aws_sagemaker_allow_zero_temp aws_batch_role_arn s3_bucket_name s3_region_name gcs_bucket_name
  `),
  pattern: PRICING,
};

/** `model_info` (contract 5.3); kept and shown by `/model/info`, without effect. */
export const NOT_BUILT_MODEL_INFO: NotBuiltKeys = {
  names: words(`
    tier team_id team_public_model_name access_groups supported_environments disable_background_health_check
    health_check_voice
  `),
  pattern: PRICING,
};

/** `litellm_settings` (contract 5.4). */
export const NOT_BUILT_LITELLM_SETTINGS: NotBuiltKeys = {
  names: words(`
    service_callbacks force_ipv4 modify_params set_verbose cache cache_params enable_redis_auth_cache max_budget
    budget_duration max_user_budget max_internal_user_budget internal_user_budget_duration max_end_user_budget
    max_end_user_budget_id default_internal_user_params default_team_params default_team_settings
    upperbound_key_generate_params default_key_generate_params key_generation_settings custom_provider_map
    disable_end_user_cost_tracking
    disable_end_user_cost_tracking_prometheus_only public_model_groups public_model_groups_links
    enable_json_schema_validation enable_key_alias_format_validation disable_hf_tokenizer_download
    route_all_chat_openai_to_responses use_chat_completions_url_for_anthropic_messages
    responses
    enable_preview_features telemetry add_function_to_prompt
  `),
};

/** `general_settings` (contract 5.5). */
export const NOT_BUILT_GENERAL_SETTINGS: NotBuiltKeys = {
  names: words(`
    infer_model_from_keys
    database_url database_type database_connection_pool_limit database_connection_timeout
    database_connection_pool_timeout allow_requests_on_db_unavailable image_generation_model embedding_model
    custom_auth max_parallel_requests global_max_parallel_requests background_health_checks health_check_interval
    health_check_concurrency use_shared_health_check spend_report_frequency alert_type_config store_model_in_db store_prompts_in_spend_logs disable_spend_logs
    disable_spend_updates disable_error_logs maximum_spend_logs_retention_period
    maximum_spend_logs_retention_interval maximum_spend_logs_cleanup_cron proxy_batch_write_at
    proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time use_redis_transaction_buffer
    user_api_key_cache_ttl forward_llm_provider_auth_headers
    allowed_routes admin_only_routes allowed_ips use_x_forwarded_for
    pass_through_endpoints use_client_credentials_pass_through_routes
    enable_jwt_auth litellm_jwtauth enable_oauth2_auth enable_oauth2_proxy_auth oauth2_config_mappings enforce_rbac
    role_permissions max_response_size_mb disable_master_key_return ui_access_mode
    disable_adding_master_key_hash_to_db token_rate_limit_type disable_reset_budget
    disable_retry_on_max_parallel_request_limit_error key_management_system key_management_settings
    use_azure_key_vault use_google_kms disable_responses_id_security enable_health_check_routing
    health_check_staleness_threshold health_check_ignore_transient_errors cancel_on_disconnect
    fail_closed_budget_enforcement expose_fallback_errors_to_caller
  `),
};

/** `router_settings` (contract 2.8). */
export const NOT_BUILT_ROUTER_SETTINGS: NotBuiltKeys = {
  names: words(`
    model_list assistants_config search_tools guardrail_list redis_db cache_responses cache_kwargs caching_groups
    client_ttl polling_interval set_verbose debug_level provider_budget_config alerting_config
    router_general_settings deployment_affinity_ttl_seconds
  `),
};

/** Values of `optional_pre_call_checks` (contract 2.8). */
export const NOT_BUILT_PRE_CALL_CHECKS: ReadonlySet<string> = words(`
  prompt_caching router_budget_limiting responses_api_deployment_check deployment_affinity session_affinity
  forward_client_headers_by_model_group encrypted_content_affinity
`);

/** Settings of clouds, misspelt ones too: a vendor must not get them as request parameters. */
export const CLOUD_SETTING = /^(?:aws|vertex)_/;

/** Whether a key is LiteLLM's and not built yet. */
export const isNotBuilt = (key: string, keys: NotBuiltKeys): boolean =>
  keys.names.has(key) || (keys.pattern?.test(key) === true && !isPriceKey(key));
