import { defineProvider, optionalBearer } from "./provider.ts";

/** Xorbits Inference, a server of one's own. */
export const xinference = defineProvider({
  name: "xinference",
  source:
    "https://github.com/xorbitsai/inference/blob/main/doc/source/models/model_abilities/chat.rst (read 2026-11-23)",
  baseUrl: "http://127.0.0.1:9997/v1",
  baseUrlEnv: ["XINFERENCE_API_BASE"],
  authorization: optionalBearer("XINFERENCE_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
