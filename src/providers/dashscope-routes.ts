import type { Provider } from "./provider.ts";

/** What Alibaba Cloud Model Studio answers in its OpenAI-compatible mode, alike in every region. */
export const DASHSCOPE_ROUTES: Provider["routes"] = {
  chat: { dialect: "openai-chat", path: "/chat/completions" },
  embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
};
