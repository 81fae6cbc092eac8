import { describe, expect, test } from "bun:test";
import { configOf, loadYaml } from "./load-yaml-for-tests.ts";

const MODELS = `
credential_list:
  - { credential_name: shared, credential_values: { api_key: sk-shared, timeout: 3 } }
model_list:
  - { model_name: a, litellm_params: { model: openai/a } }
  - { model_name: b, litellm_params: { model: openai/b, timeout: 1, temperature: 1, api_key: sk-own } }
  - { model_name: c, litellm_params: { model: openai/c, litellm_credential_name: shared, base_url: "https://c.example/v1" } }
`;

const withDefaults = (defaults: string) =>
  loadYaml(`${MODELS}router_settings: { default_litellm_params: ${defaults} }`);

describe("default_litellm_params", () => {
  test("stand below an entry's own values and those of its credential", () => {
    const loaded = withDefaults(
      `{ api_key: sk-default, api_base: "https://d.example/v1", request_timeout: 9, temperature: 0, max_retries: 4 }`,
    );
    expect(loaded.warnings).toEqual([]);
    const params = configOf(loaded).models.map((entry) => entry.params);
    expect(params.map(({ apiKey, timeoutMs, apiBase }) => [apiKey, timeoutMs, apiBase])).toEqual([
      ["sk-default", 9000, "https://d.example/v1"],
      ["sk-own", 1000, "https://d.example/v1"],
      ["sk-shared", 3000, "https://c.example/v1"],
    ]);
    expect(params.map(({ defaults }) => defaults)).toEqual([
      { temperature: 0 },
      { temperature: 1 },
      { temperature: 0 },
    ]);
    expect(params.map(({ numRetries }) => numRetries)).toEqual([4, 4, 4]);
  });

  test.each([
    ["{ timeout: soon }", "timeout"],
    ["{ model: openai/x }", "model"],
    ["{ user: os.environ/NONE }", "user"],
  ])("of %s are a fault, told once and where it stands", (defaults, key) => {
    const { faults } = withDefaults(defaults);
    expect(faults.map(({ path }) => path)).toEqual([`router_settings.default_litellm_params.${key}`]);
  });

  test("that are not built are warned of once", () => {
    const { warnings } = withDefaults("{ silent_model: x }");
    expect(warnings.map(({ path }) => path)).toEqual(["router_settings.default_litellm_params.silent_model"]);
  });
});
