import { bearer, defineProvider } from "./provider.ts";

/** MiniMax, international platform (the mainland one: `api_base: https://api.minimaxi.com/v1`). */
export const minimax = defineProvider({
  name: "minimax",
  source: "https://platform.minimax.io/docs/api-reference/text-openai-api (read 2026-11-23)",
  baseUrl: "https://api.minimax.io/v1",
  baseUrlEnv: ["MINIMAX_API_BASE"],
  authorization: bearer("MINIMAX_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
  },
});
