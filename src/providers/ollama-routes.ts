import type { ErrorKind } from "../core/errors.ts";
import type { Provider, UpstreamError, UrlParts } from "./provider.ts";

/**
 * What an Ollama server answers by its own API. The OpenAI-compatible one of the same server would drop `num_ctx`,
 * `keep_alive` and other options without a word, and refuses images behind URLs.
 */
export const OLLAMA_ROUTES: Provider["routes"] = {
  chat: { dialect: "ollama-chat", path: "/api/chat", edits: { drop: ["user"] } },
  completion: { dialect: "ollama-generate", path: "/api/generate", edits: { drop: ["user"] } },
  embedding: {
    dialect: "ollama-embed",
    path: "/api/embed",
    textInputOnly: true,
    floatsOnly: true,
    edits: { drop: ["user"] },
  },
};

/** Bases are written with or without `/v1`, `/api`, or the whole path of an endpoint, as LiteLLM takes them. */
export const ollamaUrl = ({ base, path }: UrlParts): string =>
  `${base.replace(/\/(?:v1|api(?:\/(?:chat|generate|embed))?)$/, "")}${path}`;

/** Inputs are cut to fit unless `truncate` is false: then Ollama refuses them in these words. */
export const readOllamaError = ({ message }: UpstreamError): ErrorKind | undefined =>
  /(?:input|prompt) (?:length )?(?:exceeds|is longer than) (?:the |maximum )?(?:available )?context (?:length|size)/i.test(
    message,
  )
    ? "context-window-exceeded"
    : undefined;
