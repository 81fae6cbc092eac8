import { OLLAMA_ROUTES } from "./ollama-routes.ts";
import { defineProvider, optionalBearer } from "./provider.ts";
import { versionedUrl } from "./versioned-url.ts";

/** The other name LiteLLM has for Ollama; both reach the same OpenAI-compatible endpoints here. */
export const ollamaChat = defineProvider({
  name: "ollama_chat",
  source: "https://docs.ollama.com/api/openai-compatibility (read 2026-11-23)",
  baseUrl: "http://localhost:11434",
  baseUrlEnv: ["OLLAMA_API_BASE"],
  authorization: optionalBearer("OLLAMA_API_KEY"),
  routes: OLLAMA_ROUTES,
  url: versionedUrl,
});
