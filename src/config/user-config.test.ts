import { describe, expect, test } from "bun:test";
import { MAX_USER_MODELS, readUserConfig } from "./user-config.ts";

const ENTRY = { model_name: "a", litellm_params: { model: "openai/a", api_key: "sk-1" } };

/** The seed's own example. */
const SEED = {
  model_list: [
    {
      model_name: "user-azure-instance",
      litellm_params: {
        model: "azure/chatgpt-v-2",
        api_key: "azure-key",
        api_version: "2024-02-01",
        api_base: "https://mine.openai.azure.com",
        timeout: 10,
      },
      tpm: 240000,
      rpm: 1800,
    },
    {
      model_name: "user-openai-instance",
      litellm_params: { model: "gpt-3.5-turbo", api_key: "openai-key", timeout: 10 },
      tpm: 240000,
      rpm: 1800,
    },
  ],
  num_retries: 2,
  allowed_fails: 3,
  fallbacks: [{ "user-azure-instance": ["user-openai-instance"] }],
};

const configFrom = (value: unknown) => {
  const { config, faults } = readUserConfig(value);
  if (faults.length > 0) throw new Error(JSON.stringify(faults));
  return config;
};

const faultsOf = (value: unknown): readonly string[] =>
  readUserConfig(value).faults.map(({ path, message, allowed }) => `${path}: ${message}; ${allowed}`);

const withParams = (params: object): object => ({
  model_list: [{ ...ENTRY, litellm_params: { ...ENTRY.litellm_params, ...params } }],
});

describe("a caller's configuration", () => {
  test("is read by the tables of the file", () => {
    const { models, router } = configFrom(SEED);
    expect(models.map(({ path, modelName, params }) => [path, modelName, params.apiKey, params.timeoutMs])).toEqual([
      ["user_config.model_list[0]", "user-azure-instance", "azure-key", 10_000],
      ["user_config.model_list[1]", "user-openai-instance", "openai-key", 10_000],
    ]);
    expect(models[0]?.params).toMatchObject({ rpm: 1800, tpm: 240_000, apiBase: "https://mine.openai.azure.com" });
    expect(router).toMatchObject({ numRetries: 2, allowedFails: 3, retryAfterMs: 0, redis: undefined });
    expect(router.fallbacks).toEqual(
      new Map([["user-azure-instance", [{ model: "user-openai-instance", overrides: {} }]]]),
    );
  });

  test("retries nothing unless it says so", () => {
    expect(configFrom({ model_list: [ENTRY] }).router).toMatchObject({ numRetries: 0, retryAfterMs: 0 });
  });

  test("may hold request parameters, and free notes in model_info", () => {
    const { models } = configFrom({
      model_list: [
        { ...ENTRY, litellm_params: { ...ENTRY.litellm_params, temperature: 0, top_k: 3 }, model_info: { team: "x" } },
      ],
    });
    expect(models[0]?.params.defaults).toEqual({ temperature: 0, top_k: 3 });
    expect(models[0]?.info.raw).toEqual({ team: "x" });
  });

  test("may hold what LiteLLM's own type has by default, without effect", () => {
    const { router } = configFrom({
      ...SEED,
      redis_url: "redis://10.0.0.1",
      redis_host: 3,
      redis_port: null,
      redis_password: "p",
      cache_responses: true,
      cache_kwargs: {},
      caching_groups: [["a", ["b"]]],
      client_ttl: 3600,
      set_verbose: false,
      debug_level: "INFO",
      default_litellm_params: {},
      alerting: ["slack"],
    });
    expect(router.redis).toBeUndefined();
  });

  test("is frozen, and the request's own objects are not", () => {
    const written = withParams({ extra_body: { a: { b: 1 } } });
    const { models } = configFrom(written);
    expect(Object.isFrozen(models[0]?.params.extraBody["a"])).toBe(true);
    expect(JSON.stringify(written)).toBe(JSON.stringify(withParams({ extra_body: { a: { b: 1 } } })));
    expect(Object.isFrozen(written)).toBe(false);
  });
});

