import { bearer, defineProvider } from "./provider.ts";

/** Voyage AI. Its `encoding_format` is `base64` or nothing at all, its `input_type` the caller's to give. */
export const voyage = defineProvider({
  name: "voyage",
  source: "https://docs.voyageai.com/reference/embeddings-api, npm voyageai 0.4.0 (read 2026-11-28)",
  baseUrl: "https://api.voyageai.com/v1",
  baseUrlEnv: ["VOYAGE_API_BASE"],
  authorization: bearer("VOYAGE_API_KEY"),
  routes: {
    embedding: {
      dialect: "openai-embedding",
      path: "/embeddings",
      edits: { rename: { dimensions: "output_dimension" }, drop: ["user"] },
      textInputOnly: true,
      floatsOnly: true,
    },
    rerank: { dialect: "voyage-rerank", path: "/rerank" },
  },
});
