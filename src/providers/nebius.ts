import { bearer, defineProvider } from "./provider.ts";

/** Nebius Token Factory (the former AI Studio, whose old host LiteLLM still names). */
export const nebius = defineProvider({
  name: "nebius",
  source: "https://docs.tokenfactory.nebius.com/api-reference/introduction (read 2026-11-23)",
  baseUrl: "https://api.tokenfactory.nebius.com/v1",
  baseUrlEnv: ["NEBIUS_API_BASE"],
  authorization: bearer("NEBIUS_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
