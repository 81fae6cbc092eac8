import { describe, expect, test } from "bun:test";
import type { Environment } from "./environment-references.ts";
import type { RouterSettings } from "./gateway-config.ts";
import { configOf, firstModelOf, loadYaml } from "./load-yaml-for-tests.ts";

const MODELS = `
model_list:
  - { model_name: a, litellm_params: { model: openai/a } }
  - { model_name: b, litellm_params: { model: openai/b } }
  - { model_name: c, litellm_params: { model: openai/c } }
`;

const routerOf = (text: string, environment: Environment = {}): RouterSettings => {
  const loaded = loadYaml(MODELS + text, environment);
  expect(loaded.warnings).toEqual([]);
  return configOf(loaded).router;
};

const target = (model: string, overrides: Readonly<Record<string, unknown>> = {}) => ({ model, overrides });

describe("router_settings", () => {
  test("has LiteLLM's defaults", () => {
    expect(routerOf("")).toEqual({
      modelGroupAlias: {},
      timeoutMs: undefined,
      streamTimeoutMs: undefined,
      strategy: "simple-shuffle",
      strategyArgs: { ttlMs: 3_600_000, lowestLatencyBuffer: 0, maxLatencyListSize: 10 },
      numRetries: 2,
      retryAfterMs: 0,
      retryPolicy: {},
      modelGroupRetryPolicy: new Map(),
      allowedFails: undefined,
      allowedFailsPolicy: undefined,
      cooldownMs: 5000,
      disableCooldowns: false,
      fallbacks: new Map(),
      contextWindowFallbacks: undefined,
      contentPolicyFallbacks: undefined,
      maxFallbacks: 5,
      enablePreCallChecks: false,
      enableTagFiltering: false,
      tagFilteringMatchAny: true,
      defaultMaxParallelRequests: undefined,
      defaultPriority: undefined,
      ignoreInvalidDeployments: false,
      enforceModelRateLimits: false,
      hedge: new Map(),
      redis: undefined,
    });
  });

  test("reads every key in the gateway's units", () => {
    const router = routerOf(`
router_settings:
  routing_strategy: latency-based-routing
  routing_strategy_args: { ttl: 10, lowest_latency_buffer: 0.5, max_latency_list_size: 3 }
  num_retries: 0
  retry_after: 1.5
  retry_policy: { TimeoutErrorRetries: 3, RateLimitErrorRetries: 0 }
  model_group_retry_policy: { a: { BadRequestErrorRetries: 1, InternalServerErrorRetries: 4 } }
  allowed_fails: 0
  allowed_fails_policy: { ContentPolicyViolationErrorAllowedFails: 9, AuthenticationErrorAllowedFails: 1 }
  cooldown_time: 0
  disable_cooldowns: true
  max_fallbacks: 1
  enable_pre_call_checks: true
  enable_tag_filtering: true
  tag_filtering_match_any: false
  default_max_parallel_requests: 8
  default_priority: 3
  ignore_invalid_deployments: true
  optional_pre_call_checks: [enforce_model_rate_limits]
  hedge: { a: { after_ms: 250, max_extra: 1 } }
`);
    expect(router).toMatchObject({
      strategy: "latency-based-routing",
      strategyArgs: { ttlMs: 10_000, lowestLatencyBuffer: 0.5, maxLatencyListSize: 3 },
      numRetries: 0,
      retryAfterMs: 1500,
      retryPolicy: { timeout: 3, "rate-limit": 0 },
      allowedFails: 0,
      allowedFailsPolicy: { "content-policy": 9, authentication: 1 },
      cooldownMs: 0,
      disableCooldowns: true,
      maxFallbacks: 1,
      enablePreCallChecks: true,
      enableTagFiltering: true,
      tagFilteringMatchAny: false,
      defaultMaxParallelRequests: 8,
      defaultPriority: 3,
      ignoreInvalidDeployments: true,
      enforceModelRateLimits: true,
    });
    expect(router.modelGroupRetryPolicy).toEqual(new Map([["a", { "bad-request": 1, "internal-server": 4 }]]));
    expect(router.hedge).toEqual(new Map([["a", { afterMs: 250, afterPercentile: undefined, neverWith: [] }]]));
  });

  test("takes tuning variables where the file is silent", () => {
    const environment = { DEFAULT_COOLDOWN_TIME_SECONDS: "0.5", ROUTER_MAX_FALLBACKS: "2" };
    expect(routerOf("", environment)).toMatchObject({ cooldownMs: 500, maxFallbacks: 2 });
    expect(routerOf("router_settings: {cooldown_time: 7}", environment)).toMatchObject({ cooldownMs: 7000 });
  });

  test("takes the cooldown and the retry policy of litellm_settings where it has none", () => {
    const litellm = "litellm_settings: {cooldown_time: 9, retry_policy: {TimeoutErrorRetries: 4}}\n";
    const environment = { DEFAULT_COOLDOWN_TIME_SECONDS: "0.5" };
    expect(routerOf(litellm, environment)).toMatchObject({ cooldownMs: 9000, retryPolicy: { timeout: 4 } });
    const own = routerOf(`${litellm}router_settings: {cooldown_time: 0, retry_policy: {RateLimitErrorRetries: 1}}`);
    expect([own.cooldownMs, own.retryPolicy]).toEqual([0, { "rate-limit": 1 }]);
    const { faults } = loadYaml("litellm_settings: {retry_policy: {TimeoutErrorRetries: often}}");
    expect(faults.map(({ path }) => path)).toEqual(["litellm_settings.retry_policy.TimeoutErrorRetries"]);
  });

  test("wins over litellm_settings, setting by setting", () => {
    const litellm = "litellm_settings: {num_retries: 4, allowed_fails: 6, fallbacks: [{a: [b]}]}\n";
    expect(routerOf(litellm)).toMatchObject({ numRetries: 4, allowedFails: 6 });
    expect(routerOf(litellm).fallbacks).toEqual(new Map([["a", [target("b")]]]));
    const both = routerOf(`${litellm}router_settings: {num_retries: 1, fallbacks: []}`);
    expect(both).toMatchObject({ numRetries: 1, allowedFails: 6 });
    expect(both.fallbacks).toEqual(new Map());
  });
});

