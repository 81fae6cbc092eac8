import type { BodyEdits } from "./provider.ts";

/**
 * What Mistral's chat endpoints need of an OpenAI body. They answer 422 `extra_forbidden` to a field they do not know
 * (https://github.com/mistralai/platform-docs-public/issues/7, read 2026-11-23), so each OpenAI parameter that the
 * vendor's own client lacks (https://www.npmjs.com/package/@mistralai/mistralai/v/2.7.0) is named here.
 */
export const MISTRAL_CHAT_EDITS: BodyEdits = {
  rename: { max_completion_tokens: "max_tokens", seed: "random_seed" },
  drop: ["user", "stream_options"],
  unsupported: [
    "audio",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "modalities",
    "safety_identifier",
    "store",
    "top_logprobs",
    "verbosity",
    "web_search_options",
  ],
};
