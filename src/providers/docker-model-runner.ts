import { defineProvider, optionalBearer } from "./provider.ts";
import { versionedUrl } from "./versioned-url.ts";

/** Docker Model Runner. As in LiteLLM, the base ends at the engine (`…/engines` or `…/engines/llama.cpp`), without `/v1`. */
export const dockerModelRunner = defineProvider({
  name: "docker_model_runner",
  source: "https://docs.docker.com/ai/model-runner/api-reference/ (read 2026-11-23)",
  baseUrl: "http://localhost:12434/engines",
  baseUrlEnv: ["DOCKER_MODEL_RUNNER_API_BASE"],
  authorization: optionalBearer("DOCKER_MODEL_RUNNER_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/v1/chat/completions" },
    completion: { dialect: "openai-completion", path: "/v1/completions" },
    embedding: { dialect: "openai-embedding", path: "/v1/embeddings", textInputOnly: true, floatsOnly: true },
  },
  url: versionedUrl,
});
