import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../core/translation.ts";
import { NO_DETAILS, type Usage, type UsageDetails } from "../core/usage.ts";
import { toChatUsage } from "../dialects/gemini/usage.ts";
import { toUsage } from "../dialects/openai/usage.ts";
import { type CallPrice, toCallCost, toUsdText } from "./call-price.ts";
import { PriceBook, type PriceQuery } from "./price-book.ts";
import { readPricedModel } from "./price-entry.ts";
import { NO_PRICE_FILE } from "./price-file.ts";
import { toPrice } from "./written-price.ts";

const NOON = Date.UTC(2026, 10, 27, 12);
const BOOK = new PriceBook(NO_PRICE_FILE, new Map(), () => NOON);
const CALL = { startedAt: NOON, upstreamMs: 1500 };

const usage = (prompt: number, completion: number, rest: Partial<Usage> = {}): Usage => ({
  promptTokens: prompt,
  completionTokens: completion,
  totalTokens: prompt + completion,
  cachedTokens: 0,
  reasoningTokens: 0,
  ...rest,
});
const details = (fields: Partial<UsageDetails>): Pick<Usage, "details"> => ({ details: { ...NO_DETAILS, ...fields } });

const usageOfGemini = (metadata: object): Usage => toUsage(toChatUsage(metadata as JsonObject)) as Usage;

const query = (text: string, rest: Partial<PriceQuery> = {}): PriceQuery => {
  const slash = text.indexOf("/");
  return { own: {}, baseModel: undefined, provider: text.slice(0, slash), model: text.slice(slash + 1), ...rest };
};

const OPENAI = "https://platform.openai.com/docs/pricing";
const ANTHROPIC = "https://platform.claude.com/docs/en/about-claude/pricing";
const GEMINI = "https://ai.google.dev/gemini-api/docs/pricing";

/**
 * Model, usage, what it costs in nano-dollars, worked out by hand. Prices are the price library's, from the page named;
 * LiteLLM's own table (1.110.2, read 2026-11-28) has the same for the models that it still lists.
 */
const PUBLISHED: readonly (readonly [model: string, used: Usage, nanoUsd: number, page: string])[] = [
  // 1,000 x 2,500 + 500 x 10,000
  ["openai/gpt-4o", usage(1000, 500), 7_500_000, OPENAI],
  // 200 x 2,500 + 800 x 1,250 + 100 x 10,000
  ["openai/gpt-4o", usage(1000, 100, { cachedTokens: 800 }), 2_500_000, OPENAI],
  // 150 + 600
  ["openai/gpt-4o-mini", usage(1, 1), 750, OPENAI],
  // 1,000 x 2,000 + 1,000 x 8,000: reasoning is a part of the answer
  ["openai/o3", usage(1000, 1000, { reasoningTokens: 800 }), 10_000_000, OPENAI],
  // 8,000 x 20
  ["openai/text-embedding-3-small", usage(8000, 0), 160_000, OPENAI],
  // 5,000 x 3,000 + 2,000 x 300 + 3,000 x 3,750 + 1,000 x 15,000
  [
    "anthropic/claude-sonnet-4-5",
    usage(10_000, 1000, { cachedTokens: 2000, ...details({ cacheWriteTokens: 3000 }) }),
    41_850_000,
    ANTHROPIC,
  ],
  // the same, but 1,000 of the 3,000 x 6,000
  [
    "anthropic/claude-sonnet-4-5",
    usage(10_000, 1000, { cachedTokens: 2000, ...details({ cacheWriteTokens: 3000, cacheWriteHourTokens: 1000 }) }),
    44_100_000,
    ANTHROPIC,
  ],
  // 100 x 3,000 + 50 x 15,000 + 2 x 10,000,000
  ["anthropic/claude-sonnet-4-5", usage(100, 50, details({ webSearches: 2 })), 21_050_000, ANTHROPIC],
  // 200,000 x 1,250 + 1,000 x 10,000: not above the tier yet
  ["gemini/gemini-2.5-pro", usage(200_000, 1000), 260_000_000, GEMINI],
  // 200,001 x 2,500 + 1,000 x 15,000: all of it at the higher rates
  ["gemini/gemini-2.5-pro", usage(200_001, 1000), 515_002_500, GEMINI],
  // 500 x 100 + 1,000 x 700 + 10 x 400
  ["gemini/gemini-2.0-flash", usage(1500, 10, details({ audioPromptTokens: 1000 })), 754_000, GEMINI],
  // 1,000 x 300 + 99,000 x 30: cached audio, as it is told by Gemini
  [
    "gemini/gemini-2.5-flash",
    usageOfGemini({
      promptTokenCount: 100_000,
      cachedContentTokenCount: 99_000,
      totalTokenCount: 100_000,
      promptTokensDetails: [{ modality: "AUDIO", tokenCount: 99_000 }],
      cacheTokensDetails: [{ modality: "AUDIO", tokenCount: 99_000 }],
    }),
    3_270_000,
    GEMINI,
  ],
  // 10 x 300 + 1,290 x 30,000
  [
    "gemini/gemini-2.5-flash-image",
    usageOfGemini({
      promptTokenCount: 10,
      candidatesTokenCount: 1290,
      totalTokenCount: 1300,
      candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 1290 }],
    }),
    38_703_000,
    GEMINI,
  ],
  // 5 x 2,500 + 10 x 10,000: what is billed, not what was read
  [
    "cohere/command-r-plus",
    usage(571, 12, { cachedTokens: 500, ...details({ billed: { promptTokens: 5, completionTokens: 10 } }) }),
    112_500,
    "https://cohere.com/pricing",
  ],
  // 1,000 x 590 + 1,000 x 790
  ["groq/llama-3.3-70b-versatile", usage(1000, 1000), 1_380_000, "https://groq.com/pricing"],
  // 1,000 x 3,000 + 100 x 15,000
  [
    "bedrock/anthropic.claude-3-5-sonnet-20241022-v2:0",
    usage(1000, 100),
    4_500_000,
    "https://aws.amazon.com/bedrock/pricing",
  ],
  // 100 x 3,000 + 250 x 15,000
  ["xai/grok-4", usage(100, 250, { reasoningTokens: 200 }), 4_050_000, "https://docs.x.ai/docs/models"],
  // 400 x 2,000 + 500 x 8,000 + 5,000 x 3,000 + 10 x 5,000,000
  [
    "perplexity/sonar-deep-research",
    usage(400, 5500, { reasoningTokens: 5000, ...details({ webSearches: 10 }) }),
    69_800_000,
    "https://docs.perplexity.ai/guides/pricing",
  ],
];

