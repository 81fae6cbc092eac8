import { describe, expect, test } from "bun:test";
import { loadConfig } from "./load-config.ts";
import { firstModelOf, loadYaml, memoryFiles } from "./load-yaml-for-tests.ts";

const withParams = (params: string): string =>
  `model_list: [{model_name: a, litellm_params: {model: openai/a, ${params}}}]`;

const faultsOf = (text: string): readonly string[] =>
  loadYaml(text).faults.map(({ path, message, allowed }) => `${path}: ${message}; ${allowed}`);

const PARAMS = "model_list[0].litellm_params";
const SECONDS = "a number of seconds, above 0, at most 2147483";
const URL_ALLOWED = "an http:// or https:// URL without user name and password";

describe("one fault of each kind", () => {
  test.each([
    ["timeout: soon", `timeout: found "soon"; ${SECONDS}`],
    ["timeout: 0", `timeout: found 0; ${SECONDS}`],
    ["timeout: 9999999", `timeout: found 9999999; ${SECONDS}`],
    ["timeout: .inf", `timeout: found Infinity; ${SECONDS}`],
    ["timeout: true", `timeout: found true; ${SECONDS}`],
    ["rpm: 1.5", "rpm: found 1.5; a whole number, 0 or more"],
    ["tpm: [1]", "tpm: found a list; a whole number, 0 or more"],
    ["weight: -1", "weight: found -1; a number, 0 or more"],
    ["drop_params: maybe", 'drop_params: found "maybe"; true or false'],
    ["organization: {a: 1}", "organization: found a mapping; text"],
    ["allowed_openai_params: tools", 'allowed_openai_params: found "tools"; a list of texts'],
    ["additional_drop_params: [a, [b]]", "additional_drop_params[1]: found a list; text"],
    ["extra_body: []", "extra_body: found a list; a mapping"],
    ["api_key: [sk-very-secret]", "api_key: found a list; text"],
    ["api_base: example.com/v1", `api_base: found "example.com/v1"; ${URL_ALLOWED}`],
    ["api_base: 'ftp://example.com'", `api_base: has the scheme ftp; ${URL_ALLOWED}`],
    ["api_base: 'https://u:secret@example.com'", `api_base: holds a user name or password; ${URL_ALLOWED}`],
    ["api_base: 'https//u:secret@example.com'", `api_base: found some other text; ${URL_ALLOWED}`],
    [
      "extra_headers: {'a b': c}",
      "extra_headers.a b: is no HTTP header name; a mapping of HTTP header names to single-line texts",
    ],
    ['extra_headers: {a: "secret\\r\\nb: c"}', "extra_headers.a: holds a line break; single-line text"],
    [
      "api_key: os.environ/MISSING",
      "api_key: environment variable MISSING is not set; a value, or set MISSING before starting",
    ],
    [
      "stop: [a, os.environ/MISSING]",
      "stop[1]: environment variable MISSING is not set; a value, or set MISSING before starting",
    ],
    ["api_key: os.environ/", "api_key: os.environ/ names no variable; os.environ/NAME"],
  ])("litellm_params {%s}", (written, fault) => {
    expect(faultsOf(withParams(written))).toEqual([`${PARAMS}.${fault}`]);
  });

  test.each([
    ["model_list: [{litellm_params: {model: a}}]", "model_list[0].model_name: is missing; text, not empty"],
    [
      "model_list: [{model_name: '', litellm_params: {model: a}}]",
      "model_list[0].model_name: found empty text; text, not empty",
    ],
    ["model_list: [{model_name: a}]", "model_list[0].litellm_params: is missing; a mapping"],
    ["model_list: [{model_name: a, litellm_params: {}}]", `${PARAMS}.model: is missing; text, not empty`],
    ["model_list: [gpt-4o]", "model_list[0]: is no mapping; a mapping with model_name and litellm_params"],
    ["model_list: {a: 1}", "model_list: is no list; a list of mappings"],
    ["general_settings: [a]", "general_settings: is no mapping; a mapping of settings"],
    ["general_settings: {master_key: ''}", "general_settings.master_key: found empty text; text, not empty"],
    ["general_settings: {master_key: {a: sk-1}}", "general_settings.master_key: found a mapping; text, not empty"],
    [
      "general_settings: {max_request_size_mb: 4096}",
      "general_settings.max_request_size_mb: found 4096; a number of megabytes, above 0, at most 2047",
    ],
    [
      "general_settings: {litellm_key_header_name: 'a b'}",
      'general_settings.litellm_key_header_name: found "a b"; an HTTP header name',
    ],
    [
      "router_settings: {model_group_alias: {a: [b]}}",
      "router_settings.model_group_alias.a: found a list; the name of a model group, or {model, hidden}",
    ],
    [
      "router_settings: {model_group_alias: {a: {model: b, hidden: 3}}}",
      "router_settings.model_group_alias.a.hidden: found 3; true or false",
    ],
    [
      "router_settings: {health_check_interval: 3}",
      "router_settings.health_check_interval: does not belong here; general_settings.health_check_interval",
    ],
    ["environment_variables: [A]", "environment_variables: is no mapping; a mapping of variable names to texts"],
    ["environment_variables: {A: {b: c}}", "environment_variables.A: is no text; text or a number"],
    ["credential_list: [{credential_name: a}]", "credential_list[0].credential_values: is missing; a mapping"],
    ["- a", "config.yaml: holds no mapping; sections such as model_list:"],
  ])("%s", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test("a value out of the environment is never shown", () => {
    const { faults } = loadYaml(withParams("timeout: os.environ/T"), { T: "private" });
    expect(faults[0]?.message).toBe("found some other text");
  });

  test("an empty variable counts as missing", () => {
    const { faults } = loadYaml(withParams("api_key: os.environ/K"), { K: "" });
    expect(faults[0]?.message).toBe("environment variable K is not set (it is empty)");
  });

  test("an id may stand once", () => {
    const text = `
model_list:
  - { model_name: a, litellm_params: { model: openai/a }, model_info: { id: 1 } }
  - { model_name: b, litellm_params: { model: openai/b }, model_info: { id: "1" } }
`;
    expect(faultsOf(text)).toEqual([
      'model_list[1].model_info.id: "1" is also the id of model_list[0]; an id of its own, or none',
    ]);
  });

  test("broken YAML is named with line and column, without the lines around it", () => {
    const { faults } = loadYaml("general_settings:\n  master_key: sk-secret\n  a: b: c\n");
    expect(faults[0]).toMatchObject({ path: "config.yaml:3:6", allowed: "valid YAML" });
    expect(JSON.stringify(faults)).not.toContain("sk-secret");
  });

  test("a second document in the file", () => {
    const { faults } = loadYaml("---\nmodel_list: []\n---\ngeneral_settings: {}\n---\n");
    expect(faults).toEqual([
      {
        path: "config.yaml:3:1",
        message: "a second document begins here",
        allowed: "one document in a file; others may be named under include",
      },
    ]);
    expect(loadYaml("---\nmodel_list: []\n...\n").faults).toEqual([]);
  });

  test("aliases that explode or point nowhere are faults", () => {
    const lists = Array.from({ length: 12 }, (_, index) => {
      const previous = index === 0 ? "x" : `*a${index - 1}`;
      return `a${index}: &a${index} [${Array.from({ length: 9 }, () => previous).join(", ")}]`;
    });
    expect(loadYaml(lists.join("\n")).faults).toHaveLength(1);
    expect(loadYaml("a: *nowhere").faults.length).toBeGreaterThan(0);
  });

  test("a missing file is a fault, not an exception", () => {
    const loaded = loadConfig({ path: "/none.yaml", environment: {}, readFile: memoryFiles({}) });
    expect(loaded.faults).toEqual([
      { path: "/none.yaml", message: "there is no such file", allowed: "a readable YAML file" },
    ]);
  });

  test("all are listed at once", () => {
    const text =
      "model_list: [{model_name: a, litellm_params: {timeout: x}, rpm: y}]\ngeneral_settings: {master_key: ''}";
    const { faults, config } = loadYaml(text);
    expect(faults).toHaveLength(4);
    expect(config).toBeUndefined();
  });
});

describe("warnings", () => {
  const warningsOf = (text: string): readonly string[] =>
    loadYaml(text).warnings.map(({ path, message }) => `${path}: ${message}`);

  test.each([
    [
      "general_settings: {databse_url: x}",
      "general_settings.databse_url: unknown key: ignored; did you mean database_url?",
    ],
    [
      "general_settings: {database_url: x}",
      "general_settings.database_url: known from LiteLLM, not built yet: ignored",
    ],
    [
      "litellm_settings: {master_key: x}",
      "litellm_settings.master_key: unknown key: ignored; it belongs under general_settings",
    ],
    ["guardrails: []", "guardrails: known from LiteLLM, not built yet: ignored"],
    ["model_lists: []", "model_lists: unknown key: ignored; did you mean model_list?"],
    ["zzzzzzzz: 1", "zzzzzzzz: unknown key: ignored"],
    [withParams("api_bse: x"), `${PARAMS}.api_bse: sent to the model as a request parameter; did you mean api_base?`],
    [
      withParams("aws_acces_key_id: b"),
      `${PARAMS}.aws_acces_key_id: unknown setting of a cloud: ignored; did you mean aws_access_key_id?`,
    ],
    [
      withParams("aws_sagemaker_allow_zero_temp: true"),
      `${PARAMS}.aws_sagemaker_allow_zero_temp: known from LiteLLM, not built yet: ignored`,
    ],
    [withParams("silent_model: b"), `${PARAMS}.silent_model: known from LiteLLM, not built yet: ignored`],
    [withParams("ocr_cost_per_page: 1"), `${PARAMS}.ocr_cost_per_page: known from LiteLLM, not built yet: ignored`],
    [
      withParams("input_cost_per_tken: 1"),
      `${PARAMS}.input_cost_per_tken: unknown key: ignored; did you mean input_cost_per_token?`,
    ],
    [
      "model_list: [{model_name: a, litellm_params: {model: b}, model_info: {output_cst_per_token: 1, output_costper_token: 1}}]",
      "model_list[0].model_info.output_costper_token: unknown key: shown by /model/info, without effect; did you mean output_cost_per_token?",
    ],
    [
      "model_list: [{model_name: a, api_key: x, litellm_params: {model: b}}]",
      "model_list[0].api_key: unknown key: ignored; it belongs under model_list[...].litellm_params",
    ],
    [
      "model_list: [{model_name: a, litellm_params: {model: b}, model_info: {mode: embeding}}]",
      'model_list[0].model_info.mode: unknown mode "embeding"; did you mean embedding?',
    ],
    [
      "model_list: [{model_name: a, litellm_params: {model: b}, model_info: {tier: paid}}]",
      "model_list[0].model_info.tier: known from LiteLLM, not built yet: shown by /model/info, without effect",
    ],
    [
      "model_list: [{model_name: gpt-4o, litellm_params: {model: b}}]\nrouter_settings: {model_group_alias: {x: gpt-4}}",
      'router_settings.model_group_alias.x: no model_name is "gpt-4"; did you mean gpt-4o?',
    ],
    ["json_logs: true\njson_logs: false", "config.yaml:2:1: key stands twice in its mapping: the last one wins"],
  ])("%s", (text, warning) => {
    expect(warningsOf(text)).toContain(warning);
    expect(loadYaml(text).faults).toEqual([]);
  });

  test("are silent for request parameters, free model_info keys and empty keys", () => {
    const text = `
model_list:
  - model_name: a
    litellm_params: { model: openai/a, top_k: 3, seed: 1, some_vendor_switch: true, silent_model: }
    model_info: { anything: goes }
`;
    expect(warningsOf(text)).toEqual([]);
    expect(firstModelOf(loadYaml(text)).params.defaults).toEqual({ top_k: 3, seed: 1, some_vendor_switch: true });
  });

  test("LiteLLM's own keys never become request parameters, and their references are not looked up", () => {
    const loaded = loadYaml(withParams("silent_model: os.environ/MISSING, prompt_id: x"));
    expect(firstModelOf(loaded).params.defaults).toEqual({});
    expect(loaded.warnings).toHaveLength(2);
  });

  test("of one key in many entries are folded into one", () => {
    const entry = "{model_name: a, litellm_params: {model: openai/a, silent_model: b}}";
    expect(warningsOf(`model_list: [${entry}, ${entry}, ${entry}]`)).toEqual([
      `${PARAMS}.silent_model: known from LiteLLM, not built yet: ignored (also in 2 more entries)`,
    ]);
  });
});
