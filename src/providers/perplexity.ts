import { bearer, defineProvider } from "./provider.ts";

/**
 * Perplexity's Sonar models. Chunks carry usage unasked; the reference knows `max_tokens` only. Its embeddings come as
 * base64 of bytes or bits, never of floats, so they have no route here.
 */
export const perplexity = defineProvider({
  name: "perplexity",
  source: "https://www.npmjs.com/package/@perplexity-ai/perplexity_ai/v/0.38.5 (read 2026-11-23)",
  baseUrl: "https://api.perplexity.ai",
  baseUrlEnv: ["PERPLEXITY_API_BASE"],
  authorization: bearer("PERPLEXITYAI_API_KEY", "PERPLEXITY_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
  },
  streamUsage: "always",
});
