import { defineProvider, optionalBearer } from "./provider.ts";

/** A vLLM server. It takes OpenAI's fields and more, so bodies pass as they come. */
export const hostedVllm = defineProvider({
  name: "hosted_vllm",
  source: "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html (read 2026-11-23)",
  baseUrl: undefined,
  baseUrlEnv: ["HOSTED_VLLM_API_BASE"],
  authorization: optionalBearer("HOSTED_VLLM_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
    rerank: { dialect: "jina-rerank", path: "/rerank" },
  },
});