test.each(PUBLISHED)("published price: %s %j is %d (%s)", (model, used, nanoUsd, page) => {
  const { price } = BOOK.find(query(model));
  expect(page).toStartWith("https://");
  expect(price?.source).toBe("catalog");
  expect(price === undefined ? undefined : toCallCost(price, used, CALL).nanoUsd).toBe(nanoUsd);
});

test("an Azure deployment has the price of its base model", () => {
  // 1,000 x 2,500 + 500 x 10,000: https://azure.microsoft.com/pricing/details/cognitive-services/openai-service
  const { price } = BOOK.find(query("azure/my-deployment", { baseModel: "azure/gpt-4o" }));
  expect(price?.source).toBe("base_model");
  expect(price && toCallCost(price, usage(1000, 500), CALL).nanoUsd).toBe(7_500_000);
  expect(BOOK.find(query("azure/my-deployment")).price).toBeUndefined();
});

const own = (fields: Readonly<Record<string, unknown>>): CallPrice => {
  const { price } = BOOK.find(query("openai/of-our-own", { own: fields }));
  if (price === undefined) throw new Error("no price");
  return price;
};
const costOf = (fields: Readonly<Record<string, unknown>>, used: Usage): number =>
  toCallCost(own(fields), used, CALL).nanoUsd;

