import { readCohereError } from "../dialects/cohere/errors.ts";
import { bearer, type Provider, type UrlParts } from "./provider.ts";

/** The end of an address that already names a version, or an endpoint, of Cohere's API. */
const VERSIONED = /\/v[12](?:\/(?:chat|embed|rerank))?$/;

/** Base + path; callers write the base with or without a version. */
const toCohereUrl = ({ base, path }: UrlParts): string => base.replace(VERSIONED, "") + path;

/** What `cohere` and `cohere_chat` share: all of it. Cohere does not know `user`, and nothing is lost without it. */
export const COHERE: Omit<Provider, "name"> = {
  title: "Cohere",
  source: "https://docs.cohere.com/reference/chat, /reference/embed, /reference/rerank (read 2026-11-28)",
  baseUrl: "https://api.cohere.com",
  baseUrlEnv: ["COHERE_API_BASE"],
  authorization: bearer("COHERE_API_KEY", "CO_API_KEY"),
  routes: {
    chat: { dialect: "cohere-chat", path: "/v2/chat", edits: { drop: ["user"] } },
    embedding: {
      dialect: "cohere-embed",
      path: "/v2/embed",
      edits: { drop: ["user"] },
      textInputOnly: true,
      floatsOnly: true,
    },
    rerank: { dialect: "cohere-rerank-v2", path: "/v2/rerank" },
  },
  url: toCohereUrl,
  readError: readCohereError,
};
