/**
 * Request parameters of OpenAI's chat, completion, embedding and moderation calls, and the ones that other vendors and
 * servers are often given. A `litellm_params` key of this list is never taken for a misspelling. It permits and refuses
 * nothing: parameters that are not listed are sent all the same.
 * Source: https://platform.openai.com/docs/api-reference (read 2026-11-23).
 */
export const REQUEST_PARAM_NAMES: ReadonlySet<string> = new Set(
  `
  messages prompt input audio best_of dimensions echo encoding_format frequency_penalty function_call functions
  logit_bias logprobs max_completion_tokens max_tokens min_tokens modalities n parallel_tool_calls prediction
  presence_penalty prompt_cache_key prompt_cache_retention reasoning_effort response_format safety_identifier seed
  service_tier stop store stream stream_options suffix temperature tool_choice tools top_logprobs top_p user verbosity
  web_search_options enable_thinking chat_template_kwargs guided_json guided_regex guided_choice include_reasoning
  input_type keep_alive min_p num_ctx num_predict plugins provider reasoning repetition_penalty safe_prompt
  safety_settings search_parameters stop_token_ids thinking thinking_config top_a top_k transforms truncate typical_p
  options format route random_seed prompt_truncate_len mirostat tfs_z logprob
  `
    .trim()
    .split(/\s+/),
);
