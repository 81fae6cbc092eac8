import { bearer, defineProvider } from "./provider.ts";

/** Moonshot AI (Kimi). Function calling is by `tools`; the older `functions` is not part of its API. */
export const moonshot = defineProvider({
  name: "moonshot",
  source: "https://platform.moonshot.cn/docs/guide/migrating-from-openai-to-kimi (read 2026-11-23)",
  baseUrl: "https://api.moonshot.ai/v1",
  baseUrlEnv: ["MOONSHOT_API_BASE"],
  authorization: bearer("MOONSHOT_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions", edits: { unsupported: ["functions"] } },
  },
});
