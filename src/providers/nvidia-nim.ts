import { bearer, defineProvider } from "./provider.ts";

/** NVIDIA NIM, hosted or one's own container; reranking in one's own only (`api_base`). The `input_type` that retrieval models need is the caller's to give. */
export const nvidiaNim = defineProvider({
  name: "nvidia_nim",
  source: "https://docs.nvidia.com/nim/nemo-retriever/text-embedding/1.13.0/reference.html (read 2026-11-23)",
  baseUrl: "https://integrate.api.nvidia.com/v1",
  baseUrlEnv: ["NVIDIA_NIM_API_BASE"],
  authorization: bearer("NVIDIA_NIM_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true },
    rerank: { dialect: "nvidia-ranking", path: "/ranking" },
  },
});