describe("faults of a caller's configuration", () => {
  const PARAMS = "user_config.model_list[0].litellm_params";
  const DOCUMENTED = "a key that is documented";

  test.each<[name: string, value: unknown, fault: string]>([
    ["no mapping", [ENTRY], "user_config: is no mapping; a mapping with model_list"],
    ["no models", {}, "user_config.model_list: is missing; a list of 1 to 100 deployments"],
    [
      "models as a mapping",
      { model_list: ENTRY },
      "user_config.model_list: is no list; a list of 1 to 100 deployments",
    ],
    ["an empty list", { model_list: [] }, "user_config.model_list: has 0 entries; a list of 1 to 100 deployments"],
    [
      "too many models",
      { model_list: Array.from({ length: MAX_USER_MODELS + 1 }, () => ENTRY) },
      "user_config.model_list: has 101 entries; a list of 1 to 100 deployments",
    ],
    [
      "an entry that is text",
      { model_list: ["a"] },
      "user_config.model_list[0]: is no mapping; a mapping with model_name and litellm_params",
    ],
    [
      "an unknown parameter",
      withParams({ api_bas: "https://x.example" }),
      `${PARAMS}.api_bas: unknown key; did you mean api_base?; ${DOCUMENTED}`,
    ],
    ["a parameter of no vendor", withParams({ zzzzzzzzzz: 1 }), `${PARAMS}.zzzzzzzzzz: unknown key; ${DOCUMENTED}`],
    [
      "an unknown key of an entry",
      { model_list: [{ ...ENTRY, modelname: "b" }] },
      `user_config.model_list[0].modelname: unknown key; did you mean model_name?; ${DOCUMENTED}`,
    ],
    [
      "an unknown key",
      { model_list: [ENTRY], fallback: [] },
      `user_config.fallback: unknown key; did you mean fallbacks?; ${DOCUMENTED}`,
    ],
    [
      "an unknown class of failure",
      { model_list: [ENTRY], retry_policy: { TimeoutErorRetries: 1 } },
      `user_config.retry_policy.TimeoutErorRetries: unknown key; did you mean TimeoutErrorRetries?; ${DOCUMENTED}`,
    ],
    [
      "what is not built",
      withParams({ silent_model: "x" }),
      `${PARAMS}.silent_model: known from LiteLLM, not built yet; nothing`,
    ],
    [
      "a price that is misspelt",
      withParams({ output_cost_per_tokn: 1 }),
      `${PARAMS}.output_cost_per_tokn: unknown key; did you mean output_cost_per_token?; nothing`,
    ],
    [
      "default_litellm_params",
      { model_list: [ENTRY], default_litellm_params: { mock_response: "hi", temperature: 0 } },
      "user_config.default_litellm_params.mock_response: may not be set by callers; nothing",
    ],
    [
      "a check that is not built",
      { model_list: [ENTRY], optional_pre_call_checks: ["prompt_caching"] },
      "user_config.optional_pre_call_checks[0]: prompt_caching is known from LiteLLM, not built yet; enforce_model_rate_limits",
    ],
    [
      "a canned reply",
      withParams({ mock_response: "hi" }),
      `${PARAMS}.mock_response: may not be set by callers; nothing`,
    ],
    [
      "the server's credentials",
      withParams({ litellm_credential_name: "shared" }),
      `${PARAMS}.litellm_credential_name: may not be set by callers; nothing`,
    ],
    [
      "a pattern",
      withParams({ configurable_clientside_auth_params: [{ api_base: "(a+)+" }] }),
      `${PARAMS}.configurable_clientside_auth_params: may not be set by callers; nothing`,
    ],
    [
      "patterns of tags",
      withParams({ tag_regex: ["(a+)+"] }),
      `${PARAMS}.tag_regex: may not be set by callers; nothing`,
    ],
    [
      "a repeated id",
      {
        model_list: [
          { ...ENTRY, model_info: { id: "sk-2" } },
          { ...ENTRY, model_info: { id: "sk-2" } },
        ],
      },
      "user_config.model_list[1].model_info.id: it is also the id of user_config.model_list[0]; an id of its own, or none",
    ],
    [
      "a wrong type",
      withParams({ timeout: "soon" }),
      `${PARAMS}.timeout: found some other text; a number of seconds, above 0, at most 2147483`,
    ],
  ])("%s", (_, value, fault) => {
    expect(faultsOf(value)).toEqual([fault]);
  });

  test("none of its texts is shown", () => {
    const value = {
      model_list: [
        { ...ENTRY, rpm: "sk-secret", litellm_params: { model: "a", api_key: ["sk-secret"], api_base: "sk-secret:x" } },
      ],
      routing_strategy: "sk-secret",
      fallbacks: ["sk-secret"],
      model_group_alias: { a: ["sk-secret"] },
    };
    expect(faultsOf(value)).toHaveLength(6);
    expect(faultsOf(value).join()).not.toContain("sk-secret");
  });
});

