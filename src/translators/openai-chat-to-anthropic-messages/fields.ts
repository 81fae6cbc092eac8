import type { FieldFate } from "../../core/translation.ts";

/**
 * What becomes of OpenAI's parameters. Those not named have no place at Anthropic: it gives one answer (`n`) without
 * probabilities, and has no seeds and no penalties.
 * Source: https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28).
 */
export const FIELDS: Readonly<Record<string, FieldFate>> = {
  function_call: "mapped",
  functions: "mapped",
  max_completion_tokens: "mapped",
  max_tokens: "forwarded",
  modalities: "emulated",
  parallel_tool_calls: "mapped",
  reasoning_effort: "mapped",
  response_format: "mapped",
  safety_identifier: "mapped",
  service_tier: "mapped",
  stop: "mapped",
  stream: "forwarded",
  stream_options: "emulated",
  temperature: "forwarded",
  tool_choice: "mapped",
  tools: "mapped",
  top_p: "forwarded",
  user: "mapped",
  web_search_options: "mapped",
};
