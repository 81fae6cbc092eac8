import { bearer, defineProvider } from "./provider.ts";

/** Novita AI. */
export const novita = defineProvider({
  name: "novita",
  source: "https://novita.ai/docs/api-reference/model-apis-llm-create-embeddings (read 2026-11-23)",
  baseUrl: "https://api.novita.ai/openai/v1",
  baseUrlEnv: ["NOVITA_API_BASE"],
  authorization: bearer("NOVITA_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
