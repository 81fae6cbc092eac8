import { MISTRAL_CHAT_EDITS } from "./mistral-edits.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Mistral AI. Usage closes every stream unasked, and `stream_options` is refused. */
export const mistral = defineProvider({
  name: "mistral",
  source: "https://www.npmjs.com/package/@mistralai/mistralai/v/2.7.0 (read 2026-11-23)",
  baseUrl: "https://api.mistral.ai/v1",
  baseUrlEnv: ["MISTRAL_API_BASE", "MISTRAL_AZURE_API_BASE"],
  authorization: bearer("MISTRAL_API_KEY", "MISTRAL_AZURE_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions", edits: MISTRAL_CHAT_EDITS },
    embedding: {
      dialect: "openai-embedding",
      path: "/embeddings",
      edits: { rename: { dimensions: "output_dimension" }, drop: ["user"] },
      textInputOnly: true,
    },
    moderation: { dialect: "openai-moderation", path: "/moderations" },
  },
  streamUsage: "always",
});
