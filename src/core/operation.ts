/** What a caller asks a model to do. One endpoint serves one operation; a provider declares which it answers. */
export type Operation = "chat" | "completion" | "embedding" | "moderation";

/** Every operation, in the order lists and tables show them. */
export const OPERATIONS: readonly Operation[] = ["chat", "completion", "embedding", "moderation"];

/** Route names in error texts, as LiteLLM writes them (contract 2.3). */
export const OPERATION_PATHS: Readonly<Record<Operation, string>> = {
  chat: "/chat/completions",
  completion: "/completions",
  embedding: "/embeddings",
  moderation: "/moderations",
};

/**
 * Wire formats that the gateway reads or writes. A dialect is the shape of the bytes, not the vendor that sends them.
 * Source: https://platform.openai.com/docs/api-reference (read 2026-11-23).
 */
export type Dialect = "openai-chat" | "openai-completion" | "openai-embedding" | "openai-moderation";
