import type { Provider } from "../../src/providers/provider.ts";

/** What the suite asks of a provider; `all` is every scenario at once. */
export type Scenario = "all" | "chat" | "stream";

const NO_CHAT = "the vendor has no chat: tools, structured output and images have no place";

/** Scenarios that a provider is excused from, and why. */
export const SKIPPED: Readonly<Record<string, Readonly<Partial<Record<Scenario, string>>>>> = {
  mock: { all: "answers in the process, without a request to look at; the end-to-end tests cover it" },
  infinity: { chat: NO_CHAT, stream: "answers embeddings only, which are never streamed" },
  jina_ai: { chat: NO_CHAT, stream: "answers embeddings and reranking only, which are never streamed" },
  "text-completion-openai": { chat: NO_CHAT },
  voyage: { chat: NO_CHAT, stream: "answers embeddings and reranking only, which are never streamed" },
};

/** Why a provider is excused from a scenario; `undefined` when it is not. */
export const skipReason = (provider: Provider, scenario: Scenario): string | undefined =>
  SKIPPED[provider.name]?.[scenario];