describe("the environment", () => {
  const REFUSED = "the environment is not looked up for callers; the value itself";

  test.each<[path: string, value: object]>([
    ["model_list[0].litellm_params.api_key", withParams({ api_key: "os.environ/OPENAI_API_KEY" })],
    ["model_list[0].litellm_params.stop[1]", withParams({ stop: ["a", "os.environ/HOME"] })],
    ["model_list[0].litellm_params.extra_headers.x", withParams({ extra_headers: { x: "os.environ/HOME" } })],
    ["model_list[0].model_info.note", { model_list: [{ ...ENTRY, model_info: { note: "os.environ/HOME" } }] }],
    ["redis_url", { model_list: [ENTRY], redis_url: "os.environ/REDIS_URL" }],
  ])("is never looked up: %s", (path, value) => {
    expect(faultsOf(value)).toEqual([`user_config.${path}: ${REFUSED}`]);
  });

  test("is never looked up in a key that nobody knows, and other faults are told beside", () => {
    expect(faultsOf({ model_list: [ENTRY], zzz: { a: ["os.environ/HOME"] }, num_retries: "many" })).toEqual([
      `user_config.zzz.a[0]: ${REFUSED}`,
      "user_config.zzz: unknown key; a key that is documented",
      "user_config.num_retries: found some other text; a whole number, 0 or more",
    ]);
  });
});

describe("bounds", () => {
  const nest = (levels: number): unknown => {
    let value: unknown = 1;
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };

  test("depth, also far beyond what a recursion survives", () => {
    expect(faultsOf(withParams({ extra_body: { a: nest(20) } }))).toEqual([]);
    expect(faultsOf(withParams({ extra_body: { a: nest(1_000_000) } }))).toHaveLength(1);
  });

  test("length of keys, number of values, number of faults", () => {
    expect(faultsOf({ model_list: [ENTRY], ["k".repeat(257)]: 1 })).toEqual([
      "user_config: holds a key that is too long; keys of at most 256 characters",
    ]);
    expect(faultsOf(withParams({ stop: Array.from({ length: 20_000 }, () => 1) }))).toEqual([
      "user_config: holds too much; at most 10000 values",
    ]);
    const unknown = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`unknown_${index}`, 1]));
    expect(faultsOf({ model_list: [ENTRY], ...unknown })).toHaveLength(20);
  });

  test("a key that is named like a prototype is only a key", () => {
    const value: unknown = JSON.parse('{"model_list":[],"__proto__":{"model_list":[1]},"constructor":1}');
    expect(faultsOf(value)).toEqual([
      "user_config.__proto__: unknown key; a key that is documented",
      "user_config.constructor: unknown key; a key that is documented",
      "user_config.model_list: has 0 entries; a list of 1 to 100 deployments",
    ]);
  });
});
