import { describe, expect, test } from "bun:test";
import { buildConfig } from "./build-config.ts";
import { CALLBACK_FIELDS } from "./callbacks/callback-fields.ts";
import { OTEL_FIELDS } from "./callbacks/otel-fields.ts";
import { toConfigDocument } from "./config-document.ts";
import { NO_OVERRIDES } from "./config-overrides.ts";
import {
  ALERTING_ARGS,
  ALLOWED_FAILS_POLICY,
  CONFIG_SECTIONS,
  LITELLM_PARAMS,
  MODEL_ENTRY,
  MODEL_INFO,
  RETRY_POLICY,
  STRATEGY_ARGS,
} from "./config-sections.ts";
import type { FieldTable, FieldType } from "./declared-field.ts";
import { newFindings } from "./findings.ts";
import { isNotBuilt } from "./not-built-keys.ts";
import { REDIS_FIELDS } from "./router-settings-fields.ts";

const SAMPLES: Readonly<Record<FieldType, unknown>> = {
  text: "sample",
  "json-text": { sample: "a" },
  boolean: true,
  integer: 7,
  number: 0.5,
  seconds: 7,
  megabytes: 7,
  url: "https://sample.example",
  "header-name": "x-sample",
  "text-list": ["sample"],
  "text-or-list": ["./sample.ts"],
  "pattern-list": ["sample"],
  "user-headers": [{ header_name: "x-sample", litellm_user_role: "customer" }],
  "metrics-config": [{ group: "a", metrics: ["litellm_spend_metric"] }],
  "text-map": { sample: "a" },
  "header-map": { sample: "a" },
  "alias-map": { sample: "a" },
  choice: "sample",
  "fallback-map": [{ sample: ["a"] }],
  "fallback-list": ["a"],
  "clientside-params": ["api_base"],
  "redis-url": "redis://sample.example",
  host: "sample.example",
  mapping: { sample: 1 },
  section: {},
  anything: "sample",
};

/** Their default is what the sample says, or they only mean something beside another key. */
const OTHER_SAMPLES: Readonly<Record<string, unknown>> = {
  health_check_details: false,
  meter_stream_usage: false,
  tag_filtering_match_any: false,
  routing_strategy: "least-busy",
  routing_strategy_args: { ttl: 7 },
  retry_policy: { TimeoutErrorRetries: 7 },
  model_group_retry_policy: { a: { TimeoutErrorRetries: 7 } },
  allowed_fails_policy: { TimeoutErrorAllowedFails: 7 },
  optional_pre_call_checks: ["enforce_model_rate_limits"],
  default_litellm_params: { rpm: 7 },
  log_format: "ndjson",
  hedge: { a: { after_ms: 7 } },
  message_logging: false,
  compression: "gzip",
  metrics_temporality: "delta",
  sampler: "always_off",
  enable_metrics: false,
  metric_export_interval_ms: 700,
  attribute_value_length_limit: 700,
  alerting: ["slack"],
  cost_discount_config: { openai: 0.5 },
  cost_margin_config: { global: 0.5 },
};
const SEPARATELY_TESTED: readonly string[] = [
  "callback_type",
  "litellm_credential_name",
  "litellm_params",
  "model_info",
  "redis_port",
  "redis_password",
  "alerting_threshold",
  "alert_types",
  "alerting_args",
  "alert_to_webhook_url",
];

type Mapping = Readonly<Record<string, unknown>>;

const build = (content: Mapping): string => {
  const findings = newFindings();
  const config = buildConfig(toConfigDocument(content), NO_OVERRIDES, { environment: {}, findings });
  expect(findings.faults).toEqual([]);
  return JSON.stringify(config, (_, value: unknown) => {
    if (value instanceof Map) return [...value];
    return value instanceof RegExp ? value.source : value;
  });
};

const ENTRY: Mapping = { model_name: "a", litellm_params: { model: "openai/a" } };

const expectEachToMatter = (fields: FieldTable, place: (section: Mapping) => Mapping): void => {
  const without = build(place({}));
  for (const [name, field] of Object.entries(fields)) {
    if (SEPARATELY_TESTED.includes(name)) continue;
    const value = OTHER_SAMPLES[name] ?? SAMPLES[field.type];
    expect([name, build(place({ [name]: value })) === without]).toEqual([name, false]);
  }
};

describe("every declared field changes the configuration", () => {
  test("model_list entry", () => {
    expectEachToMatter(MODEL_ENTRY.fields, (section) => ({ model_list: [{ ...ENTRY, ...section }] }));
  });

  test("litellm_params", () => {
    expectEachToMatter(LITELLM_PARAMS.fields, (section) => ({
      model_list: [{ ...ENTRY, litellm_params: { model: "openai/a", ...section } }],
    }));
  });

  test("model_info", () => {
    expectEachToMatter(MODEL_INFO.fields, (section) => ({ model_list: [{ ...ENTRY, model_info: section }] }));
  });

  test.each(["litellm_settings", "general_settings", "router_settings"])("%s", (path) => {
    const section = CONFIG_SECTIONS.find((candidate) => candidate.path === path);
    expectEachToMatter(section?.fields ?? {}, (content) => ({ model_list: [ENTRY], [path]: content }));
  });

  test("callback_settings.otel", () => {
    expectEachToMatter(OTEL_FIELDS, (otel) => ({
      litellm_settings: { callbacks: ["otel"] },
      callback_settings: { otel },
    }));
  });

  test.each([
    [STRATEGY_ARGS, (section: Mapping) => ({ routing_strategy_args: section })],
    [RETRY_POLICY, (section: Mapping) => ({ retry_policy: section })],
    [ALLOWED_FAILS_POLICY, (section: Mapping) => ({ allowed_fails_policy: section })],
  ])("$path", (section, place) => {
    expectEachToMatter(section.fields, (content) => ({ model_list: [ENTRY], router_settings: place(content) }));
  });

  test("what stands beside redis_host", () => {
    const fields = { redis_port: REDIS_FIELDS.redis_port, redis_password: REDIS_FIELDS.redis_password };
    const without = build({ router_settings: { redis_host: "sample.example" } });
    for (const [name, field] of Object.entries(fields)) {
      const router = { redis_host: "sample.example", [name]: SAMPLES[field.type] };
      expect([name, build({ router_settings: router }) === without]).toEqual([name, false]);
    }
  });

  test("what says who is alerted of what", () => {
    const general = { alerting: ["slack"] };
    const alerting = (more: Mapping): string => build({ general_settings: { ...general, ...more } });
    const written = {
      alerting_threshold: 7,
      alert_types: ["llm_too_slow"],
      alert_to_webhook_url: { llm_too_slow: "https://sample.example" },
    };
    for (const [name, value] of Object.entries(written)) {
      expect([name, alerting({ [name]: value }) === alerting({})]).toEqual([name, false]);
    }
    expectEachToMatter(ALERTING_ARGS.fields, (section) => ({
      general_settings: { ...general, alerting_args: section },
    }));
  });

  test.each(["generic_api", "json_lines"] as const)("callback_settings.%s", (name) => {
    const callbacks = [name];
    expectEachToMatter(CALLBACK_FIELDS[name], (section) => ({
      litellm_settings: { callbacks },
      callback_settings: { [name]: section },
    }));
  });

  test("no key is both declared and not built", () => {
    const both = CONFIG_SECTIONS.flatMap(({ path, fields, notBuilt }) =>
      Object.keys(fields)
        .filter((name) => isNotBuilt(name, notBuilt))
        .map((name) => `${path}.${name}`),
    );
    expect(both).toEqual([]);
  });
});
