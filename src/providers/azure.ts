import { defineProvider, headerKey, type UrlParts } from "./provider.ts";

/** API version when neither the call, the deployment nor `AZURE_API_VERSION` names one (contract 5.6). */
const DEFAULT_API_VERSION = "2024-07-01-preview";

/** Values of `api_version` that mean the surface without dated versions. */
const V1_VERSIONS: ReadonlySet<string> = new Set(["v1", "preview", "latest"]);

/**
 * Three forms of address: the resource (`https://x.openai.azure.com`), the resource's v1 surface
 * (`.../openai/v1`, or an `api_version` of `v1`, `preview` or `latest`), and a full deployment URL.
 */
function toAzureUrl({ base, path, model, apiVersion }: UrlParts): string {
  if (base.endsWith("/openai/v1")) {
    return base + path;
  }
  if (apiVersion !== undefined && V1_VERSIONS.has(apiVersion)) {
    return `${base}/openai/v1${path}${apiVersion === "v1" ? "" : `?api-version=${apiVersion}`}`;
  }
  const version = encodeURIComponent(apiVersion ?? DEFAULT_API_VERSION);
  // A name is one segment: with more, callers of a wildcard would reach other paths of the resource.
  const name = model.replaceAll("/", "%2F");
  const deployment = base.includes("/openai/deployments/") ? base : `${base}/openai/deployments/${name}`;
  return `${deployment}${path}?api-version=${version}`;
}

/** Azure OpenAI: the upstream model is the name of a deployment in the caller's own resource. */
export const azure = defineProvider({
  name: "azure",
  title: "Azure",
  source: "https://learn.microsoft.com/en-us/azure/ai-foundry/openai/reference (read 2026-11-23)",
  baseUrl: undefined,
  baseUrlEnv: ["AZURE_API_BASE"],
  // Source: https://learn.microsoft.com/en-us/azure/ai-services/cognitive-services-custom-subdomains (read 2026-11-23).
  hostFamilies: ["*.openai.azure.com", "*.cognitiveservices.azure.com", "*.services.ai.azure.com"],
  apiVersionEnv: ["AZURE_API_VERSION"],
  authorization: headerKey("api-key", "AZURE_API_KEY", "AZURE_OPENAI_API_KEY"),
  acceptsEntraTokens: true,
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    completion: { dialect: "openai-completion", path: "/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings" },
  },
  url: toAzureUrl,
});
