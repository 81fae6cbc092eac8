import { describe, expect, test } from "bun:test";
import { bareParams } from "../config/bare-params.ts";
import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { findWay } from "../routing/way.ts";
import { toCredential } from "./credential.ts";
import { gemini } from "./gemini.ts";
import { readGoogleError, readGoogleRetryDelay } from "./google-errors.ts";
import { NO_IDENTITIES } from "./identities-for-tests.ts";
import { prepareRoute } from "./prepared-route.ts";
import type { Provider } from "./provider.ts";
import { vertexAi } from "./vertex-ai.ts";

const account = JSON.stringify({ type: "service_account", project_id: "of-key" });
const REQUEST = { host: "h", target: "/", body: [] };

const paramsOf = (vendor: DeploymentParams["vendor"], apiKey?: string): DeploymentParams => ({
  ...bareParams("vertex_ai/m"),
  apiKey,
  vendor,
});

const asked: (string | undefined)[] = [];
const identities = {
  ...NO_IDENTITIES,
  google: (credentials: string | undefined) => {
    asked.push(credentials);
    return () => Promise.resolve({ token: "ya29.x", expiresAtMs: Date.now() + 3_600_000 });
  },
};

/** Host and request line of a call. */
const addressOf = (
  model: string,
  params: DeploymentParams,
  {
    environment = {},
    isStream = false,
    operation = "chat" as "chat" | "embedding",
    provider = vertexAi as Provider,
  } = {},
): string => {
  const way = findWay(provider, operation, model);
  const credential = toCredential(provider, { params, environment, identities, model });
  if (way === undefined || credential === undefined) throw new Error("there is no way");
  const route = prepareRoute({ provider, operation, way, model, params, credential, environment });
  const line = route.head(undefined, isStream).text.split("\r\n")[0] ?? "";
  return `${route.origin.hostHeader} ${line.replace(/^POST | HTTP\/1\.1$/g, "")}`;
};

test.each(["bge/123", "gemma/gemma-3-12b-it-1222199011122", "openai/5464397967697903616", "jamba-1.5-large@001"])(
  "what is called in ways of its own is refused, not sent to Gemini: %s",
  (model) => {
    expect(() => vertexAi.routeOf?.("chat", model)).toThrow("not built");
  },
);

