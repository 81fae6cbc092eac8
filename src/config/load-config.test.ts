import { describe, expect, test } from "bun:test";
import { NO_OVERRIDES } from "./config-overrides.ts";
import { configFromEnvironment, configFromModelFlag, loadConfig } from "./load-config.ts";
import { configOf, firstModelOf, loadYaml, memoryFiles } from "./load-yaml-for-tests.ts";

const AZURE_AND_OPENAI = `
model_list:
  - model_name: gpt-4o
    litellm_params:
      model: azure/my-deployment
      api_base: https://example.openai.azure.com/
      api_key: os.environ/AZURE_API_KEY
      api_version: 2024-07-01-preview
      rpm: 6
      timeout: "30"
      stream_timeout: 0.5
      temperature: 0
      max_tokens: 100
      stop: ["END", os.environ/STOP]
    model_info:
      id: 7
      mode: chat
      base_model: azure/gpt-4o
      owner: team a
  - model_name: gpt-4o
    litellm_params: &openai
      model: openai/gpt-4o
      api_key: os.environ/OPENAI_API_KEY
      organization: org-1
      extra_headers: { X-Team: blue, X-Count: 3 }
    tpm: 240000
    rpm: 1800
  - model_name: "anything/*"
    litellm_params:
      <<: *openai
      model: "openai/*"
      drop_params: "True"
      weight: 2
litellm_settings:
  drop_params: yes
  request_timeout: 600
  model_alias_map: { gpt-3.5: gpt-4o }
router_settings:
  model_group_alias:
    best: gpt-4o
    secret: { model: gpt-4o, hidden: true }
  timeout: 120
general_settings:
  master_key: sk-1234
  max_request_size_mb: 1.5
  public_routes: [/metrics]
`;
const ENVIRONMENT = { AZURE_API_KEY: "azure-secret", OPENAI_API_KEY: "openai-secret", STOP: "stop here" };

describe("a file in the style of LiteLLM's documentation", () => {
  const loaded = loadYaml(AZURE_AND_OPENAI, ENVIRONMENT);
  const config = configOf(loaded);

  test("is without fault or warning", () => {
    expect(loaded.faults).toEqual([]);
    expect(loaded.warnings).toEqual([]);
    expect(loaded.files).toEqual(["/etc/portolan/config.yaml"]);
  });

  test("gives deployments in the gateway's units", () => {
    const { path, modelName, params, info } = firstModelOf(loaded);
    expect({ path, modelName }).toEqual({ path: "model_list[0]", modelName: "gpt-4o" });
    expect(params).toMatchObject({
      model: "azure/my-deployment",
      apiKey: "azure-secret",
      apiVersion: "2024-07-01-preview",
      timeoutMs: 30_000,
      streamTimeoutMs: 500,
      rpm: 6,
      additionalDropParams: [],
      defaults: { temperature: 0, max_tokens: 100, stop: ["END", "stop here"] },
    });
    expect(info).toMatchObject({ id: "7", mode: "chat", baseModel: "azure/gpt-4o" });
    expect(info.raw).toEqual({ id: "7", mode: "chat", base_model: "azure/gpt-4o", owner: "team a" });
  });

  test("takes capacity from the entry's root and merges YAML anchors", () => {
    expect(config.models[1]?.params).toMatchObject({ tpm: 240_000, rpm: 1800 });
    expect(config.models[1]?.params.extraHeaders).toEqual({ "X-Team": "blue", "X-Count": "3" });
    expect(config.models[2]?.params).toMatchObject({
      model: "openai/*",
      organization: "org-1",
      dropParams: true,
      weight: 2,
    });
  });

  test("gives settings", () => {
    expect(config.litellm).toEqual({
      dropParams: true,
      strictTranslation: false,
      requestTimeoutMs: 600_000,
      modelAliases: new Map([["gpt-3.5", "gpt-4o"]]),
      jsonLogs: false,
      priceFile: undefined,
      costDiscounts: {},
      costMargins: {},
    });
    expect(config.router.modelGroupAlias).toEqual({
      best: { model: "gpt-4o", hidden: false },
      secret: { model: "gpt-4o", hidden: true },
    });
    expect(config.router.timeoutMs).toBe(120_000);
    expect(config.general).toMatchObject({
      masterKey: "sk-1234",
      maxRequestBytes: 1_572_864,
      publicRoutes: ["/metrics"],
      healthCheckTimeoutMs: 60_000,
      healthCheckDetails: true,
    });
  });

  test("is frozen through and through", () => {
    expect(() => Object.assign(config.models[0]?.params.defaults ?? {}, { temperature: 1 })).toThrow();
    expect(Object.isFrozen(config.models)).toBe(true);
  });
});

