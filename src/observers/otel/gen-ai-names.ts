import type { Operation } from "../../core/operation.ts";

/** `gen_ai.operation.name`. Source: https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans (read 2026-11-28). */
export const OPERATION_NAMES: Readonly<Record<Operation, string>> = {
  chat: "chat",
  completion: "text_completion",
  embedding: "embeddings",
  moderation: "moderation",
  rerank: "rerank",
};

/** Vendors that OpenTelemetry calls otherwise than LiteLLM; same source. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  azure: "azure.ai.openai",
  azure_text: "azure.ai.openai",
  azure_ai: "azure.ai.inference",
  bedrock: "aws.bedrock",
  cohere_chat: "cohere",
  gemini: "gcp.gemini",
  vertex_ai: "gcp.vertex_ai",
  mistral: "mistral_ai",
  moonshot: "moonshot_ai",
  watsonx: "ibm.watsonx.ai",
  "text-completion-openai": "openai",
  xai: "x_ai",
};

/** `gen_ai.provider.name` of one of our providers. */
export const toProviderName = (provider: string): string =>
  Object.hasOwn(PROVIDER_NAMES, provider) ? (PROVIDER_NAMES[provider] ?? provider) : provider;
