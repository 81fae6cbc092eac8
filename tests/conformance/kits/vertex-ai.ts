import { checkGeminiRequest, checkPredictRequest, VERTEX } from "../../support/gemini-rules.ts";
import { GEMINI_ANSWERS } from "./gemini.ts";
import { defineKit } from "./vendor-kit.ts";

/** Gemini on Vertex AI; the key is an access token. */
export const vertexAiKit = defineKit({
  ...GEMINI_ANSWERS,
  providers: ["vertex_ai"],
  params: { vertex_project: "project", vertex_location: "europe-west4" },
  check: (request) => checkGeminiRequest(request, VERTEX),
});

/** Text embeddings on Vertex AI. */
export const vertexAiEmbeddingKit = defineKit({
  providers: ["vertex_ai"],
  operation: "embedding",
  model: "text-embedding-005",
  params: { vertex_project: "project" },
  check: checkPredictRequest,
  simple: {
    body: {
      predictions: [{ embeddings: { values: [0.5, -1.25], statistics: { token_count: 11, truncated: false } } }],
    },
  },
  error: GEMINI_ANSWERS.error,
});
