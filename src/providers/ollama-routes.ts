import type { BodyEdits, Provider } from "./provider.ts";

/** Ollama ignores fields it does not know: a lost token limit, `n` or log probability request would go unnoticed. */
const CHAT_EDITS: BodyEdits = {
  rename: { max_completion_tokens: "max_tokens" },
  unsupported: ["n", "logit_bias", "logprobs", "top_logprobs"],
};

/** What an Ollama server answers in OpenAI's formats (https://docs.ollama.com/api/openai-compatibility, read 2026-11-23). */
export const OLLAMA_ROUTES: Provider["routes"] = {
  chat: { dialect: "openai-chat", path: "/v1/chat/completions", edits: CHAT_EDITS },
  completion: {
    dialect: "openai-completion",
    path: "/v1/completions",
    edits: { unsupported: ["n", "best_of", "echo", "logit_bias", "logprobs"] },
  },
  embedding: { dialect: "openai-embedding", path: "/v1/embeddings", textInputOnly: true },
};
