import { defineProvider, optionalBearer } from "./provider.ts";

/** Infinity, an embedding server of one's own; it has no common address, so each deployment says its `api_base`. */
export const infinity = defineProvider({
  name: "infinity",
  source: "https://pypi.org/project/infinity-emb/0.0.78/ (read 2026-11-23)",
  baseUrl: undefined,
  authorization: optionalBearer("INFINITY_API_KEY"),
  routes: {
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true },
    rerank: { dialect: "jina-rerank", path: "/rerank" },
  },
});
