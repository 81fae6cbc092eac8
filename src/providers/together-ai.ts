import { bearer, defineProvider } from "./provider.ts";

/** Together AI. Its reference knows `max_tokens` only, and embeddings of text as plain floats only. */
export const togetherAi = defineProvider({
  name: "together_ai",
  source: "https://docs.together.ai/docs/inference/openai-compatibility (read 2026-11-23)",
  baseUrl: "https://api.together.ai/v1",
  baseUrlEnv: ["TOGETHER_AI_API_BASE"],
  authorization: bearer("TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHERAI_API_KEY", "TOGETHER_AI_TOKEN"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
    rerank: {
      dialect: "jina-rerank",
      path: "/rerank",
      options: { objects: true, rankFields: true, asksForNone: true },
    },
  },
});
