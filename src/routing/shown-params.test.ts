import { describe, expect, test } from "bun:test";
import { bareParams } from "../config/bare-params.ts";
import { toShownInfo, toShownParams } from "./shown-params.ts";

const BARE = bareParams("azure/gpt-4o");

describe("litellm_params on info pages", () => {
  test("says nothing of what is not set", () => {
    expect(toShownParams(BARE)).toEqual({ model: "azure/gpt-4o" });
  });

  test("shows addresses, limits and request defaults in the file's names and units", () => {
    const params = {
      ...BARE,
      apiBase: "https://x.example/base?code=topsecret",
      apiVersion: "2024-07-01-preview",
      timeoutMs: 1500,
      rpm: 10,
      order: 1,
      maxParallelRequests: 4,
      tags: ["eu"],
      cooldownMs: 30_000,
      numRetries: 0,
      inputCostPerToken: 0.001,
      outputCostPerToken: 0.002,
      clientsideParams: new Map([["api_base", /^(?:https:\/\/hidden\.example)$/]]),
      additionalDropParams: ["user"],
      defaults: { temperature: 0, max_tokens: 100, stop: ["a"], custom_flag: true },
    };
    expect(toShownParams(params)).toEqual({
      model: "azure/gpt-4o",
      api_base: "https://x.example/base",
      api_version: "2024-07-01-preview",
      timeout: 1.5,
      rpm: 10,
      order: 1,
      max_parallel_requests: 4,
      tags: ["eu"],
      cooldown_time: 30,
      num_retries: 0,
      input_cost_per_token: 0.001,
      output_cost_per_token: 0.002,
      configurable_clientside_auth_params: ["api_base"],
      additional_drop_params: ["user"],
      temperature: 0,
      max_tokens: 100,
      stop: ["a"],
      custom_flag: true,
    });
  });

  test("no secret is shown, wherever it stands", () => {
    const params = {
      ...BARE,
      apiKey: "SECRET-1",
      extraHeaders: { "x-team": "SECRET-2" },
      extraBody: { tools: [{ type: "mcp", headers: { Authorization: "SECRET-3" }, authorization: "SECRET-4" }] },
      azure: {
        ...BARE.azure,
        adToken: "SECRET-5",
        clientSecret: "SECRET-6",
        username: "SECRET-7",
        password: "SECRET-8",
      },
      defaults: {
        hf_api_token: "SECRET-9",
        aws_secret_access_key: "SECRET-10",
        vertex_credentials: { private: "SECRET-11" },
        anything: "SECRET-12",
        plugins: [{ api_key: "SECRET-13" }],
        user: "Bearer SECRET-14",
      },
    };
    const shown = toShownParams(params);
    expect(JSON.stringify(shown)).not.toContain("SECRET");
    expect(shown).toMatchObject({ extra_headers: { "x-team": "****" }, anything: "****", hf_api_token: "****" });
  });
});

test("model_info is shown as written, texts under secret names masked", () => {
  const raw = {
    team: "sea",
    max_tokens: "4096",
    tokens: "SECRET",
    my_api_key: "SECRET",
    nested: { password: "SECRET", port: 1 },
  };
  expect(toShownInfo({ id: undefined, mode: undefined, baseModel: undefined, raw })).toEqual({
    team: "sea",
    max_tokens: "4096",
    tokens: "****",
    my_api_key: "****",
    nested: { password: "****", port: 1 },
  });
});
