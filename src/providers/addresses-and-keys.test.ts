import { describe, expect, test } from "bun:test";
import { bareParams } from "../config/bare-params.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { azureAi } from "./azure-ai.ts";
import { bedrock } from "./bedrock.ts";
import { cohere } from "./cohere.ts";
import { huggingface } from "./huggingface.ts";
import { NO_IDENTITIES } from "./identities-for-tests.ts";
import { oci } from "./oci.ts";
import { resolveApiBase } from "./prepared-route.ts";
import type { Provider } from "./provider.ts";
import { snowflake } from "./snowflake.ts";
import { watsonx } from "./watsonx.ts";

const identities = {
  ...NO_IDENTITIES,
  entra: () => () => Promise.resolve({ token: "entra-token", expiresAtMs: Number.MAX_SAFE_INTEGER }),
};

const sign = async (
  provider: Provider,
  host: string,
  params: Partial<DeploymentParams>,
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> => {
  const source = {
    params: { ...bareParams(`${provider.name}/m`), ...params },
    environment,
    identities,
    model: "m",
  };
  return await provider.credential?.(source)?.sign({ host, target: "/", body: [] });
};

const urlOf = (provider: Provider, base: string, path: string, apiVersion?: string): string | undefined =>
  provider.url?.({ base, path, model: "org/name", apiVersion });

test.each([
  "agent/L1RT58GYRW/MFPSBCXYTW",
  "llama/arn:aws:bedrock:us-east-1:1:imported-model/x",
  "converse/qwen2/arn:aws:x",
])("names by which only LiteLLM calls Bedrock are refused when the gateway starts: %s", (model) => {
  expect(() => bedrock.routeOf?.("chat", model)).toThrow("is not built");
});

test("an ARN of Bedrock may have slashes", () => {
  const arn = "arn:aws:bedrock:us-east-1:1:application-inference-profile/x";
  expect(bedrock.modelName?.(`converse/${arn}`, "chat")).toBe(arn);
});

describe("azure_ai", () => {
  const CHAT = "/chat/completions";
  test.each([
    [
      "https://x.services.ai.azure.com",
      undefined,
      "https://x.services.ai.azure.com/models/chat/completions?api-version=2024-05-01-preview",
    ],
    [
      "https://x.services.ai.azure.com/models",
      "2025-04-01",
      "https://x.services.ai.azure.com/models/chat/completions?api-version=2025-04-01",
    ],
    [
      "https://x.services.ai.azure.com/models/chat/completions",
      "2025-04-01",
      "https://x.services.ai.azure.com/models/chat/completions?api-version=2025-04-01",
    ],
    [
      "https://x.services.ai.azure.com/openai/v1",
      undefined,
      "https://x.services.ai.azure.com/openai/v1/chat/completions",
    ],
    ["https://x.services.ai.azure.com", "v1", "https://x.services.ai.azure.com/openai/v1/chat/completions"],
    [
      "https://x.services.ai.azure.com/models",
      "preview",
      "https://x.services.ai.azure.com/openai/v1/chat/completions?api-version=preview",
    ],
    [
      "https://x.eastus.models.ai.azure.com",
      undefined,
      "https://x.eastus.models.ai.azure.com/chat/completions?api-version=2024-05-01-preview",
    ],
  ])("%s, version %p", (base, version, expected) => {
    expect(urlOf(azureAi, base, CHAT, version)).toBe(expected);
  });

  test.each([
    "https://x.services.ai.azure.com",
    "https://x.services.ai.azure.com/models",
    "https://x.services.ai.azure.com/anthropic",
    "https://x.services.ai.azure.com/anthropic/v1/messages",
  ])("Claude is reached by its own API: %s", async (base) => {
    const route = azureAi.routeOf?.("chat", "claude-opus-4-1");
    expect(route?.dialect).toBe("anthropic-messages");
    expect(urlOf(azureAi, base, route?.path ?? "", "2025-04-01")).toBe(
      "https://x.services.ai.azure.com/anthropic/v1/messages",
    );
    const source = { params: { ...bareParams("azure_ai/m"), apiKey: "k" }, environment: {}, identities, model: "m" };
    const credential = azureAi.credential?.(source);
    const request = { host: "x.services.ai.azure.com", target: "/anthropic/v1/messages", body: [] };
    expect(await credential?.sign(request)).toBe("x-api-key: k\r\n");
  });

  test("reranking is at the root, without a version", () => {
    expect(urlOf(azureAi, "https://x.eastus.models.ai.azure.com", "/v2/rerank", "2025-04-01")).toBe(
      "https://x.eastus.models.ai.azure.com/v2/rerank",
    );
  });

  test("keys and identities", async () => {
    const apiKey = "k";
    expect(await sign(azureAi, "x.services.ai.azure.com", { apiKey })).toBe("api-key: k\r\n");
    expect(await sign(azureAi, "x.eastus.models.ai.azure.com", { apiKey })).toBe("authorization: Bearer k\r\n");
    expect(await sign(azureAi, "h", {}, { AZURE_AI_API_KEY: "e" })).toBe("api-key: e\r\n");
    const azure = { adToken: undefined, tenantId: "t", clientId: "c" } as unknown as DeploymentParams["azure"];
    expect(await sign(azureAi, "h", { azure }, { AZURE_AI_API_KEY: "e" })).toBe(
      "authorization: Bearer entra-token\r\n",
    );
    expect(await sign(azureAi, "h", {})).toBeUndefined();
  });
});

test.each([
  ["https://api.cohere.com", "https://api.cohere.com/v2/chat"],
  ["https://api.cohere.ai/v1", "https://api.cohere.ai/v2/chat"],
  ["https://api.cohere.ai/v1/rerank", "https://api.cohere.ai/v2/chat"],
  ["https://proxy.example/cohere", "https://proxy.example/cohere/v2/chat"],
])("cohere at %s", (base, expected) => {
  expect(urlOf(cohere, base, "/v2/chat")).toBe(expected);
});

test.each([
  [400, "too many tokens: total number of tokens in the prompt cannot exceed 4081", "context-window-exceeded"],
  [400, "too many tokens: max tokens must be less than or equal to 4096", "upstream-invalid-request"],
  [400, "invalid api token", "upstream-unauthenticated"],
  [402, "Please add or update your payment method", "upstream-forbidden"],
  [498, "blocked", "content-policy-violation"],
  [499, "request cancelled", "upstream-unavailable"],
  [400, "message must not be empty in a turn", undefined],
] as const)("cohere's %d %s", (status, message, expected) => {
  expect(cohere.readError?.({ status, message, type: undefined, code: undefined })).toBe(expected);
});

describe("huggingface", () => {
  test.each([
    ["https://router.huggingface.co/v1", "/v1/chat/completions", "https://router.huggingface.co/v1/chat/completions"],
    [
      "https://router.huggingface.co/v1",
      "/embed",
      "https://router.huggingface.co/hf-inference/models/org/name/pipeline/feature-extraction",
    ],
    [
      "https://x.endpoints.huggingface.cloud",
      "/v1/chat/completions",
      "https://x.endpoints.huggingface.cloud/v1/chat/completions",
    ],
    ["http://localhost:8080/v1", "/embed", "http://localhost:8080/embed"],
  ])("%s %s", (base, path, expected) => {
    expect(urlOf(huggingface, base, path)).toBe(expected);
  });

  test.each([
    ["together/org/name", "chat", "org/name:together"],
    ["org/name", "chat", "org/name"],
    ["org/name:groq", "chat", "org/name:groq"],
    ["a/b/c", "embedding", "a/b/c"],
  ] as const)("model %s for %s", (model, operation, expected) => {
    expect(huggingface.modelName?.(model, operation)).toBe(expected);
  });

  test("too long an input", () => {
    const error = { status: 422, type: undefined, code: undefined };
    const message = "Input validation error: `inputs` must have less than 512 tokens. Given: 1337";
    expect(huggingface.readError?.({ ...error, message })).toBe("context-window-exceeded");
    expect(huggingface.readError?.({ ...error, message: "other" })).toBeUndefined();
  });
});

describe("snowflake", () => {
  const PATH = "/api/v2/cortex/v1/chat/completions";
  test.each([
    "https://a.snowflakecomputing.com",
    "https://a.snowflakecomputing.com/api/v2",
    "https://a.snowflakecomputing.com/api/v2/cortex/v1",
  ])("%s", (base) => {
    expect(urlOf(snowflake, base, PATH)).toBe(`https://a.snowflakecomputing.com${PATH}`);
  });

  test("the account is part of the address", () => {
    const params = bareParams("snowflake/m");
    expect(resolveApiBase(snowflake, params, { SNOWFLAKE_ACCOUNT_ID: "org-acct" })).toBe(
      "https://org-acct.snowflakecomputing.com",
    );
    for (const odd of [{}, { SNOWFLAKE_ACCOUNT_ID: "evil.example/" }]) {
      expect(() => resolveApiBase(snowflake, params, odd)).toThrow("SNOWFLAKE_ACCOUNT_ID");
    }
  });

  test("tokens are told apart", async () => {
    expect(await sign(snowflake, "h", { apiKey: "pat/x" })).toBe(
      "authorization: Bearer x\r\nx-snowflake-authorization-token-type: PROGRAMMATIC_ACCESS_TOKEN\r\n",
    );
    expect(await sign(snowflake, "h", {}, { SNOWFLAKE_JWT: "j" })).toBe(
      "authorization: Bearer j\r\nx-snowflake-authorization-token-type: KEYPAIR_JWT\r\n",
    );
    expect(await sign(snowflake, "h", {})).toBeUndefined();
  });
});

test("watsonx: region, version, and a token that is one already", async () => {
  const params = bareParams("watsonx/m");
  expect(resolveApiBase(watsonx, params, {})).toBe("https://us-south.ml.cloud.ibm.com");
  const vendor = { watsonx_region_name: "eu-de" };
  expect(resolveApiBase(watsonx, { ...params, vendor }, {})).toBe("https://eu-de.ml.cloud.ibm.com");
  for (const odd of ["evil.example/", "a.b", "us-south/x", "", "US-south"]) {
    expect(() => resolveApiBase(watsonx, { ...params, vendor: { watsonx_region_name: odd } }, {})).toThrow("no region");
  }
  expect(urlOf(watsonx, "https://h", "/ml/v1/text/chat", "2025-01-01")).toBe(
    "https://h/ml/v1/text/chat?version=2025-01-01",
  );
  expect(await sign(watsonx, "h", {}, { WATSONX_TOKEN: "t" })).toBe("authorization: Bearer t\r\n");
  expect(await sign(watsonx, "h", {})).toBeUndefined();
});

test("oci: a region is a region, as it is part of the host", () => {
  const params = bareParams("oci/m");
  const urlIn = (oci_region: string): string => resolveApiBase(oci, { ...params, vendor: { oci_region } }, {});
  for (const region of ["us-ashburn-1", "uk-gov-london-1", "eu-frankfurt-2"]) {
    expect(urlIn(region)).toBe(`https://inference.generativeai.${region}.oci.oraclecloud.com`);
  }
  for (const odd of ["evil.example/", "x@evil.example#", "us-ashburn-1.evil", ""]) {
    expect(() => urlIn(odd)).toThrow("no region");
  }
});
