import type { FieldFate } from "../../core/translation.ts";

/** What becomes of OpenAI's parameters; Cohere has no `n`, no `logit_bias` and no `top_logprobs`. */
export const CHAT_FIELDS: Readonly<Record<string, FieldFate>> = {
  frequency_penalty: "forwarded",
  function_call: "mapped",
  functions: "mapped",
  logprobs: "forwarded",
  max_completion_tokens: "mapped",
  max_tokens: "mapped",
  presence_penalty: "forwarded",
  reasoning_effort: "mapped",
  response_format: "mapped",
  seed: "forwarded",
  stop: "mapped",
  stream: "mapped",
  stream_options: "emulated",
  temperature: "forwarded",
  tool_choice: "mapped",
  tools: "mapped",
  top_p: "mapped",
};
