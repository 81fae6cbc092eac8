import { describe, expect, test } from "bun:test";
import type { Environment } from "../config/environment-references.ts";
import type { DeploymentParams } from "../config/gateway-config.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { azure } from "./azure.ts";
import { openai } from "./openai.ts";
import { type PreparedRoute, prepareRoute, resolveApiBase, toPathSegment, type Way } from "./prepared-route.ts";
import type { Provider } from "./provider.ts";

const paramsOf = (fields: string): DeploymentParams => {
  const [entry] = configOf(
    loadYaml(`model_list: [{model_name: m, litellm_params: {model: openai/m, ${fields}}}]`),
  ).models;
  if (entry === undefined) throw new Error("no entry");
  return entry.params;
};

const wayOf = ({ routes: { chat } }: Provider): Way => {
  if (chat === undefined) throw new Error("no chat");
  return { route: chat, translator: undefined };
};

const prepare = (
  provider: Provider,
  fields: string,
  { model = "gpt", environment = {} }: { model?: string; environment?: Environment } = {},
): PreparedRoute => {
  const source = {
    provider,
    operation: "chat",
    model,
    params: paramsOf(fields),
    credential: { sign: () => "", secrets: () => [] },
    way: wayOf(provider),
    environment,
  } as const;
  return prepareRoute(source);
};

const targetOf = (route: PreparedRoute, apiVersion?: string): string =>
  route.head(apiVersion, false).text.split("\r\n")[0]?.split(" ")[1] ?? "";

describe("addresses", () => {
  test.each([
    [openai, "", {}, "https://api.openai.com:443", "/v1/chat/completions"],
    [openai, "", { OPENAI_BASE_URL: "http://proxy:8080/x/" }, "http://proxy:8080", "/x/chat/completions"],
    [
      openai,
      "api_base: 'http://own:1/v1'",
      { OPENAI_BASE_URL: "http://proxy" },
      "http://own:1",
      "/v1/chat/completions",
    ],
    [openai, "api_base: 'http://own//'", {}, "http://own:80", "/chat/completions"],
    [openai, "api_base: 'http://[::1]:9/v1?a=b'", {}, "http://[::1]:9", "/v1/chat/completions?a=b"],
    [
      azure,
      "api_base: 'https://x.openai.azure.com'",
      {},
      "https://x.openai.azure.com:443",
      "/openai/deployments/gpt/chat/completions?api-version=2024-07-01-preview",
    ],
    [
      azure,
      "api_base: 'https://x/', api_version: '2024-10-21'",
      {},
      "https://x:443",
      "/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
    ],
    [
      azure,
      "api_base: 'https://x'",
      { AZURE_API_VERSION: "2023-05-15" },
      "https://x:443",
      "/openai/deployments/gpt/chat/completions?api-version=2023-05-15",
    ],
    [azure, "api_base: 'https://x/openai/v1'", {}, "https://x:443", "/openai/v1/chat/completions"],
    [azure, "api_base: 'https://x', api_version: v1", {}, "https://x:443", "/openai/v1/chat/completions"],
    [
      azure,
      "api_base: 'https://x', api_version: preview",
      {},
      "https://x:443",
      "/openai/v1/chat/completions?api-version=preview",
    ],
    [
      azure,
      "api_base: 'https://x/openai/deployments/d'",
      {},
      "https://x:443",
      "/openai/deployments/d/chat/completions?api-version=2024-07-01-preview",
    ],
  ] as const)("%# %s", (provider, fields, environment, origin, target) => {
    const route = prepare(provider, fields, { environment });
    expect(route.origin.key).toBe(origin);
    expect(targetOf(route)).toBe(target);
    expect(route.apiBase).not.toContain("?");
  });

  test("may hold variables of the environment, which are encoded", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is what providers write
    const provider = { ...openai, baseUrl: "https://api.example/accounts/${ACCOUNT}/v1", baseUrlEnv: [] };
    const environment = { ACCOUNT: "a/../b" };
    expect(resolveApiBase(provider, paramsOf(""), environment)).toBe("https://api.example/accounts/a%2F..%2Fb/v1");
    expect(() => resolveApiBase(provider, paramsOf(""), {})).toThrow("ACCOUNT");
    // An address that somebody wrote is none: callers write some.
    const own = ["https://x.example/$", "{ACCOUNT}"].join("");
    expect(resolveApiBase(provider, paramsOf(`api_base: '${own}'`), environment)).toBe(own);
  });

  test("that cannot be are refused with a reason", () => {
    expect(() => prepare(azure, "")).toThrow("AZURE_API_BASE");
    const withBase = (base: string): Environment => ({ OPENAI_BASE_URL: base });
    for (const base of ["ftp://x", "nonsense", "http://user:secret@x"]) {
      expect(() => prepare(openai, "", { environment: withBase(base) })).toThrow(TypeError);
    }
    expect(() => prepare(openai, "", { environment: withBase("http://user:secret@x") })).not.toThrow("secret");
  });
});

describe("the call's own api-version", () => {
  const route = prepare(azure, "api_base: 'https://x', api_version: '2024-10-21'");

  test("wins where the vendor has versions", () => {
    expect(targetOf(route, "2025-01-01-preview")).toEndWith("?api-version=2025-01-01-preview");
    expect(targetOf(prepare(openai, ""), "2025-01-01")).toBe("/v1/chat/completions");
  });

  test.each(["", "a b", "a&b=c", "a\r\nx: y", "../..", "x".repeat(41), "é"])("%j is left out", (version) => {
    expect(targetOf(route, version)).toEndWith("?api-version=2024-10-21");
  });
});

describe("headers", () => {
  test("are the vendor's, the deployment's, and nothing else", () => {
    const fields = "extra_headers: {X-Team: blue, x-n: 3}, organization: org-1, api_base: 'http://own:81/v1'";
    expect(prepare(openai, fields).head(undefined, false).text).toBe(
      "POST /v1/chat/completions HTTP/1.1\r\nhost: own:81\r\ncontent-type: application/json\r\n" +
        "accept-encoding: identity\r\nopenai-organization: org-1\r\nx-team: blue\r\nx-n: 3\r\n",
    );
  });

  test.each([
    ["Host", "x"],
    ["Content-Length", "1"],
    ["transfer-encoding", "chunked"],
    ["connection", "close"],
    ["a b", "c"],
    ["", "c"],
    ["a:b", "c"],
    ["a", "b\r\nc: d"],
    ["a\r\nb", "c"],
  ])("of the deployment such as %j: %j are refused, even if the configuration let them through", (name, value) => {
    const params = { ...paramsOf(""), extraHeaders: { [name]: value } };
    const source = {
      provider: openai,
      operation: "chat",
      model: "m",
      params,
      credential: { sign: () => "", secrets: () => [] },
      way: wayOf(openai),
      environment: {},
    } as const;
    expect(() => prepareRoute(source)).toThrow(TypeError);
  });
});

describe("model names in a path", () => {
  test.each([
    ["gpt-4o", "gpt-4o"],
    ["a/b", "a/b"],
    ["a b?c#d", "a%20b%3Fc%23d"],
    ["%2e%2e", "%252e%252e"],
    ["...", "..."],
    ["a..b", "a..b"],
    ["é😀", "%C3%A9%F0%9F%98%80"],
    ["a\r\nb", "a%0D%0Ab"],
  ])("%j becomes %s", (name, segment) => {
    expect(toPathSegment(name)).toBe(segment);
  });

  test.each(["", ".", "..", "../a", "a/..", "a/../b", "./a", "a/.", "\ud800"])("%j is refused", (name) => {
    expect(() => toPathSegment(name)).toThrow();
  });
});
