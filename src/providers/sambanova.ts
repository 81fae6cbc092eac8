import { bearer, defineProvider } from "./provider.ts";

/**
 * SambaNova Cloud. Its client (https://www.npmjs.com/package/sambanova/v/1.4.0) marks `logit_bias`, `n` and `seed` as not yet supported by any model: they would be
 * lost in silence. (`parallel_tool_calls` is marked too, but passes: without it the answer is still a valid one.)
 */
export const sambanova = defineProvider({
  name: "sambanova",
  source: "https://docs.sambanova.ai/docs/en/features/openai-compatibility (read 2026-11-23)",
  baseUrl: "https://api.sambanova.ai/v1",
  baseUrlEnv: ["SAMBANOVA_API_BASE"],
  authorization: bearer("SAMBANOVA_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { unsupported: ["logit_bias", "n", "seed"] },
    },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
