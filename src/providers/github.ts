import { bearer, defineProvider } from "./provider.ts";

/**
 * GitHub Models. The older host that LiteLLM names, `models.inference.ai.azure.com`, was switched off on 2025-10-17
 * (https://github.blog/changelog/2025-07-17-deprecation-of-azure-endpoint-for-github-models, read 2026-11-23).
 */
export const github = defineProvider({
  name: "github",
  source: "https://github.blog/changelog/2025-05-15-github-models-api-now-available (read 2026-11-23)",
  baseUrl: "https://models.github.ai/inference",
  baseUrlEnv: ["GITHUB_API_BASE"],
  authorization: bearer("GITHUB_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
  },
});