describe("fallbacks", () => {
  const FALLBACKS = new Map([
    ["a", [target("b"), target("c", { temperature: 0 })]],
    ["*", [target("c")]],
  ]);

  test.each([
    ["a list of mappings", "[{a: [b, {model: c, temperature: 0}]}, {'*': [c]}]"],
    ["one mapping", "{a: [b, {model: c, temperature: 0}], '*': [c]}"],
  ])("may be %s", (_, written) => {
    expect(routerOf(`router_settings: {fallbacks: ${written}}`).fallbacks).toEqual(FALLBACKS);
  });

  test("default_fallbacks stand under a star, wherever they are written", () => {
    const expected = new Map([
      ["a", [target("b")]],
      ["*", [target("c"), target("b")]],
    ]);
    const text = "router_settings: {fallbacks: [{a: [b]}]}\nlitellm_settings: {default_fallbacks: [c, b]}";
    expect(routerOf(text).fallbacks).toEqual(expected);
    expect(routerOf("router_settings: {fallbacks: [{a: [b]}], default_fallbacks: [c, b]}").fallbacks).toEqual(expected);
  });

  test("default_fallbacks win over a star of fallbacks, with a warning", () => {
    const loaded = loadYaml(`${MODELS}router_settings: {fallbacks: [{'*': [b]}], default_fallbacks: [c]}`);
    expect(configOf(loaded).router.fallbacks).toEqual(new Map([["*", [target("c")]]]));
    expect(loaded.warnings).toEqual([
      { path: "router_settings.fallbacks[0].*", message: "has no effect: default_fallbacks win" },
    ]);
  });

  test("the first entry of a group wins, with a warning", () => {
    const loaded = loadYaml(`${MODELS}router_settings: {fallbacks: [{a: [b]}, {a: [c]}]}`);
    expect(configOf(loaded).router.fallbacks).toEqual(new Map([["a", [target("b")]]]));
    expect(loaded.warnings.map(({ path }) => path)).toEqual(["router_settings.fallbacks[1].a"]);
  });

  test("for long prompts and content policies are absent, empty or filled", () => {
    expect(routerOf("router_settings: {context_window_fallbacks: []}")).toMatchObject({
      contextWindowFallbacks: new Map(),
      contentPolicyFallbacks: undefined,
    });
    const filled = routerOf("litellm_settings: {content_policy_fallbacks: [{a: [b]}]}").contentPolicyFallbacks;
    expect(filled).toEqual(new Map([["a", [target("b")]]]));
  });

  test("are frozen", () => {
    const [first] = routerOf("router_settings: {fallbacks: [{a: [b]}]}").fallbacks.get("a") ?? [];
    expect(Object.isFrozen(first)).toBe(true);
  });
});