describe("defaults", () => {
  test("hold for an empty file", () => {
    const config = configOf(loadYaml(""));
    expect(config.models).toEqual([]);
    expect(config.litellm).toEqual({
      dropParams: false,
      strictTranslation: false,
      requestTimeoutMs: 6_000_000,
      modelAliases: new Map(),
      jsonLogs: false,
      priceFile: undefined,
      costDiscounts: {},
      costMargins: {},
    });
    expect(config.general.maxRequestBytes).toBe(104_857_600);
    expect(config.general.masterKey).toBeUndefined();
  });

  test("give way to environment variables, which give way to the file", () => {
    const environment = { MASTER_KEY: "sk-2", LITELLM_MASTER_KEY: "sk-1", REQUEST_TIMEOUT: "5", JSON_LOGS: "true" };
    const fromEnvironment = configOf(loadYaml("", environment));
    expect(fromEnvironment.general.masterKey).toBe("sk-1");
    expect(fromEnvironment.litellm).toMatchObject({ requestTimeoutMs: 5000, jsonLogs: true });
    const fromFile = configOf(loadYaml("general_settings: {master_key: sk-3}", environment));
    expect(fromFile.general.masterKey).toBe("sk-3");
  });
});

describe("environment_variables", () => {
  const text = `
environment_variables:
  REGION: eu
  COPY: os.environ/ORIGINAL
  COUNT: 3
model_list:
  - model_name: a
    litellm_params: { model: openai/a, api_key: os.environ/COPY, region_name: os.environ/REGION }
`;

  test("feed references and are given back", () => {
    const loaded = loadYaml(text, { ORIGINAL: "original", REGION: "us" });
    expect(loaded.environmentVariables).toEqual({ REGION: "eu", COPY: "original", COUNT: "3" });
    expect(firstModelOf(loaded).params).toMatchObject({ apiKey: "original", regionName: "eu" });
  });
});

describe("credential_list", () => {
  const text = `
credential_list:
  - credential_name: shared
    credential_values: { api_key: os.environ/KEY, api_base: "https://shared.example/v1" }
    credential_info: { owner: us }
model_list:
  - model_name: a
    litellm_params: { model: openai/a, litellm_credential_name: shared, api_base: "https://own.example/v1" }
`;

  test("fills what the entry does not say", () => {
    const { params } = firstModelOf(loadYaml(text, { KEY: "k" }));
    expect(params).toMatchObject({ apiKey: "k", apiBase: "https://own.example/v1", defaults: {} });
  });

  test("a name that is missing is a fault with the nearest one", () => {
    const { faults } = loadYaml(text.replace("credential_name: shared", "credential_name: shred"), { KEY: "k" });
    expect(faults).toEqual([
      {
        path: "model_list[0].litellm_params.litellm_credential_name",
        message: "no credential is named shared; did you mean shred?",
        allowed: "the credential_name of a credential_list entry",
      },
    ]);
  });
});

describe("include", () => {
  const files = {
    "/c/main.yaml":
      "include: [models/a.yaml]\nmodel_list: [{model_name: m, litellm_params: {model: openai/m}}]\nlitellm_settings: {drop_params: true}",
    "/c/models/a.yaml":
      "include: [b.yml]\nmodel_list: [{model_name: a, litellm_params: {model: openai/a}}]\nlitellm_settings: {json_logs: true}",
    "/c/models/b.yml": "model_list: [{model_name: b, litellm_params: {model: openai/b, rpm: -1}}]",
  };
  const load = (changed: Readonly<Record<string, string>> = {}) =>
    loadConfig({ path: "/c/main.yaml", environment: {}, readFile: memoryFiles({ ...files, ...changed }) });

  test("appends lists, replaces other sections, and names the file of a fault", () => {
    expect(load().faults.map(({ path }) => path)).toEqual(["b.yml: model_list[0].litellm_params.rpm"]);
    const loaded = load({ "/c/models/b.yml": "" });
    const config = configOf(loaded);
    expect(config.models.map(({ modelName }) => modelName)).toEqual(["m", "a"]);
    expect(config.litellm).toMatchObject({ dropParams: false, jsonLogs: true });
    expect(loaded.files).toEqual(["/c/main.yaml", "/c/models/a.yaml", "/c/models/b.yml"]);
    expect(loaded.warnings).toEqual([
      {
        path: "models/a.yaml: litellm_settings",
        message: "replaces the whole litellm_settings of the file that includes it",
      },
    ]);
  });

  test("refuses a cycle, a missing file and another type of file, and still watches what was looked for", () => {
    const loaded = load({ "/c/models/b.yml": "include: [../main.yaml, gone.yaml, c.json]" });
    expect(loaded.faults.map(({ path, message }) => `${path} ${message}`)).toEqual([
      "b.yml: include[0] ../main.yaml includes itself",
      "/c/models/gone.yaml there is no such file",
      "/c/models/c.json is no YAML file",
    ]);
    expect(loaded.files).toContain("/c/models/gone.yaml");
    expect(loaded.config).toBeUndefined();
  });

  test("skips a file that is included already", () => {
    const loaded = load({ "/c/main.yaml": "include: [models/b.yml, models/b.yml]", "/c/models/b.yml": "" });
    expect(loaded.warnings).toEqual([{ path: "include[1]", message: "models/b.yml is included already: skipped" }]);
  });

  test("must be a list of names", () => {
    expect(load({ "/c/main.yaml": "include: models/b.yml" }).faults[0]?.path).toBe("include");
  });
});

