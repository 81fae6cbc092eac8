import { MISTRAL_CHAT_EDITS } from "./mistral-edits.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Mistral's host for Codestral in editors: keys of its own, otherwise Mistral's chat endpoint. */
export const codestral = defineProvider({
  name: "codestral",
  source: "https://docs.continue.dev/guides/set-up-codestral (read 2026-11-23)",
  baseUrl: "https://codestral.mistral.ai/v1",
  baseUrlEnv: ["CODESTRAL_API_BASE"],
  authorization: bearer("CODESTRAL_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions", edits: MISTRAL_CHAT_EDITS },
  },
  streamUsage: "always",
});
