import { bearer, defineProvider, type UpstreamError, type UrlParts } from "./provider.ts";

/** Versions have an address of their own, as have deployments (`deployments/owner/name`). The model is already encoded. */
const url = ({ base, path, model }: UrlParts): string => {
  if (/^(?:[^/]+\/[^/]+%3A)?[0-9a-f]{64}$/.test(model)) {
    return `${base}${path}`;
  }
  return model.startsWith("deployments/") ? `${base}/${model}${path}` : `${base}/models/${model}${path}`;
};

/** Replicate: predictions that are waited for, so that each call is one request. */
export const replicate = defineProvider({
  name: "replicate",
  source: "https://replicate.com/docs/topics/predictions/create-a-prediction (read 2026-11-28)",
  baseUrl: "https://api.replicate.com/v1",
  authorization: bearer("REPLICATE_API_TOKEN", "REPLICATE_API_KEY"),
  headers: { prefer: "wait" },
  routes: { chat: { dialect: "replicate", path: "/predictions", edits: { drop: ["user"] } } },
  url,
  readError: ({ status, message }: UpstreamError) =>
    status !== 401 && message.includes("Incorrect authentication token") ? "upstream-unauthenticated" : undefined,
});
