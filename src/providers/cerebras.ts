import { bearer, defineProvider } from "./provider.ts";

/** Cerebras Inference. */
export const cerebras = defineProvider({
  name: "cerebras",
  source: "https://inference-docs.cerebras.ai/resources/openai (read 2026-11-23)",
  baseUrl: "https://api.cerebras.ai/v1",
  baseUrlEnv: ["CEREBRAS_API_BASE"],
  authorization: bearer("CEREBRAS_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
  },
});