describe("addresses", () => {
  const at = { vertex_project: "p", vertex_location: "europe-west4" };
  const base = "europe-west4-aiplatform.googleapis.com /v1/projects/p/locations/europe-west4";

  test.each([
    ["gemini-2.5-flash", false, "/publishers/google/models/gemini-2.5-flash:generateContent"],
    ["gemini-2.5-flash", true, "/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse"],
    ["claude-sonnet-4-5@20250929", false, "/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict"],
    ["claude-sonnet-4-5@20250929", true, "/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict"],
    ["meta/llama-3.3-70b-instruct-maas", true, "/endpoints/openapi/chat/completions"],
    ["mistral-medium-3", true, "/publishers/mistralai/models/mistral-medium-3:streamRawPredict"],
    ["gemini/4965075652664360960", false, "/endpoints/4965075652664360960:generateContent"],
  ])("%s, streamed: %p", (model, isStream, path) => {
    expect(addressOf(model, paramsOf(at), { isStream })).toBe(base + path);
  });

  test.each([
    ["text-embedding-005", "predict"],
    ["gemini-embedding-001", "predict"],
    ["gemini-embedding-2", "embedContent"],
  ])("of the embedding model %s", (model, method) => {
    const path = `/publishers/google/models/${model}:${method}`;
    expect(addressOf(model, paramsOf(at), { operation: "embedding" })).toBe(base + path);
  });

  test.each([
    [{ vertex_location: "global" }, "aiplatform.googleapis.com /v1/projects/p/locations/global"],
    [{ vertex_ai_location: "eu" }, "aiplatform.eu.rep.googleapis.com /v1/projects/p/locations/eu"],
    [{}, "us-central1-aiplatform.googleapis.com /v1/projects/p/locations/us-central1"],
  ])("at the location %j", (location, expected) => {
    expect(addressOf("gemini-x", paramsOf({ vertex_ai_project: "p", ...location }))).toStartWith(`${expected}/`);
  });

  test.each([
    [{ VERTEXAI_PROJECT: "e", VERTEXAI_LOCATION: "us-east1" }, "us-east1-aiplatform.googleapis.com /v1/projects/e/"],
    [{ VERTEX_PROJECT: "e" }, "us-central1-aiplatform.googleapis.com /v1/projects/e/"],
    [{ VERTEXAI_CREDENTIALS: account }, "us-central1-aiplatform.googleapis.com /v1/projects/of-key/"],
  ] as readonly (readonly [Environment, string])[])("by the environment %j", (environment, expected) => {
    expect(addressOf("gemini-x", paramsOf({}), { environment })).toStartWith(expected);
  });

  test("of keys that need no project", () => {
    expect(addressOf("gemini-x", paramsOf({}, "AIzaKey"))).toBe(
      "aiplatform.googleapis.com /v1/publishers/google/models/gemini-x:generateContent",
    );
    expect(() => addressOf("gemini-x", paramsOf({}))).toThrow("needs a project");
    expect(() => addressOf("gemini-x", paramsOf({ vertex_project: "p", vertex_location: "evil.example/" }))).toThrow(
      "no location",
    );
  });

  test("of AI Studio hold no key", () => {
    const address = addressOf("gemini-2.5-flash", paramsOf({}, "AIzaKey"), { provider: gemini, isStream: true });
    expect(address).toBe(
      "generativelanguage.googleapis.com /v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    );
  });
});

describe("credentials", () => {
  const lineOf = (vendor: DeploymentParams["vendor"], environment: Environment = {}, apiKey?: string): unknown =>
    toCredential(vertexAi, { params: paramsOf(vendor, apiKey), environment, identities, model: "m" })?.sign(REQUEST);

  test("an API key or an access token goes as it is", () => {
    expect(lineOf({}, {}, "AIzaKey")).toBe("x-goog-api-key: AIzaKey\r\n");
    expect(lineOf({}, {}, "ya29.token")).toBe("authorization: Bearer ya29.token\r\n");
  });

  test.each([
    [{ vertex_credentials: account }, { VERTEXAI_CREDENTIALS: "{}" }, account],
    [{ vertex_ai_credentials: account }, {}, account],
    [{}, { VERTEXAI_CREDENTIALS: account, GOOGLE_APPLICATION_CREDENTIALS: "{}" }, account],
    [{}, { GOOGLE_APPLICATION_CREDENTIALS: account }, account],
    [{}, {}, undefined],
  ])("tokens are had for %j and the environment %j", async (vendor, environment, credentials) => {
    asked.length = 0;
    expect(await lineOf(vendor, environment)).toBe("authorization: Bearer ya29.x\r\n");
    expect(asked).toEqual([credentials]);
  });

  test("what cannot be credentials is said at once", () => {
    expect(() => lineOf({ vertex_credentials: "/nowhere" })).toThrow("cannot be read");
    const source = { type: "external_account", credential_source: { executable: { command: "true" } } };
    expect(() => lineOf({ vertex_credentials: JSON.stringify(source) })).toThrow("runs a program");
  });
});

test.each([
  [400, "API key not valid. Please pass a valid API key.", "upstream-unauthenticated"],
  [
    400,
    "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576).",
    "context-window-exceeded",
  ],
  [
    400,
    "Unable to submit request because the input token count is 9 but model only supports up to 8.",
    "context-window-exceeded",
  ],
  [400, "prompt is too long: 9 tokens > 8 maximum", "context-window-exceeded"],
  [400, "The response was blocked.", "content-policy-violation"],
  [429, "Resource exhausted. Please try again later.", "upstream-rate-limited"],
  [403, "Quota exceeded for aiplatform.googleapis.com", "upstream-rate-limited"],
  [403, "Permission denied on resource project p.", undefined],
  [500, "Resource exhausted", undefined],
] as const)("a failure with status %i and the words %j", (status, message, kind) => {
  expect(readGoogleError({ status, message, type: undefined, code: undefined })).toBe(kind);
});

test("how long to wait", () => {
  const info = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.0741s" };
  expect(readGoogleRetryDelay({ details: [{ "@type": "x" }, info] })).toBe(34_075);
  for (const odd of [{}, "text", { details: [{ ...info, retryDelay: "soon" }] }]) {
    expect(readGoogleRetryDelay(odd)).toBeUndefined();
  }
});
