import { bearer, defineProvider } from "./provider.ts";

/**
 * GroqCloud. Answers 400 to `logprobs`, `top_logprobs`, `logit_bias` and to any `n` but 1; streams carry usage unasked,
 * under `x_groq` of the last chunk (so in the vendor's own client, https://www.npmjs.com/package/groq-sdk/v/1.6.0).
 */
export const groq = defineProvider({
  name: "groq",
  source: "https://console.groq.com/docs/openai (read 2026-11-23)",
  baseUrl: "https://api.groq.com/openai/v1",
  baseUrlEnv: ["GROQ_API_BASE"],
  authorization: bearer("GROQ_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { unsupported: ["logprobs", "top_logprobs", "logit_bias", "n"] },
    },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true },
  },
  streamUsage: "always",
  usagePath: ["x_groq", "usage"],
});
