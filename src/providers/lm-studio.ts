import { defineProvider, optionalBearer } from "./provider.ts";

/** LM Studio's local server. Its reference knows `max_tokens` only. */
export const lmStudio = defineProvider({
  name: "lm_studio",
  source: "https://lmstudio.ai/docs/developer/openai-compat (read 2026-11-23)",
  baseUrl: "http://localhost:1234/v1",
  baseUrlEnv: ["LM_STUDIO_API_BASE"],
  authorization: optionalBearer("LM_STUDIO_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
