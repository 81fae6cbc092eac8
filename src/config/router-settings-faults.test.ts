import { describe, expect, test } from "bun:test";
import { loadYaml } from "./load-yaml-for-tests.ts";

const faultsOf = (text: string): readonly string[] =>
  loadYaml(text).faults.map(({ path, message, allowed }) => `${path}: ${message}; ${allowed}`);

const warningsOf = (text: string): readonly string[] =>
  loadYaml(text).warnings.map(({ path, message }) => `${path}: ${message}`);

const LIST = "a list of models, each a name or {model, ...request fields}";
const ONE_GROUP = "a mapping from one model group to a list of models";
const STRATEGIES =
  "one of simple-shuffle, least-busy, latency-based-routing, usage-based-routing, usage-based-routing-v2, cost-based-routing";

describe("faults of router_settings", () => {
  test.each([
    ["routing_strategy: least-bussy", `routing_strategy: found "least-bussy"; did you mean least-busy?; ${STRATEGIES}`],
    ["routing_strategy: 3", `routing_strategy: found 3; ${STRATEGIES}`],
    ["routing_strategy_args: []", "routing_strategy_args: found a list; a mapping"],
    [
      "routing_strategy_args: {ttl: 0}",
      "routing_strategy_args.ttl: found 0; a number of seconds, above 0, at most 2147483",
    ],
    ["num_retries: -1", "num_retries: found -1; a whole number, 0 or more"],
    ["retry_after: soon", 'retry_after: found "soon"; a number of seconds, 0 to 2147483'],
    ["retry_policy: 3", "retry_policy: found 3; a mapping"],
    [
      "retry_policy: {TimeoutErrorRetries: many}",
      'retry_policy.TimeoutErrorRetries: found "many"; a whole number, 0 or more',
    ],
    ["model_group_retry_policy: {a: 3}", "model_group_retry_policy.a: is no mapping; a mapping of settings"],
    [
      "model_group_retry_policy: {a: {TimeoutErrorRetries: 0.5}}",
      "model_group_retry_policy.a.TimeoutErrorRetries: found 0.5; a whole number, 0 or more",
    ],
    [
      "allowed_fails_policy: {TimeoutErrorAllowedFails: -1}",
      "allowed_fails_policy.TimeoutErrorAllowedFails: found -1; a whole number, 0 or more",
    ],
    ["cooldown_time: -1", "cooldown_time: found -1; a number of seconds, 0 to 2147483"],
    ["fallbacks: a", 'fallbacks: found "a"; a list of mappings from a model group to a list of models'],
    ["fallbacks: [a]", `fallbacks[0]: found "a"; ${ONE_GROUP}`],
    ["fallbacks: [{}]", `fallbacks[0]: found an empty mapping; ${ONE_GROUP}`],
    ["fallbacks: [{a: [b], c: [d]}]", `fallbacks[0]: names 2 groups; ${ONE_GROUP}`],
    ["fallbacks: [{a: b}]", `fallbacks[0].a: found "b"; ${LIST}`],
    ["fallbacks: [{a: [[b]]}]", "fallbacks[0].a[0]: found a list; a model name, or {model, ...request fields}"],
    ["fallbacks: [{a: ['']}]", "fallbacks[0].a[0]: found empty text; text, not empty"],
    ["fallbacks: {a: [{temperature: 0}]}", "fallbacks.a[0].model: found nothing; text, not empty"],
    ["context_window_fallbacks: {a: 3}", `context_window_fallbacks.a: found 3; ${LIST}`],
    ["default_fallbacks: b", `default_fallbacks: found "b"; ${LIST}`],
    ["hedge: {a: 5}", "hedge.a: is no mapping; a mapping of settings"],
    ["hedge: {a: {}}", "hedge.a: says not when; one of after_ms and after_percentile"],
    [
      "hedge: {a: {after_ms: 1, after_percentile: 9}}",
      "hedge.a: says twice when; one of after_ms and after_percentile",
    ],
    ["hedge: {a: {after_ms: 5, max_extra: 2}}", "hedge.a.max_extra: found 2; a whole number, 1 only"],
    ["optional_pre_call_checks: enforce", 'optional_pre_call_checks: found "enforce"; a list of texts'],
    ["redis_url: 'http://u:secret@h'", "redis_url: found some other text; a redis:// or rediss:// URL"],
    ["redis_host: 'redis://h'", 'redis_host: found "redis://h"; a host name or an IP address'],
    ["redis_port: 0", "redis_port: found 0; a whole number, 1 to 65535"],
  ])("%s", (written, fault) => {
    expect(faultsOf(`router_settings: {${written}}`)).toEqual([`router_settings.${fault}`]);
  });

  test("stand in litellm_settings too", () => {
    expect(faultsOf("litellm_settings: {fallbacks: [{a: b}]}")).toEqual([
      `litellm_settings.fallbacks[0].a: found "b"; ${LIST}`,
    ]);
  });
});

