import { bearer, defineProvider } from "./provider.ts";

/** Databricks model serving. The base is a workspace's: `https://<workspace>/serving-endpoints`. */
export const databricks = defineProvider({
  name: "databricks",
  source:
    "https://learn.microsoft.com/azure/databricks/machine-learning/model-serving/query-chat-models (read 2026-11-23)",
  baseUrl: undefined,
  baseUrlEnv: ["DATABRICKS_API_BASE"],
  authorization: bearer("DATABRICKS_API_KEY"),
  routes: {
    chat: {
      dialect: "openai-chat",
      path: "/chat/completions",
      edits: { rename: { max_completion_tokens: "max_tokens" } },
    },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true, floatsOnly: true },
  },
});
