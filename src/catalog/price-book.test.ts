import { describe, expect, test } from "bun:test";
import { NO_DETAILS, type Usage } from "../core/usage.ts";
import { toCallCost, toUsdText } from "./call-price.ts";
import { PriceBook, type PriceQuery } from "./price-book.ts";
import { NO_PRICE_FILE } from "./price-file.ts";

const NOON = Date.UTC(2026, 10, 27, 12);
const BOOK = new PriceBook(NO_PRICE_FILE, new Map(), () => NOON);

const query = (text: string, rest: Partial<PriceQuery> = {}): PriceQuery => {
  const slash = text.indexOf("/");
  return { own: {}, baseModel: undefined, provider: text.slice(0, slash), model: text.slice(slash + 1), ...rest };
};

const USAGE: Usage = {
  promptTokens: 1000,
  completionTokens: 200,
  totalTokens: 1200,
  cachedTokens: 0,
  reasoningTokens: 0,
};

/** Of a call that took two seconds, in US dollars. */
const costOf = (asked: PriceQuery, usage = USAGE, startedAt = NOON): string | undefined => {
  const { price } = BOOK.find(asked);
  return price && toUsdText(toCallCost(price, usage, { startedAt, upstreamMs: 2000 }).nanoUsd);
};

describe("a model whose name begins with another vendor's", () => {
  test.each([
    // 1,000 x 150 + 200 x 600
    ["groq/openai/gpt-oss-120b", "0.00027"],
    // Free models, own machines, and vendors whose prices are not published here.
    ["openrouter/deepseek/deepseek-r1:free", undefined],
    ["hosted_vllm/openai/gpt-oss-120b", undefined],
    ["deepinfra/openai/gpt-oss-120b", undefined],
  ])("costs what its provider asks: %s", (model, usd) => {
    expect(costOf(query(model))).toBe(usd);
  });

  test("is that vendor's where a base model says so", () => {
    expect(costOf(query("azure/my-deployment", { baseModel: "openai/gpt-4o" }))).toBe("0.0045");
  });
});

describe("single prices of an entry", () => {
  test.each([
    ["cached tokens", { cache_read_input_token_cost: 1e-6 }],
    ["web searches", { search_context_cost_per_query: { search_context_size_medium: 0.01 } }],
    ["a service tier", { input_cost_per_token_flex: 1e-6 }],
    ["long prompts", { input_cost_per_token_above_128k_tokens: 1e-6 }],
    ["images", { output_cost_per_image_token: 1e-6 }],
  ])("are no price of a model that nobody knows: %s", (_name, own) => {
    expect(costOf(query("openai/nobody", { own }))).toBeUndefined();
  });

  test.each([
    ["calls", { input_cost_per_request: 0.01 }, "0.01"],
    ["time", { input_cost_per_second: 0.01 }, "0.02"],
    ["searches", { input_cost_per_query: 0.01 }, "0"],
  ])("are one where they are of %s", (_name, own, usd) => {
    expect(costOf(query("openai/nobody", { own }))).toBe(usd);
  });

  const GPT = "openai/gpt-4o"; // $2.50 and $10 a million, cached $1.25: 0.0045
  const GEMINI = "gemini/gemini-2.5-pro"; // $1.25 and $10, above 200,000 $2.50 and $15
  const ofPrompt = (promptTokens: number, rest: Partial<Usage> = {}): Usage => ({
    ...USAGE,
    promptTokens,
    completionTokens: 0,
    totalTokens: promptTokens,
    ...rest,
  });

  test.each<readonly [string, string, Readonly<Record<string, unknown>>, Usage, string]>([
    [
      "tokens cached for an hour",
      GPT,
      { cache_creation_input_token_cost_above_1hr: 1e-5 },
      ofPrompt(1000, { details: { ...NO_DETAILS, cacheWriteTokens: 1000, cacheWriteHourTokens: 1000 } }),
      "0.01",
    ],
    [
      "a service tier",
      GPT,
      { input_cost_per_token_flex: 1e-6 },
      { ...USAGE, details: { ...NO_DETAILS, serviceTier: "flex" } },
      "0.003",
    ],
    ["another service tier", GPT, { input_cost_per_token_flex: 1e-6 }, USAGE, "0.0045"],
    ["long prompts", GPT, { input_cost_per_token_above_128k_tokens: 5e-6 }, ofPrompt(200_000), "1"],
    [
      "long prompts, not of short ones",
      GPT,
      { input_cost_per_token_above_128k_tokens: 5e-6 },
      ofPrompt(1000),
      "0.0025",
    ],
    // 50,000 x 2,500 + 200,000 x 1
    [
      "a tier's cached tokens",
      GEMINI,
      { cache_read_input_token_cost: 1e-9 },
      ofPrompt(250_000, { cachedTokens: 200_000 }),
      "0.1252",
    ],
    ["a tier that begins earlier", GEMINI, { input_cost_per_token_above_128k_tokens: 5e-6 }, ofPrompt(250_000), "1.25"],
    ["nothing else of a tier", GEMINI, { cache_read_input_token_cost: 1e-9 }, ofPrompt(250_000), "0.625"],
    ["every call, beside its tokens", GPT, { input_cost_per_request: 0.01 }, USAGE, "0.0145"],
  ])("replace published ones: %s", (_name, model, own, usage, usd) => {
    expect(costOf(query(model, { own }), usage)).toBe(usd);
  });

  test("replace published ones at any time of the day", () => {
    const asked = query("deepseek/deepseek-chat", { own: { cache_read_input_token_cost: 1e-9 } });
    const usage = ofPrompt(1000, { cachedTokens: 1000 });
    const evening = Date.UTC(2026, 10, 27, 20);
    expect([costOf(asked, usage), costOf(asked, usage, evening)]).toEqual(["0.000001", "0.000001"]);
  });
});

describe("an entry has a price of its own, and nothing is added to it,", () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
    ["by token", { input_cost_per_token: 1e-6 }, "0.001"],
    ["by time", { input_cost_per_second: 0.001 }, "0.002"],
    ["by listed tiers", { tiered_pricing: [{ range: [0, 32_000], input_cost_per_token: 1e-6 }] }, "0.001"],
  ])("%s", (_name, own, usd) => {
    const { price } = BOOK.find(query("openai/gpt-4o", { own }));
    expect([price?.source, costOf(query("openai/gpt-4o", { own }))]).toEqual(["deployment", usd]);
  });
});
