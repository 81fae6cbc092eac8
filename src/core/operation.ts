/** What a caller asks a model to do. One endpoint serves one operation; a provider declares which it answers. */
export type Operation = "chat" | "completion" | "embedding" | "moderation" | "rerank";

/** Every operation, in the order lists and tables show them. */
export const OPERATIONS: readonly Operation[] = ["chat", "completion", "embedding", "moderation", "rerank"];

/** Route names in error texts, as LiteLLM writes them (contract 2.3). */
export const OPERATION_PATHS: Readonly<Record<Operation, string>> = {
  chat: "/chat/completions",
  completion: "/completions",
  embedding: "/embeddings",
  moderation: "/moderations",
  rerank: "/rerank",
};

/**
 * Wire formats that callers speak, one for each operation.
 * Sources: https://platform.openai.com/docs/api-reference (read 2026-11-23);
 * https://docs.cohere.com/reference/rerank (read 2026-11-28).
 */
export type CallerDialect =
  | "openai-chat"
  | "openai-completion"
  | "openai-embedding"
  | "openai-moderation"
  | "cohere-rerank";

/** Wire formats that vendors speak beside those of callers; each is told where its translator is. */
export type VendorDialect =
  | "anthropic-messages"
  | "cohere-chat"
  | "cohere-embed"
  | "cohere-rerank-v2"
  | "hf-feature-extraction"
  | "jina-rerank"
  | "nvidia-ranking"
  | "tei-rerank"
  | "voyage-rerank"
  | "watsonx-chat"
  | "watsonx-embed"
  | "watsonx-rerank";

/** Wire formats that the gateway reads or writes. A dialect is the shape of the bytes, not the vendor that sends them. */
export type Dialect = CallerDialect | VendorDialect;

/** What callers of each operation speak. */
export const CALLER_DIALECT: Readonly<Record<Operation, CallerDialect>> = {
  chat: "openai-chat",
  completion: "openai-completion",
  embedding: "openai-embedding",
  moderation: "openai-moderation",
  rerank: "cohere-rerank",
};
