import { bearer, defineProvider } from "./provider.ts";

/** Z.AI (GLM models). Its reference knows `max_tokens` only. */
export const zai = defineProvider({
  name: "zai",
  source: "https://pypi.org/project/zai-sdk/0.2.3/ (read 2026-11-23)",
  baseUrl: "https://api.z.ai/api/paas/v4",
  baseUrlEnv: ["ZAI_API_BASE"],
  authorization: bearer("ZAI_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
  },
});
