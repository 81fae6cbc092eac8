import { readClaudeError } from "../dialects/anthropic/errors.ts";
import { toHeaderLine } from "../wire/header-line.ts";
import { type Credential, type CredentialSource, toCredential } from "./credential.ts";
import { defineProvider, headerKey, type Provider, type Route, type UrlParts } from "./provider.ts";

/** API version of calls that name none: the one that Microsoft's own client sends. */
const DEFAULT_API_VERSION = "2024-05-01-preview";

/** Values of `api_version` that mean the surface without dated versions. */
const V1_VERSIONS: ReadonlySet<string> = new Set(["v1", "preview", "latest"]);

/** The end of an address that already names an endpoint. */
const ENDPOINT = /\/(?:chat\/completions|embeddings|v[12]\/rerank)$/;

/** Where Claude is, behind a resource's root. Source: `client.js` of npm @anthropic-ai/foundry-sdk 1.1.1 (read 2026-11-28). */
const CLAUDE_PATH = "/anthropic/v1/messages";

/** What callers write of that path themselves, or of the other surface. */
const CLAUDE_BASE = /\/(?:models|anthropic(?:\/v1(?:\/messages)?)?)$/;

const CLAUDE: Route = {
  dialect: "anthropic-messages",
  path: CLAUDE_PATH,
  headers: { "anthropic-version": "2023-06-01" },
};

/**
 * Three forms of address: a resource (`https://x.services.ai.azure.com`, with or without `/models`), its v1 surface
 * (`.../openai/v1`, or an `api_version` of `v1`, `preview` or `latest`), and a serverless endpoint (`https://x.region.models.ai.azure.com`).
 * Reranking is Cohere's, at the root of a serverless endpoint, and has no version; nor has Claude's own API.
 */
function toAzureAiUrl({ base, path, apiVersion }: UrlParts): string {
  const root = base.replace(ENDPOINT, "");
  if (path === CLAUDE_PATH) {
    return root.replace(CLAUDE_BASE, "") + path;
  }
  if (path.endsWith("/rerank")) {
    return root.replace(/\/models$/, "") + path;
  }
  if (root.endsWith("/openai/v1")) {
    return root + path;
  }
  if (apiVersion !== undefined && V1_VERSIONS.has(apiVersion)) {
    const suffix = apiVersion === "v1" ? "" : `?api-version=${apiVersion}`;
    return `${root.replace(/\/models$/, "")}/openai/v1${path}${suffix}`;
  }
  const isResource = new URL(root).hostname.endsWith(".services.ai.azure.com") && !root.endsWith("/models");
  return `${root}${isResource ? "/models" : ""}${path}?api-version=${encodeURIComponent(apiVersion ?? DEFAULT_API_VERSION)}`;
}

const AZURE_AI: Provider = {
  name: "azure_ai",
  title: "Azure_ai",
  source:
    "https://learn.microsoft.com/azure/ai-foundry/model-inference/reference/reference-model-inference-api and npm @azure-rest/ai-inference 1.0.0-beta.6 (read 2026-11-28)",
  baseUrl: undefined,
  baseUrlEnv: ["AZURE_AI_API_BASE"],
  hostFamilies: ["*.services.ai.azure.com", "*.models.ai.azure.com"],
  apiVersionEnv: ["AZURE_AI_API_VERSION"],
  authorization: headerKey("api-key", "AZURE_AI_API_KEY"),
  acceptsEntraTokens: true,
  // Parameters that the common API does not name go to the model, rather than being refused.
  headers: { "extra-parameters": "pass-through" },
  clientHeaders: ["anthropic-beta"],
  statuses: { 529: 500 },
  readError: readClaudeError,
  routes: {
    chat: { dialect: "openai-chat", path: "/chat/completions" },
    embedding: { dialect: "openai-embedding", path: "/embeddings", textInputOnly: true },
    rerank: { dialect: "cohere-rerank-v2", path: "/v2/rerank" },
  },
  routeOf: (operation, model) => (operation === "chat" && /^claude/i.test(model) ? CLAUDE : AZURE_AI.routes[operation]),
  url: toAzureAiUrl,
};

/** Serverless endpoints take a key as a bearer token, resources in a header of its own, Claude in Anthropic's. */
function toAzureAiCredential(source: CredentialSource): Credential | undefined {
  const { params, environment } = source;
  const { adToken, tenantId } = params.azure;
  const hasIdentity = adToken !== undefined || tenantId !== undefined;
  const fromEnvironment = AZURE_AI.authorization.env.map((name) => environment[name]).find((value) => value);
  const key = params.apiKey ?? (hasIdentity ? undefined : fromEnvironment);
  if (key === undefined) {
    return toCredential(AZURE_AI, source);
  }
  const own = toHeaderLine("api-key", key);
  const bearer = toHeaderLine("authorization", `Bearer ${key}`);
  const claudes = toHeaderLine("x-api-key", key);
  const secrets = [key];
  return {
    sign: ({ host, target }) =>
      target.endsWith(CLAUDE_PATH) ? claudes : host.endsWith(".models.ai.azure.com") ? bearer : own,
    secrets: () => secrets,
  };
}

/** Models of Azure AI Foundry: the upstream model is the name of a deployment. One that begins with `claude` is Claude. */
export const azureAi = defineProvider({ ...AZURE_AI, credential: toAzureAiCredential });
