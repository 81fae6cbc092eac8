import { defineInference } from "../http/endpoint.ts";

/** Embeddings. Source: https://platform.openai.com/docs/api-reference/embeddings/create (read 2026-11-23). */
export const embeddings = defineInference({
  operation: "embedding",
  suffix: "/embeddings",
  summary: "Turn text or token ids into vectors.",
  takesPathModel: true,
});
