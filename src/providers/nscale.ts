import { bearer, defineProvider } from "./provider.ts";

/** Nscale's serverless inference. */
export const nscale = defineProvider({
  name: "nscale",
  source: "https://raw.githubusercontent.com/api-evangelist/nscale/refs/heads/main/apis.yml (read 2026-11-23)",
  baseUrl: "https://inference.api.nscale.com/v1",
  baseUrlEnv: ["NSCALE_API_BASE"],
  authorization: bearer("NSCALE_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
  },
});
