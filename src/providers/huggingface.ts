import { bearer, defineProvider, type UrlParts } from "./provider.ts";

/** Where Hugging Face's own router is; every other address is a server of one's own (TGI, TEI). */
const ROUTER = "https://router.huggingface.co";

/** The router has embeddings under the model's name; servers have one model. Bases are written with or without `/v1`. */
function toHuggingFaceUrl({ base, path, model }: UrlParts): string {
  const root = base.replace(/\/v1$/, "");
  return root === ROUTER && path === "/embed"
    ? `${root}/hf-inference/models/${model}/pipeline/feature-extraction`
    : root + path;
}

/** `together/org/model` is `org/model` at the inference provider Together: the router writes it `org/model:together`. */
function toRouterModel(model: string): string {
  const [partner, org, name, ...rest] = model.split("/");
  return name === undefined || rest.length > 0 ? model : `${org}/${name}:${partner}`;
}

/**
 * Too long an input, in the words of the hosted models (contract 3.5) and of TEI.
 * Source: https://github.com/huggingface/text-embeddings-inference/blob/main/core/src/tokenization.rs (read 2026-11-28).
 */
const TOO_LONG = /length limit exceeded|`inputs` must have less than \d+ tokens/i;

/**
 * Hugging Face: chats through its router or a TGI server of one's own; embeddings as feature extraction; reranking by a TEI
 * server of one's own only (`api_base`).
 */
export const huggingface = defineProvider({
  name: "huggingface",
  title: "Huggingface",
  source:
    "https://huggingface.co/docs/inference-providers and PyPI huggingface_hub 2.4.0, text-embeddings-inference docs/openapi.json (read 2026-11-28)",
  baseUrl: `${ROUTER}/v1`,
  baseUrlEnv: ["HUGGINGFACE_API_BASE", "HF_API_BASE"],
  authorization: bearer("HUGGINGFACE_API_KEY", "HF_TOKEN"),
  routes: {
    chat: { dialect: "openai-chat", path: "/v1/chat/completions" },
    embedding: {
      dialect: "hf-feature-extraction",
      path: "/embed",
      edits: { drop: ["user"] },
      textInputOnly: true,
      floatsOnly: true,
    },
    rerank: { dialect: "tei-rerank", path: "/rerank" },
  },
  modelName: (model, operation) => (operation === "chat" ? toRouterModel(model) : model),
  url: toHuggingFaceUrl,
  readError: ({ message }) => (TOO_LONG.test(message) ? "context-window-exceeded" : undefined),
});
