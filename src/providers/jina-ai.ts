import { bearer, defineProvider } from "./provider.ts";

/** Jina AI. Its embeddings have `embedding_type` for `encoding_format`; `task` and `late_chunking` are the caller's to give. */
export const jinaAi = defineProvider({
  name: "jina_ai",
  source: "https://docs.jina.ai (github.com/jina-ai/meta-prompt v7.txt) (read 2026-11-28)",
  baseUrl: "https://api.jina.ai/v1",
  baseUrlEnv: ["JINA_AI_API_BASE"],
  authorization: bearer("JINA_AI_API_KEY", "JINA_API_KEY"),
  routes: {
    embedding: {
      dialect: "openai-embedding",
      path: "/embeddings",
      edits: { drop: ["user"] },
      textInputOnly: true,
      floatsOnly: true,
    },
    rerank: { dialect: "jina-rerank", path: "/rerank", options: { objects: true, asksForNone: true } },
  },
});
