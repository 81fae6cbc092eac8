import { OLLAMA_ROUTES } from "./ollama-routes.ts";
import { defineProvider, optionalBearer } from "./provider.ts";
import { versionedUrl } from "./versioned-url.ts";

/** Ollama, by its OpenAI-compatible endpoints. As in LiteLLM, the base is the server's root, without `/v1`. */
export const ollama = defineProvider({
  name: "ollama",
  source: "https://docs.ollama.com/api/openai-compatibility (read 2026-11-23)",
  baseUrl: "http://localhost:11434",
  baseUrlEnv: ["OLLAMA_API_BASE"],
  authorization: optionalBearer("OLLAMA_API_KEY"),
  routes: OLLAMA_ROUTES,
  url: versionedUrl,
});
