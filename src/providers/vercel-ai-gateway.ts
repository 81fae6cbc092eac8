import { bearer, defineProvider } from "./provider.ts";

/** Vercel AI Gateway. */
export const vercelAiGateway = defineProvider({
  name: "vercel_ai_gateway",
  source: "https://vercel.com/docs/ai-gateway/sdks-and-apis/openai-chat-completions (read 2026-11-23)",
  baseUrl: "https://ai-gateway.vercel.sh/v1",
  baseUrlEnv: ["VERCEL_AI_GATEWAY_API_BASE"],
  authorization: bearer("VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
