import { bearer, defineProvider } from "./provider.ts";

/** Inception (Mercury diffusion models). */
export const inception = defineProvider({
  name: "inception",
  source: "https://www.lava.so/docs/gateway/providers/inception.md (read 2026-11-23)",
  baseUrl: "https://api.inceptionlabs.ai/v1",
  baseUrlEnv: ["INCEPTION_API_BASE"],
  authorization: bearer("INCEPTION_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
  },
});
