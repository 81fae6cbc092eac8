import { describe, expect, test } from "bun:test";
import { configOf, loadYaml } from "./load-yaml-for-tests.ts";

const load = (section: "litellm_params" | "model_info", name: string, value: unknown) => {
  const entry = { model_name: "a", litellm_params: { model: "openai/a" }, model_info: {} };
  return loadYaml(JSON.stringify({ model_list: [{ ...entry, [section]: { ...entry[section], [name]: value } }] }));
};

describe.each(["litellm_params", "model_info"] as const)("in %s", (section) => {
  test.each([
    "input_cost_per_token_above_32k_tokens",
    "output_cost_per_token_above_1000k_tokens",
    "cache_read_input_token_cost_above_200k_tokens_priority",
    "input_cost_per_audio_token_above_128k_tokens",
    "output_cost_per_reasoning_token_flex",
  ])("%s is a price", (name) => {
    const loaded = load(section, name, "3e-7");
    expect(loaded.warnings).toEqual([]);
    expect(configOf(loaded).models[0]?.params).toMatchObject({ prices: { [name]: 3e-7 }, defaults: {} });
  });

  test("what is no price is a fault", () => {
    expect(load(section, "input_cost_per_token_above_32k_tokens", "cheap").faults).toMatchObject([
      { path: `model_list[0].${section}.input_cost_per_token_above_32k_tokens` },
    ]);
  });

  test.each(["input_cost_per_token_batches", "input_cost_per_query_flex", "output_cost_per_image_above_2k_tokens"])(
    "%s is not built yet",
    (name) => {
      expect(load(section, name, 1e-7).warnings.map(({ message }) => message)).toEqual([
        expect.stringContaining("not built yet"),
      ]);
    },
  );
});

test("default_litellm_params may have any threshold too", () => {
  const defaults = { input_cost_per_token_above_32k_tokens: "3e-7" };
  const loaded = loadYaml(
    JSON.stringify({
      model_list: [{ model_name: "a", litellm_params: { model: "openai/a" } }],
      router_settings: { default_litellm_params: defaults },
    }),
  );
  expect(loaded.warnings).toEqual([]);
  expect(configOf(loaded).models[0]?.params.prices).toEqual({ input_cost_per_token_above_32k_tokens: 3e-7 });
});