describe("faults of what callers may set", () => {
  const PATH = "model_list[0].litellm_params.configurable_clientside_auth_params";
  const entry = (written: string): string =>
    `model_list: [{model_name: a, litellm_params: {model: openai/a, configurable_clientside_auth_params: ${written}}}]`;
  const PATTERN = "a regular expression of at most 500 characters";

  test.each([
    ["api_base", `: found "api_base"; a list of parameter names, or of mappings from a name to a pattern`],
    ["[[api_base]]", "[0]: found a list; text, not empty"],
    ["[{api_base: 'a('}]", `[0].api_base: is no regular expression; ${PATTERN}`],
    ["[{api_base: 'a)|(b'}]", `[0].api_base: is no regular expression; ${PATTERN}`],
    [`[{api_base: '${"a".repeat(501)}'}]`, `[0].api_base: has 501 characters; ${PATTERN}`],
    ["[{api_base: }]", "[0].api_base: found nothing; text, not empty"],
  ])("%s", (written, fault) => {
    expect(faultsOf(entry(written))).toEqual([`${PATH}${fault}`]);
  });

  test("a name that is nothing to set is warned of", () => {
    expect(warningsOf(entry("[api_bas]"))).toEqual([
      `${PATH}[0]: "api_bas" is nothing that callers may set: ignored; did you mean api_base?`,
    ]);
  });
});

describe("warnings of router_settings", () => {
  const MODELS = `
model_list:
  - { model_name: gpt-4o, litellm_params: { model: openai/gpt-4o }, model_info: { id: first } }
  - { model_name: groq/llama, litellm_params: { model: groq/llama } }
  - { model_name: "anthropic/*", litellm_params: { model: "anthropic/*" } }
`;
  const warningsOfRouter = (written: string): readonly string[] => warningsOf(`${MODELS}router_settings: {${written}}`);

  test.each([
    [
      "retry_policy: {TimeoutErorRetries: 1}",
      "retry_policy.TimeoutErorRetries: unknown key: ignored; did you mean TimeoutErrorRetries?",
    ],
    ["routing_strategy_args: {tttl: 1}", "routing_strategy_args.tttl: unknown key: ignored; did you mean ttl?"],
    ["hedge: {gpt-4o: {after_ms: 1, extra: 1}}", "hedge.gpt-4o.extra: unknown key: ignored"],
    [
      "optional_pre_call_checks: [prompt_caching]",
      "optional_pre_call_checks[0]: prompt_caching is known from LiteLLM, not built yet: ignored",
    ],
    [
      "optional_pre_call_checks: [enforce_rate_limits]",
      "optional_pre_call_checks[0]: unknown check: ignored; did you mean enforce_model_rate_limits?",
    ],
    ["cache_responses: true", "cache_responses: known from LiteLLM, not built yet: ignored"],
    ["fallbacks: [{gpt-4: [first]}]", 'fallbacks[0].gpt-4: no model is named "gpt-4"; did you mean gpt-4o?'],
    [
      "fallbacks: [{gpt-4o: [first, gpt-5o]}]",
      'fallbacks[0].gpt-4o[1]: no model is named "gpt-5o"; did you mean gpt-4o?',
    ],
    ["default_fallbacks: [gpt-4oo]", 'default_fallbacks[0]: no model is named "gpt-4oo"; did you mean gpt-4o?'],
    ["hedge: {zzz: {after_ms: 1}}", 'hedge.zzz: no model is named "zzz"'],
    ["model_group_retry_policy: {zzz: {}}", 'model_group_retry_policy.zzz: no model is named "zzz"'],
  ])("%s", (written, warning) => {
    expect(warningsOfRouter(written)).toEqual([`router_settings.${warning}`]);
  });

  test.each([
    ["a group", "fallbacks: [{gpt-4o: [groq/llama]}]"],
    ["an id", "fallbacks: [{gpt-4o: [first]}]"],
    ["an alias", "model_group_alias: {best: gpt-4o}, fallbacks: [{best: [best]}]"],
    ["a star", "fallbacks: [{'*': [gpt-4o]}]"],
    ["a wildcard match", "fallbacks: [{anthropic/claude-x: [anthropic/claude-y]}]"],
    ["a well-known name of a wildcard's provider", "fallbacks: [{gpt-4o: [claude-sonnet-4-5]}]"],
    ["a group without its provider", "fallbacks: [{llama: [gpt-4o]}]"],
  ])("are silent for %s", (_, written) => {
    expect(warningsOfRouter(written)).toEqual([]);
  });
});
