import { describe, expect, test } from "bun:test";
import type { GatewayConfig } from "../config/gateway-config.ts";
import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import { formatBanner, formatOpenWarning } from "./banner.ts";

const URL = "http://127.0.0.1:4000";
const configFor = (names: readonly string[], general = ""): GatewayConfig =>
  configOf(
    loadYaml(
      `model_list: [${names.map((name) => `{model_name: "${name}", litellm_params: {model: openai/x, api_key: sk-secret}}`).join(", ")}]\n${general}`,
    ),
  );

describe("the banner", () => {
  test("names address, models once each, and a line to try", () => {
    const text = formatBanner(configFor(["gpt", "gpt", "other"]), URL);
    expect(text).toContain(`ready at ${URL}`);
    expect(text).toContain("Models: gpt, other\n");
    expect(text).toContain(`curl ${URL}/v1/chat/completions -H "content-type: application/json" -d '{"model":"gpt"`);
    expect(text).not.toContain("Authorization");
    expect(text).not.toContain("sk-secret");
  });

  test("tries a model that has a name, not a pattern", () => {
    expect(formatBanner(configFor(["openai/*", "gpt"]), URL)).toContain('{"model":"gpt"');
  });

  test("shows where the key goes without showing the key", () => {
    const text = formatBanner(configFor(["gpt"], "general_settings: {master_key: sk-master}"), URL);
    expect(text).toContain('-H "Authorization: Bearer $KEY"');
    expect(text).not.toContain("sk-master");
    const general = "general_settings: {master_key: sk-master, litellm_key_header_name: X-Team-Key}";
    expect(formatBanner(configFor(["gpt"], general), URL)).toContain('-H "X-Team-Key: Bearer $KEY"');
  });

  test("stays short with many models, and helps where there are none", () => {
    const names = Array.from({ length: 50 }, (_, index) => `model-${index}`);
    expect(formatBanner(configFor(names), URL)).toContain("model-11 and 38 more");
    expect(formatBanner(configFor([]), URL)).toContain("Models: none");
  });
});

test("an open gateway is said to be one", () => {
  expect(formatOpenWarning("0.0.0.0")).toContain("anyone who reaches 0.0.0.0");
});
