import { bearer, defineProvider } from "./provider.ts";

/** Volcengine Ark (Doubao models), region Beijing. */
export const volcengine = defineProvider({
  name: "volcengine",
  source: "https://pypi.org/project/arkruntime/0.17.0/ (read 2026-11-23)",
  baseUrl: "https://ark.cn-beijing.volces.com/api/v3",
  baseUrlEnv: ["VOLCENGINE_API_BASE", "ARK_API_BASE"],
  authorization: bearer("VOLCENGINE_API_KEY", "ARK_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
