import { bearer, defineProvider } from "./provider.ts";

/** Weights & Biases Inference. */
export const wandb = defineProvider({
  name: "wandb",
  source:
    "https://docs.wandb.ai/support/inference/articles/api-error-code-422-invalid-request-parameters (read 2026-11-23)",
  baseUrl: "https://api.inference.wandb.ai/v1",
  baseUrlEnv: ["WANDB_API_BASE"],
  authorization: bearer("WANDB_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
  },
});
