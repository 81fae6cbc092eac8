import { bearer, defineProvider } from "./provider.ts";

/** OpenAI itself, and any server that speaks its API when a deployment names an `api_base`. */
export const openai = defineProvider({
  name: "openai",
  title: "OpenAI",
  source: "https://platform.openai.com/docs/api-reference (read 2026-11-23)",
  baseUrl: "https://api.openai.com/v1",
  baseUrlEnv: ["OPENAI_BASE_URL", "OPENAI_API_BASE"],
  authorization: bearer("OPENAI_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
    moderation: { dialect: "openai-moderation", path: "/moderations" },
  },
});
