import { OLLAMA_ROUTES, ollamaUrl, readOllamaError } from "./ollama-routes.ts";
import { defineProvider, optionalBearer } from "./provider.ts";

/** Ollama, by its own API. As in LiteLLM, the base is the server's root. */
export const ollama = defineProvider({
  name: "ollama",
  source: "https://docs.ollama.com/api/chat (read 2026-11-28)",
  baseUrl: "http://localhost:11434",
  baseUrlEnv: ["OLLAMA_API_BASE"],
  authorization: optionalBearer("OLLAMA_API_KEY"),
  routes: OLLAMA_ROUTES,
  url: ollamaUrl,
  readError: readOllamaError,
});
