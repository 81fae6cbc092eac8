import { defineProvider, optionalBearer } from "./provider.ts";

/** A llamafile: a llama.cpp server in one executable. */
export const llamafile = defineProvider({
  name: "llamafile",
  source: "https://github.com/Mozilla-Ocho/llamafile/blob/main/llama.cpp/server/README.md (read 2026-11-23)",
  baseUrl: "http://127.0.0.1:8080/v1",
  baseUrlEnv: ["LLAMAFILE_API_BASE"],
  authorization: optionalBearer("LLAMAFILE_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