describe("redis", () => {
  test.each([
    ["{redis_url: 'rediss://u:p@h:1/2'}", "rediss://u:p@h:1/2"],
    ["{redis_url: 'redis://h', redis_host: other}", "redis://h"],
    ["{redis_host: h}", "redis://h:6379"],
    ["{redis_host: '::1', redis_port: 7000, redis_password: 'a/b@c'}", "redis://:a%2Fb%40c@[::1]:7000"],
  ])("%s", (written, url) => {
    expect(routerOf(`router_settings: ${written}`).redis).toEqual({ url });
  });

  test("may come from the environment", () => {
    const environment = { REDIS_HOST: "h", REDIS_PORT: "7000", REDIS_PASSWORD: "p" };
    expect(routerOf("", environment).redis).toEqual({ url: "redis://:p@h:7000" });
    expect(routerOf("", { ...environment, REDIS_URL: "redis://u" }).redis).toEqual({ url: "redis://u" });
  });

  test("the address that Kubernetes puts into REDIS_PORT is no fault", () => {
    const { config, warnings } = loadYaml("", { REDIS_PORT: "tcp://10.0.0.1:6379" });
    expect(config?.router.redis).toBeUndefined();
    expect(warnings).toEqual([
      { path: "environment variable REDIS_PORT", message: "is an address, not a number: ignored" },
    ]);
  });
});

describe("a deployment", () => {
  const paramsOf = (entry: string) => firstModelOf(loadYaml(`model_list: [{model_name: a, ${entry}}]`)).params;

  test("has its own order, limits, tags, retries and prices", () => {
    const params = paramsOf(`
      litellm_params: {model: openai/a, order: 2, max_parallel_requests: 3, tags: [eu, paid], cooldown_time: 0,
        num_retries: 0, max_retries: 9, input_cost_per_token: 0.000001},
      model_info: {input_cost_per_token: 5, output_cost_per_token: 0.5, max_input_tokens: 8192}`);
    expect(params).toMatchObject({
      order: 2,
      maxParallelRequests: 3,
      tags: ["eu", "paid"],
      cooldownMs: 0,
      numRetries: 0,
      inputCostPerToken: 0.000001,
      outputCostPerToken: 0.5,
      maxInputTokens: 8192,
    });
    expect(params.defaults).toEqual({});
    expect(paramsOf("litellm_params: {model: openai/a, max_retries: 9}").numRetries).toBe(9);
  });

  test("says what callers may set, and how", () => {
    const params = paramsOf(
      "litellm_params: {model: openai/a, configurable_clientside_auth_params: [api_key, {base_url: 'https://x.*[.]example'}]}",
    );
    expect([...params.clientsideParams.keys()]).toEqual(["api_key", "api_base"]);
    const pattern = params.clientsideParams.get("api_base");
    expect(pattern?.test("https://xy.example")).toBe(true);
    expect(pattern?.test("https://xy.example/evil")).toBe(false);
    expect(pattern?.test("evil https://xy.example")).toBe(false);
  });
});

test("general_settings say what callers may bring", () => {
  const generalOf = (text: string) => configOf(loadYaml(text)).general;
  expect(generalOf("")).toMatchObject({
    allowClientSideCredentials: undefined,
    clientSideAllowedHosts: [],
    maxBatchModels: 20,
  });
  const text =
    "general_settings: {allow_client_side_credentials: false, client_side_allowed_hosts: [10.0.0.0/8], max_batch_models: 3}";
  expect(generalOf(text)).toMatchObject({
    allowClientSideCredentials: false,
    clientSideAllowedHosts: ["10.0.0.0/8"],
    maxBatchModels: 3,
  });
});
