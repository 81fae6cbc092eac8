import { objectOf, objectsOf } from "../../../src/core/json-values.ts";
import {
  checkEmbedContentRequest,
  checkGeminiRequest,
  checkPredictRequest,
  VERTEX,
} from "../../support/gemini-rules.ts";
import type { ScriptedReply } from "../../support/scripted-reply.ts";
import { GEMINI_ANSWERS, geminiText } from "./gemini.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

/** Gemini on Vertex AI; the key is an access token. */
export const vertexAiKit = defineKit({
  ...GEMINI_ANSWERS,
  providers: ["vertex_ai"],
  params: { vertex_project: "project", vertex_location: "europe-west4" },
  check: (request) => checkGeminiRequest(request, VERTEX),
});

const predictions = (vectors: readonly unknown[], tokens: number): ScriptedReply => ({
  body: {
    predictions: vectors.map((values) => ({
      embeddings: { values, statistics: { token_count: tokens / vectors.length, truncated: false } },
    })),
  },
});

const PREDICT = {
  providers: ["vertex_ai"],
  operation: "embedding",
  params: { vertex_project: "project" },
  check: checkPredictRequest,
  simple: predictions([[0.5, -1.25]], 11),
  error: GEMINI_ANSWERS.error,
} satisfies Partial<VendorKit>;

const RULES = {
  textsOf: ({ instances }) => objectsOf(instances).map(({ content }) => content),
  reply: predictions,
  dimensionsOf: ({ parameters }) => objectOf(parameters)["outputDimensionality"],
} satisfies VendorKit["embedding"];

/** Text embeddings on Vertex AI. */
export const vertexAiEmbeddingKit = defineKit({
  ...PREDICT,
  model: "text-embedding-005",
  embedding: { ...RULES, textsPerCall: 250 },
});

/** The first of Gemini's embeddings on Vertex AI: one text a call. */
export const vertexAiGeminiEmbeddingKit = defineKit({
  ...PREDICT,
  model: "gemini-embedding-001",
  embedding: { ...RULES, textsPerCall: 1 },
});

const embedded = (values: unknown, tokens: number): ScriptedReply => ({
  body: { embedding: { values }, usageMetadata: { promptTokenCount: tokens, totalTokenCount: tokens } },
});

/** Gemini's later embeddings on Vertex AI. Source: `Models.embedContent` of `@google/genai` 3.3.0 (read 2026-11-28). */
export const vertexAiEmbedContentKit = defineKit({
  ...PREDICT,
  model: "gemini-embedding-2-preview",
  check: checkEmbedContentRequest,
  simple: embedded([0.5, -1.25], 11),
  embedding: {
    textsOf: ({ content }) => [geminiText(content)],
    reply: ([values], tokens) => embedded(values, tokens),
    textsPerCall: 1,
    dimensionsOf: ({ embedContentConfig }) => objectOf(embedContentConfig)["outputDimensionality"],
  },
});
