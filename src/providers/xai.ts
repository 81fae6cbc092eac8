import { bearer, defineProvider } from "./provider.ts";

/** xAI. Its reasoning models answer with an error to `presence_penalty`, `frequency_penalty` and `stop`. */
export const xai = defineProvider({
  name: "xai",
  source: "https://docs.x.ai/docs/guides/reasoning (read 2026-11-23)",
  baseUrl: "https://api.x.ai/v1",
  baseUrlEnv: ["XAI_API_BASE"],
  authorization: bearer("XAI_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
  },
  modelEdits: [
    {
      match: /^grok-(?:3-mini|4|code-fast)(?!.*non-reasoning)/,
      operation: "chat",
      edits: { unsupported: ["presence_penalty", "frequency_penalty", "stop"] },
    },
  ],
});
