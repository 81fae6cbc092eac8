import type { ErrorKind } from "../core/errors.ts";
import { bearer, defineProvider, type UpstreamError } from "./provider.ts";

/** 403 means that the chosen model's moderation flagged the input; a 403 for any other reason stays a refusal. */
const readError = ({ status, message }: UpstreamError): ErrorKind | undefined =>
  status === 403 && /flagged|moderation/i.test(message) ? "content-policy-violation" : undefined;

/**
 * OpenRouter. Full usage closes every stream and `stream_options.include_usage` has no effect any more
 * (so in the vendor's own client, https://www.npmjs.com/package/@openrouter/sdk/v/1.3.19).
 */
export const openrouter = defineProvider({
  name: "openrouter",
  source: "https://openrouter.ai/docs/api/reference/errors-and-debugging (read 2026-11-23)",
  baseUrl: "https://openrouter.ai/api/v1",
  baseUrlEnv: ["OPENROUTER_API_BASE"],
  authorization: bearer("OPENROUTER_API_KEY", "OR_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
  },
  streamUsage: "always",
  readError,
});
