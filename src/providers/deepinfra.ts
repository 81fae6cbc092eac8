import { bearer, defineProvider } from "./provider.ts";

/** DeepInfra. */
export const deepinfra = defineProvider({
  name: "deepinfra",
  source: "https://deepinfra.com/docs/advanced/openai_api (read 2026-11-23)",
  baseUrl: "https://api.deepinfra.com/v1/openai",
  baseUrlEnv: ["DEEPINFRA_API_BASE"],
  authorization: bearer("DEEPINFRA_API_KEY"),
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
