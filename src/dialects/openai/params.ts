import type { Operation } from "../../core/operation.ts";

/**
 * The parameters of OpenAI's own API by operation. A vendor may refuse some of them; parameters beyond these are the
 * vendor's own and pass as they are. Source: https://platform.openai.com/docs/api-reference/chat/create,
 * /completions/create, /embeddings/create, /moderations/create (read 2026-11-23).
 */
export const OPENAI_PARAMS: Readonly<Record<Operation, readonly string[]>> = {
  chat: [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "modalities",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
  ],
  completion: [
    "best_of",
    "echo",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_tokens",
    "n",
    "presence_penalty",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "suffix",
    "temperature",
    "top_p",
    "user",
  ],
  embedding: ["dimensions", "encoding_format", "user"],
  moderation: [],
  rerank: ["max_chunks_per_doc", "max_tokens_per_doc", "rank_fields", "return_documents", "top_n"],
};

/** A field that a body must have, and the kinds of JSON value it may be. */
interface RequiredField {
  readonly name: string;
  readonly kinds: readonly string[];
}

/** The fields an operation cannot do without (contract 2.3 N). */
export const REQUIRED_FIELDS: Readonly<Record<Operation, readonly RequiredField[]>> = {
  chat: [{ name: "messages", kinds: ["array"] }],
  completion: [{ name: "prompt", kinds: ["string", "array"] }],
  embedding: [{ name: "input", kinds: ["string", "array"] }],
  moderation: [{ name: "input", kinds: ["string", "array"] }],
  rerank: [
    { name: "query", kinds: ["string"] },
    { name: "documents", kinds: ["array"] },
  ],
};