describe("a price of one's own", () => {
  test.each<readonly [string, Readonly<Record<string, unknown>>, Usage, number]>([
    ["text", { input_cost_per_token: "3e-7", output_cost_per_token: " 0.0000005" }, usage(10, 10), 8000],
    ["zero is a price", { input_cost_per_token: 0, output_cost_per_token: 0 }, usage(10, 10), 0],
    [
      "cached tokens without a price cost what others do",
      { input_cost_per_token: 1e-6 },
      usage(10, 0, { cachedTokens: 9 }),
      10_000,
    ],
    ["half a nano-dollar is rounded up, once", { input_cost_per_token: 5e-10 }, usage(1, 0), 1],
    ["less is not", { input_cost_per_token: 4e-10 }, usage(1, 0), 0],
    [
      "a service tier",
      { input_cost_per_token: 1e-6, input_cost_per_token_flex: 5e-7 },
      usage(10, 0, details({ serviceTier: "flex" })),
      5000,
    ],
    [
      "a tier of a service tier",
      { input_cost_per_token: 1e-6, input_cost_per_token_priority: 2e-6, input_cost_per_token_above_1k_tokens: 3e-6 },
      usage(2000, 0, details({ serviceTier: "priority" })),
      6_000_000,
    ],
    [
      "listed tiers",
      {
        tiered_pricing: [
          { range: [0, 100], input_cost_per_token: 1e-6 },
          { range: [100, 1000], input_cost_per_token: 2e-6 },
        ],
      },
      usage(101, 0),
      202_000,
    ],
    ["by time", { input_cost_per_second: 0.001 }, usage(5, 5), 1_500_000],
    ["by time where tokens are paid", { input_cost_per_second: 0.001, input_cost_per_token: 1e-6 }, usage(5, 5), 5000],
    ["by search unit", { input_cost_per_query: 0.002 }, usage(0, 0, details({ searchUnits: 3 })), 6_000_000],
    [
      "more cached than prompt",
      { input_cost_per_token: 1e-6, cache_read_input_token_cost: 1e-7 },
      usage(10, 0, { cachedTokens: 20 }),
      2000,
    ],
  ])("%s", (_name, fields, used, nanoUsd) => {
    expect(costOf(fields, used)).toBe(nanoUsd);
  });

  test("amounts beyond what numbers hold stay exact", () => {
    expect(costOf({ input_cost_per_token: "0.001234567890123" }, usage(999_999_999, 0))).toBe(1_234_567_888_888_432);
  });
});

test("discount first, then the margin on what is left", () => {
  const adjustment = { discountBillionths: 100_000_000n, marginBillionths: 50_000_000n, marginNanoUsd: 7n };
  const price = { ...own({ input_cost_per_token: 1e-6 }), adjustment };
  expect(toCallCost(price, usage(1000, 0), CALL)).toMatchObject({
    originalNanoUsd: 1_000_000,
    discountNanoUsd: 100_000,
    marginNanoUsd: 45_007,
    nanoUsd: 945_007,
  });
});

test("DeepSeek's prices, given by an entry, for its own words for cached tokens", () => {
  // 400 x 280 + 600 x 28 + 100 x 420: https://api-docs.deepseek.com/quick_start/pricing
  const used = toUsage({ prompt_tokens: 1000, completion_tokens: 100, prompt_cache_hit_tokens: 600 });
  const prices = {
    input_cost_per_token: "2.8e-7",
    cache_read_input_token_cost: "2.8e-8",
    output_cost_per_token: "4.2e-7",
  };
  expect(used && costOf(prices, used)).toBe(170_800);
});

test("a price of the catalog that differs by the time of the day", () => {
  const { price } = BOOK.find(query("deepseek/deepseek-chat"));
  const at = (hour: number): number | undefined =>
    price && toCallCost(price, usage(1000, 0), { startedAt: Date.UTC(2026, 10, 27, hour), upstreamMs: 1 }).nanoUsd;
  expect([at(12), at(20)]).toEqual([270_000, 135_000]);
});

/** The same random numbers for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("the sum over 100,000 random calls is exact", () => {
  const random = seeded(9);
  const below = (limit: number): number => Math.floor(random() * limit);
  let sum = 0;
  let expected = 0n;
  for (let count = 0; count < 100_000; count++) {
    // Prices of up to 10 digits per 10^-15 dollars, as text; calls of up to two million tokens.
    const [input, cached, output] = [below(1e10), below(1e10), below(1e10)] as const;
    const { price: written } = readPricedModel({
      input_cost_per_token: `${input}e-15`,
      cache_read_input_token_cost: `${cached}e-15`,
      output_cost_per_token: `${output}e-15`,
    });
    const prompt = below(2_000_000);
    const read = below(prompt + 1);
    const completion = below(100_000);
    const used = usage(prompt, completion, { cachedTokens: read });
    const cost = toCallCost({ price: toPrice(written), source: "deployment", adjustment: undefined }, used, CALL);
    expect(cost.inputNanoUsd + cost.outputNanoUsd + cost.toolNanoUsd).toBe(cost.nanoUsd);
    sum += cost.nanoUsd;
    const femto =
      BigInt(prompt - read) * BigInt(input) + BigInt(read) * BigInt(cached) + BigInt(completion) * BigInt(output);
    expected += (femto + 500_000n) / 1_000_000n;
  }
  expect(BigInt(sum)).toBe(expected);
});

test.each([
  [0, "0"],
  [1, "0.000000001"],
  [123_000, "0.000123"],
  [1_500_000_000, "1.5"],
  [12_345_678_901_234, "12345.678901234"],
])("%d nano-dollars are $%s", (nanoUsd, text) => {
  expect(toUsdText(nanoUsd)).toBe(text);
});
