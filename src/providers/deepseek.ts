import { bearer, defineProvider } from "./provider.ts";

/**
 * DeepSeek. The `/beta` base answers all that the plain one does and adds prefix completion and FIM; it is also
 * LiteLLM's default. `deepseek-reasoner` errors on log probabilities but only ignores the sampling parameters
 * (https://api-docs.deepseek.com/zh-cn/guides/reasoning_model, read 2026-11-23), so those pass.
 */
export const deepseek = defineProvider({
  name: "deepseek",
  source: "https://api-docs.deepseek.com/guides/thinking_mode (read 2026-11-23)",
  baseUrl: "https://api.deepseek.com/beta",
  baseUrlEnv: ["DEEPSEEK_API_BASE"],
  authorization: bearer("DEEPSEEK_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    completion: { dialect: "openai-completion", path: "/completions" },
  },
  modelEdits: [
    {
      match: /^deepseek-reasoner/,
      operation: "chat",
      edits: { unsupported: ["logprobs", "top_logprobs"] },
    },
  ],
});
