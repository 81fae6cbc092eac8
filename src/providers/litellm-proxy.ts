import { defineProvider, optionalBearer } from "./provider.ts";

/** Another LiteLLM-compatible gateway: it answers the same paths with and without `/v1`, so any base works. */
export const litellmProxy = defineProvider({
  name: "litellm_proxy",
  source: "https://pypi.org/project/litellm/1.109.1/ (read 2026-11-23)",
  baseUrl: undefined,
  baseUrlEnv: ["LITELLM_PROXY_API_BASE"],
  authorization: optionalBearer("LITELLM_PROXY_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
    moderation: { dialect: "openai-moderation", path: "/moderations" },
  },
});
