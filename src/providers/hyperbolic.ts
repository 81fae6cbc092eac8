import { bearer, defineProvider } from "./provider.ts";

/** Hyperbolic's serverless inference. */
export const hyperbolic = defineProvider({
  name: "hyperbolic",
  source: "https://www.npmjs.com/package/@hyperbolic/ai-sdk-provider/v/2.0.0 (read 2026-11-23)",
  baseUrl: "https://api.hyperbolic.xyz/v1",
  baseUrlEnv: ["HYPERBOLIC_API_BASE"],
  authorization: bearer("HYPERBOLIC_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
  },
});