test("credentials of Google may be written as a mapping", () => {
  const text =
    "model_list: [{model_name: a, litellm_params: {model: vertex_ai/x, vertex_credentials: {type: service_account}}}]";
  const loaded = loadConfig({ path: "/main.yaml", environment: {}, readFile: memoryFiles({ "/main.yaml": text }) });
  expect(loaded.faults).toEqual([]);
  expect(loaded.config?.models[0]?.params.vendor.vertex_credentials).toBe('{"type":"service_account"}');
});

describe("without a file", () => {
  const providers = [
    { name: "openai", keyEnv: ["OPENAI_API_KEY"] },
    { name: "together_ai", keyEnv: ["TOGETHERAI_API_KEY", "TOGETHER_API_KEY"] },
    { name: "groq", keyEnv: ["GROQ_API_KEY"] },
  ];

  test("there is a demo model and a wildcard for each provider with a key", () => {
    const environment = { OPENAI_API_KEY: "sk", TOGETHER_API_KEY: "t", GROQ_API_KEY: "" };
    const { models } = configOf(configFromEnvironment(environment, providers));
    expect(models.map(({ modelName, params }) => [modelName, params.model])).toEqual([
      ["demo", "mock/demo"],
      ["openai/*", "openai/*"],
      ["together_ai/*", "together_ai/*"],
    ]);
  });

  test("--model serves that model alone and forces it", () => {
    const overrides = { ...NO_OVERRIDES, model: "gpt-4o", apiBase: "https://x.example/v1", apiVersion: "2024-01-01" };
    const loaded = configFromModelFlag({}, overrides);
    const config = configOf(loaded);
    expect(config.models).toHaveLength(1);
    expect(firstModelOf(loaded)).toMatchObject({
      path: "--model",
      modelName: "gpt-4o",
      params: { model: "gpt-4o", apiBase: "https://x.example/v1", apiVersion: "2024-01-01" },
    });
    expect(config.forced.model).toBe("gpt-4o");
    expect(loaded.environmentVariables).toEqual({ AZURE_API_VERSION: "2024-01-01" });
  });

  test("--alias is the name that is listed and forced", () => {
    const loaded = configFromModelFlag({}, { ...NO_OVERRIDES, model: "openai/gpt-4o", alias: "best" });
    expect(firstModelOf(loaded)).toMatchObject({ modelName: "best", params: { model: "openai/gpt-4o" } });
    expect(configOf(loaded).forced.model).toBe("best");
  });
});

describe("--model with a file", () => {
  const text = "model_list: [{model_name: a, litellm_params: {model: openai/x}}]";
  const names = (model: string) =>
    configOf(loadYaml(text, {}, { ...NO_OVERRIDES, model })).models.map(({ modelName }) => modelName);

  test("adds an entry unless the file serves that name", () => {
    expect(names("b")).toEqual(["a", "b"]);
    expect(names("a")).toEqual(["a"]);
    expect(names("openai/x")).toEqual(["a"]);
  });

  test("says so when --api_base has nothing to say", () => {
    const warningsOf = (model: string | undefined) =>
      loadYaml(text, {}, { ...NO_OVERRIDES, model, apiBase: "https://x.example/v1" }).warnings.map(({ path }) => path);
    expect(warningsOf("a")).toEqual(["--api_base"]);
    expect(warningsOf(undefined)).toEqual(["--api_base"]);
    expect(warningsOf("b")).toEqual([]);
  });

  test("other flags are forced too", () => {
    const overrides = { ...NO_OVERRIDES, temperature: 0, maxTokens: 5, requestTimeoutMs: 1000, dropParams: true };
    const config = configOf(loadYaml(text, {}, overrides));
    expect(config.forced).toEqual({
      model: undefined,
      temperature: 0,
      maxTokens: 5,
      requestTimeoutMs: 1000,
    });
    expect(config.litellm.dropParams).toBe(true);
  });
});
