import { expect, test } from "bun:test";
import { findCostWarnings } from "./configured-prices.ts";

test("discounts and margins of no provider are warned of", () => {
  const margin = { fraction: 0.1, fixedUsd: 0 };
  const settings = {
    priceFile: undefined,
    costDiscounts: { gemnini: 0.05, gemini: 0.05 },
    costMargins: { globl: margin, global: margin, "in-house-vendor": margin },
  };
  expect(findCostWarnings(settings, ["openai", "gemini"])).toEqual([
    {
      path: "litellm_settings.cost_discount_config.gemnini",
      message: "has no effect: no provider has this name; did you mean gemini?",
    },
    {
      path: "litellm_settings.cost_margin_config.globl",
      message: "has no effect: no provider has this name; did you mean global?",
    },
    {
      path: "litellm_settings.cost_margin_config.in-house-vendor",
      message: "has no effect: no provider has this name",
    },
  ]);
});
