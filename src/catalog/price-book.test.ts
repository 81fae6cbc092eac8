import { describe, expect, test } from "bun:test";
import { toCallCost, toUsdText } from "./call-price.ts";
import { PriceBook, type PriceQuery } from "./price-book.ts";
import { NO_PRICE_FILE } from "./price-file.ts";

const NOON = Date.UTC(2026, 10, 27, 12);
const BOOK = new PriceBook(NO_PRICE_FILE, new Map(), () => NOON);

const query = (text: string, rest: Partial<PriceQuery> = {}): PriceQuery => {
  const slash = text.indexOf("/");
  return { own: {}, baseModel: undefined, provider: text.slice(0, slash), model: text.slice(slash + 1), ...rest };
};

/** Of 1,000 prompt tokens and 200 of an answer, in US dollars. */
const costOf = (asked: PriceQuery): string | undefined => {
  const { price } = BOOK.find(asked);
  const usage = { promptTokens: 1000, completionTokens: 200, totalTokens: 1200, cachedTokens: 0, reasoningTokens: 0 };
  return price && toUsdText(toCallCost(price, usage, { startedAt: NOON, upstreamMs: 0 }).nanoUsd);
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
