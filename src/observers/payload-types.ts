/** A JSON object whose keys depend on the call. */
type JsonRecord = Readonly<Record<string, unknown>>;

/**
 * A call, as callbacks get it: LiteLLM's StandardLoggingPayload, and what it has no place for under `portolan`. Times in
 * epoch seconds, money in US dollars, `null` for what is not known. Field by field: docs/reference/call-record.md.
 */
export interface StandardLoggingPayload {
  readonly id: string;
  readonly trace_id: string;
  readonly call_type: string;
  readonly stream: boolean;
  readonly response_cost: number | null;
  readonly cost_breakdown: JsonRecord | null;
  readonly response_cost_failure_debug_info: JsonRecord | null;
  readonly status: "success" | "failure";
  readonly status_fields: JsonRecord;
  readonly custom_llm_provider: string | null;
  readonly total_tokens: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly completionStartTime: number;
  readonly response_time: number;
  readonly model_map_information: JsonRecord;
  readonly model: string | null;
  readonly model_id: string | null;
  readonly model_group: string | null;
  readonly api_base: string | null;
  readonly metadata: PayloadMetadata;
  readonly cache_hit: boolean | null;
  readonly cache_key: string | null;
  readonly saved_cache_cost: number;
  readonly request_tags: readonly string[];
  readonly end_user: string | null;
  readonly requester_ip_address: string | null;
  readonly user_agent: string | null;
  /** What was asked: messages, or the prompt or input of other operations. */
  readonly messages: unknown;
  /** The answer in OpenAI's shape, of streams put together. */
  readonly response: unknown;
  readonly error_str: string | null;
  readonly error_information: PayloadError | null;
  readonly model_parameters: JsonRecord;
  readonly hidden_params: JsonRecord;
  readonly guardrail_information: JsonRecord | null;
  readonly standard_built_in_tools_params: JsonRecord | null;
  readonly portolan: PayloadExtras;
}

/** Who called. Fields of keys and teams are `null` until there are such. */
export interface PayloadMetadata extends JsonRecord {
  readonly user_api_key_hash: string | null;
  readonly user_api_key_end_user_id: string | null;
  readonly user_api_key_request_route: string;
  readonly spend_logs_metadata: JsonRecord | null;
  /** The caller's own `metadata`. */
  readonly requester_metadata: JsonRecord;
  readonly usage_object: JsonRecord | null;
}

/** Why a call failed. */
export interface PayloadError {
  readonly error_code: string;
  readonly error_class: string;
  readonly llm_provider: string | null;
  readonly traceback: null;
  readonly error_message: string | null;
}

/** What LiteLLM has no place for. */
export interface PayloadExtras extends JsonRecord {
  readonly record_id: string;
  readonly call_id: string;
  readonly session_id: string | null;
  readonly requested_model: string | null;
  readonly status: number;
  readonly error: string | null;
  readonly upstream_ms: number;
  readonly overhead_ms: number;
  readonly first_byte_ms: number | null;
  readonly retries: number;
  readonly fallbacks: number;
  readonly client_retries: number;
  readonly attempts: readonly JsonRecord[];
  readonly dropped: readonly string[];
  readonly request_bytes: number;
  readonly response_bytes: number;
  readonly finish_reasons: readonly string[];
  readonly is_response_cut: boolean;
  /** The vendor told no usage: tokens and cost were counted here. */
  readonly usage_estimated: boolean;
  readonly price_source: string | null;
}
