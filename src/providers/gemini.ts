import { readGoogleError, readGoogleRetryDelay } from "./google-errors.ts";
import { defineProvider, headerKey } from "./provider.ts";

/** Google AI Studio: Gemini with an API key, which goes into a header and never into the URL. */
export const gemini = defineProvider({
  name: "gemini",
  title: "Gemini",
  source: "https://ai.google.dev/api (read 2026-11-28)",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  baseUrlEnv: ["GEMINI_API_BASE"],
  authorization: headerKey("x-goog-api-key", "GEMINI_API_KEY", "GOOGLE_API_KEY"),
  routes: {
    chat: {
      dialect: "gemini-generate-content",
      path: "/models/{model}:generateContent",
      streamPath: "/models/{model}:streamGenerateContent?alt=sse",
      edits: { drop: ["user"] },
    },
    embedding: {
      dialect: "gemini-batch-embed-contents",
      path: "/models/{model}:batchEmbedContents",
      textInputOnly: true,
      floatsOnly: true,
      edits: { drop: ["user"] },
    },
  },
  modelName: (model) => model.replace(/^models\//, ""),
  readError: readGoogleError,
  retryAfterMs: readGoogleRetryDelay,
});
