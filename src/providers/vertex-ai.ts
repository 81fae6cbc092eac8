import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { textOf } from "../core/json-values.ts";
import type { Operation } from "../core/operation.ts";
import { readClaudeError } from "../dialects/anthropic/errors.ts";
import { type Credential, type CredentialSource, fixed, refreshed } from "./credential.ts";
import { readGoogleError, readGoogleRetryDelay } from "./google-errors.ts";
import { readGoogleCredentials } from "./google-tokens.ts";
import { defineProvider, optionalBearer, type Route } from "./provider.ts";

/** LiteLLM's default. */
const DEFAULT_LOCATION = "us-central1";

const first = (environment: Environment, names: readonly string[]): string | undefined =>
  names.map((name) => environment[name]).find((value) => value !== undefined && value !== "");

const credentialsOf = ({ vendor }: DeploymentParams, environment: Environment): string | undefined =>
  vendor.vertex_credentials ??
  vendor.vertex_ai_credentials ??
  first(environment, ["VERTEXAI_CREDENTIALS", "VERTEX_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"]);

/** API keys of Google Cloud, as against OAuth's access tokens. */
const isApiKey = (key: string | undefined): key is string => key !== undefined && /^(?:AIza|AQ\.)/.test(key);

/** The project that was named, else the one that the credentials belong to. */
function findProject(params: DeploymentParams, environment: Environment): string | undefined {
  const { vertex_project: own, vertex_ai_project: alias } = params.vendor;
  const named = own ?? alias ?? first(environment, ["VERTEXAI_PROJECT", "VERTEX_PROJECT"]);
  if (named !== undefined) {
    return named;
  }
  const credentials = credentialsOf(params, environment);
  const read = credentials === undefined ? undefined : readGoogleCredentials(credentials);
  return (
    textOf(read?.["project_id"]) ??
    textOf(read?.["quota_project_id"]) ??
    first(environment, ["GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"])
  );
}

/**
 * Hosts by location: `global` and keys without a project have one of their own, continents (`eu`, `us`) another.
 * Source: `ApiClient` of `@google/genai` 3.3.0 and https://cloud.google.com/vertex-ai/docs/general/locations (read 2026-11-28).
 */
function toBaseUrl(params: DeploymentParams, environment: Environment): string {
  const { vertex_location: own, vertex_ai_location: alias } = params.vendor;
  const location =
    own ??
    alias ??
    params.regionName ??
    first(environment, ["VERTEXAI_LOCATION", "VERTEX_LOCATION"]) ??
    DEFAULT_LOCATION;
  if (!/^[a-z][a-z0-9-]*$/.test(location)) {
    throw new TypeError(`'${location}' is no location of Vertex AI`);
  }
  const project = findProject(params, environment);
  if (project === undefined) {
    if (isApiKey(params.apiKey)) {
      return "https://aiplatform.googleapis.com/v1";
    }
    throw new TypeError("provider 'vertex_ai' needs a project: set vertex_project or VERTEXAI_PROJECT");
  }
  const host =
    location === "global"
      ? "aiplatform.googleapis.com"
      : location.includes("-")
        ? `${location}-aiplatform.googleapis.com`
        : `aiplatform.${location}.rep.googleapis.com`;
  return `https://${host}/v1/projects/${encodeURIComponent(project)}/locations/${location}`;
}

/**
 * A deployment's `api_key` is a Google Cloud API key, or an access token; so is a caller's. Without one, tokens of the
 * deployment's credentials, else of the machine's own, are fetched and kept.
 */
function toCredential({ params, environment, identities }: CredentialSource): Credential {
  const { apiKey } = params;
  if (isApiKey(apiKey)) {
    return fixed("x-goog-api-key", apiKey);
  }
  if (apiKey !== undefined) {
    return fixed("authorization", `Bearer ${apiKey}`);
  }
  const credentials = credentialsOf(params, environment);
  if (credentials !== undefined) {
    readGoogleCredentials(credentials); // What is wrong with them is to be said when the gateway starts.
  }
  return refreshed(identities.google(credentials), Date.now);
}

const geminiAt = (folder: string): Route => ({
  dialect: "gemini-generate-content",
  path: `${folder}/{model}:generateContent`,
  streamPath: `${folder}/{model}:streamGenerateContent?alt=sse`,
  options: { isVertex: true },
  edits: { drop: ["user"] },
});

const GEMINI = geminiAt("/publishers/google/models");
/** Tuned models are deployed, and have numbers for names. */
const TUNED = geminiAt("/endpoints");

