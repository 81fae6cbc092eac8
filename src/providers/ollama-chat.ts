import { OLLAMA_ROUTES, ollamaUrl, readOllamaError } from "./ollama-routes.ts";
import { defineProvider, optionalBearer } from "./provider.ts";

/** The other name LiteLLM has for Ollama: chats were by another endpoint there, here both are the same. */
export const ollamaChat = defineProvider({
  name: "ollama_chat",
  source: "https://docs.ollama.com/api/chat (read 2026-11-28)",
  baseUrl: "http://localhost:11434",
  baseUrlEnv: ["OLLAMA_API_BASE"],
  authorization: optionalBearer("OLLAMA_API_KEY"),
  routes: OLLAMA_ROUTES,
  url: ollamaUrl,
  readError: readOllamaError,
});
