import { bearer, defineProvider } from "./provider.ts";

/** Featherless AI. */
export const featherlessAi = defineProvider({
  name: "featherless_ai",
  source: "https://featherless.ai/docs/api-overview-and-common-options (read 2026-11-23)",
  baseUrl: "https://api.featherless.ai/v1",
  baseUrlEnv: ["FEATHERLESS_AI_API_BASE", "FEATHERLESS_API_BASE"],
  authorization: bearer("FEATHERLESS_AI_API_KEY", "FEATHERLESS_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    completion: { dialect: "openai-completion", path: "/completions" },
  },
});