/**
 * Images and documents go as data, and structured outputs are off unless an organization's policy allows them.
 * Sources: https://platform.claude.com/docs/en/build-with-claude/claude-models-on-google-cloud/google-managed,
 * https://platform.claude.com/docs/en/build-with-claude/vision,
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/structured_outputs (read 2026-11-28).
 */
const CLAUDE: Route = {
  dialect: "anthropic-messages",
  path: "/publishers/anthropic/models/{model}:rawPredict",
  streamPath: "/publishers/anthropic/models/{model}:streamRawPredict",
  options: { anthropicVersion: "vertex-2023-10-16", omitsModel: true, takesNoUrls: true, structuredOutputs: false },
};

/** Source: https://docs.mistral.ai/models/deployment/cloud-deployments/vertex (read 2026-11-28). */
const MISTRAL: Route = {
  dialect: "openai-chat",
  path: "/publishers/mistralai/models/{model}:rawPredict",
  streamPath: "/publishers/mistralai/models/{model}:streamRawPredict",
};

/** Open models as a service. Source: https://cloud.google.com/vertex-ai/generative-ai/docs/maas/call-open-model-apis (read 2026-11-28). */
const OPEN_MODELS: Route = { dialect: "openai-chat", path: "/endpoints/openapi/chat/completions" };

const PREDICT: Route = {
  dialect: "vertex-predict-embedding",
  path: "/publishers/google/models/{model}:predict",
  textInputOnly: true,
  floatsOnly: true,
  edits: { drop: ["user"] },
};

/** Embedding models of Gemini after the first. Source: `tIsVertexEmbedContentModel` of `@google/genai` 3.3.0 (read 2026-11-28). */
const EMBED_CONTENT: Route = {
  ...PREDICT,
  dialect: "vertex-embed-content",
  path: "/publishers/google/models/{model}:embedContent",
};

const CHAT_ROUTES: readonly (readonly [pattern: RegExp, route: Route])[] = [
  [/^claude/, CLAUDE],
  [/^(?:mistral|codestral)/, MISTRAL],
  [/^(?:meta|deepseek-ai|qwen|openai|minimaxai|moonshotai|zai-org|xai)\/|^google\/gemma/, OPEN_MODELS],
  [/^\d+$/, TUNED],
];

/** What LiteLLM has under such names is called in other ways, which are not built: it must not go to Gemini. */
const NOT_BUILT = /^(?:bge|gemma|agent_engine)\/|^openai\/\d+$|^jamba/;

/** @throws TypeError for models that only LiteLLM reaches */
function routeOf(operation: Operation, model: string): Route | undefined {
  if (NOT_BUILT.test(model)) {
    throw new TypeError(`'vertex_ai/${model}' is called in a way of its own, which is not built`);
  }
  if (operation === "embedding") {
    return model.includes("gemini") && model !== "gemini-embedding-001" ? EMBED_CONTENT : PREDICT;
  }
  return operation === "chat"
    ? (CHAT_ROUTES.find(([pattern]) => pattern.test(model.replace(PREFIX, "")))?.[1] ?? GEMINI)
    : undefined;
}

/** What LiteLLM lets callers write before the names of tuned models. */
const PREFIX = /^gemini\//;

/**
 * Google Vertex AI: Gemini, and the models of other makers that it serves, each in its maker's format. An `api_base` is
 * everything before `/publishers/...` or `/endpoints/...`.
 */
export const vertexAi = defineProvider({
  name: "vertex_ai",
  title: "Vertex_ai",
  source: "https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference (read 2026-11-28)",
  baseUrl: undefined,
  baseUrlEnv: ["VERTEXAI_API_BASE", "VERTEX_API_BASE"],
  baseUrlOf: toBaseUrl,
  needs: {
    keys: "`vertex_credentials`, `VERTEXAI_CREDENTIALS`, `GOOGLE_APPLICATION_CREDENTIALS`, else the machine's own identity; or an `api_key`",
    address: "by `vertex_project` and `vertex_location`",
  },
  authorization: optionalBearer(),
  credential: toCredential,
  routes: { chat: GEMINI, embedding: PREDICT },
  routeOf,
  modelName: (model) => model.replace(PREFIX, ""),
  clientHeaders: ["anthropic-beta"],
  statuses: { 529: 500 },
  readError: (error) => readGoogleError(error) ?? readClaudeError(error),
  retryAfterMs: readGoogleRetryDelay,
});
