import { bearer, defineProvider, type UrlParts } from "./provider.ts";

const MODEL_APIS_URL = "https://inference.baseten.co/v1";

/** Dedicated deployments are named by an id of eight letters and digits and have a host of their own. */
const url = ({ base, path, model }: UrlParts): string =>
  base === MODEL_APIS_URL && /^[a-z0-9]{8}$/i.test(model)
    ? `https://model-${model}.api.baseten.co/environments/production/sync/v1${path}`
    : `${base}${path}`;

/** Baseten: its shared Model APIs, or a dedicated deployment by id. Embeddings are answered by dedicated deployments only. */
export const baseten = defineProvider({
  name: "baseten",
  source: "https://docs.baseten.co/inference/model-apis/overview (read 2026-11-23)",
  baseUrl: MODEL_APIS_URL,
  baseUrlEnv: ["BASETEN_API_BASE"],
  authorization: bearer("BASETEN_API_KEY"),
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
  },
  url,
});
