import { objectOf, objectsOf } from "../../../src/core/json-values.ts";
import { AI_STUDIO, checkBatchEmbedRequest, checkGeminiRequest, googleError } from "../../support/gemini-rules.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

/** Names of failures by status. Source: https://ai.google.dev/gemini-api/docs/troubleshooting (read 2026-11-28). */
const NAMES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  408: "DEADLINE_EXCEEDED",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const USAGE = { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 };

const HEAD = { modelVersion: "gemini-2.5-flash", responseId: "mAitaLmkHPPlz7IPvtfUqQ4" };

/** A `GenerateContentResponse` with one candidate. */
export const geminiReply = (parts: readonly unknown[], finishReason?: string): Readonly<Record<string, unknown>> => ({
  candidates: [
    { content: { parts, role: "model" }, ...(finishReason === undefined ? {} : { finishReason }), index: 0 },
  ],
  usageMetadata: USAGE,
  ...HEAD,
});

/** One event of a stream. */
export const geminiEvent = (reply: unknown): string => `data: ${JSON.stringify(reply)}\r\n\r\n`;

/** The text of a content with one part. */
export const geminiText = (content: unknown): unknown => objectsOf(objectOf(content)["parts"])[0]?.["text"];

const CALL = { functionCall: { name: "look", args: { at: "sea" } } };

/** What both of Google's surfaces answer. */
export const GEMINI_ANSWERS = {
  operation: "chat",
  model: "gemini-2.5-flash",
  simple: { body: geminiReply([{ text: "caf\u00e9" }], "STOP") },
  stream: {
    chunks: [geminiEvent(geminiReply([{ text: "ca" }])), geminiEvent(geminiReply([{ text: "f\u00e9" }], "STOP"))],
  },
  tool: { body: geminiReply([CALL], "STOP") },
  toolStream: { chunks: [geminiEvent(geminiReply([CALL], "STOP"))] },
  error: (status: number, message: string) => googleError(status, NAMES[status] ?? "UNKNOWN", message),
  failingStream: {
    chunks: [
      geminiEvent(geminiReply([{ text: "ca" }])),
      geminiEvent({ error: { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" } }),
    ],
  },
  contextWindow: {
    status: 400,
    message: "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).",
  },
  contentPolicy: { status: 400, message: "The response was blocked." },
} satisfies Partial<VendorKit>;

/** Gemini on Google AI Studio. */
export const geminiKit = defineKit({
  ...GEMINI_ANSWERS,
  providers: ["gemini"],
  check: (request) => checkGeminiRequest(request, AI_STUDIO),
});

/** Embeddings on Google AI Studio. */
export const geminiEmbeddingKit = defineKit({
  providers: ["gemini"],
  operation: "embedding",
  model: "gemini-embedding-001",
  check: checkBatchEmbedRequest,
  simple: { body: { embeddings: [{ values: [0.5, -1.25] }], usageMetadata: { promptTokenCount: 11 } } },
  embedding: {
    textsOf: ({ requests }) => objectsOf(requests).map(({ content }) => geminiText(content)),
    reply: (vectors, tokens) => ({
      body: {
        embeddings: vectors.map((values) => ({ values })),
        usageMetadata: { promptTokenCount: tokens },
      },
    }),
    textsPerCall: 100,
    dimensionsOf: ({ requests }) => objectsOf(requests)[0]?.["outputDimensionality"],
  },
  error: GEMINI_ANSWERS.error,
});
