import type { Operation } from "../core/operation.ts";
import { bearer, defineProvider } from "./provider.ts";

/** Chat and completion models are resources (`accounts/<account>/models/<model>`); embedding models keep their own names. */
const modelName = (model: string, operation: Operation): string => {
  if (operation === "embedding" || model.startsWith("accounts/") || model.includes("#")) return model;
  if (model.startsWith("models/") || model.startsWith("routers/")) return `accounts/fireworks/${model}`;
  return `accounts/fireworks/models/${model}`;
};

/** Fireworks AI. The last chunk of every stream carries usage, asked for or not. */
export const fireworksAi = defineProvider({
  name: "fireworks_ai",
  source: "https://docs.fireworks.ai/tools-sdks/migrate-to-fireworks (read 2026-11-23)",
  baseUrl: "https://api.fireworks.ai/inference/v1",
  baseUrlEnv: ["FIREWORKS_API_BASE"],
  authorization: bearer("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY", "FIREWORKS_AI_TOKEN"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
  streamUsage: "always",
  modelName,
});
