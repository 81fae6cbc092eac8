import type { CostAdjustment } from "../catalog/call-price.ts";
import { PriceBook } from "../catalog/price-book.ts";
import { NO_PRICE_FILE, readPriceFile } from "../catalog/price-file.ts";
import type { ConfigWarning } from "../config/findings.ts";
import type { CostMargin, LitellmSettings } from "../config/gateway-config.ts";
import { didYouMean } from "../config/nearest-name.ts";
import type { ModelFault } from "./model-table.ts";

type CostSettings = Pick<LitellmSettings, "priceFile" | "costDiscounts" | "costMargins">;

/** Where prices come from under these settings. Reads the price file. */
export function toPriceBook(settings: CostSettings): PriceBook {
  const file = settings.priceFile === undefined ? NO_PRICE_FILE : readPriceFile(settings.priceFile);
  return new PriceBook(file, toAdjustments(settings), Date.now);
}

/** What is wrong with the price file, by entry. */
export function findPriceFaults({ priceFile }: CostSettings): readonly ModelFault[] {
  const faults = priceFile === undefined ? [] : readPriceFile(priceFile).faults;
  return faults.map(({ path, message }) => ({
    path: "litellm_settings.price_file",
    message: `${path === "" ? `'${priceFile}'` : `in '${priceFile}', ${path}`} ${message}`,
    allowed: "a JSON file in the form of LiteLLM's model_prices_and_context_window.json",
  }));
}

/** Every provider that is not named. */
const ALL_OTHERS = "global";

/** Discounts and margins that no call gets, as no provider has the name that they stand under. */
export function findCostWarnings(settings: CostSettings, providers: readonly string[]): readonly ConfigWarning[] {
  const known = [...providers, ALL_OTHERS];
  const warningsOf = (setting: string, written: Readonly<Record<string, unknown>>): ConfigWarning[] =>
    Object.keys(written)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: `litellm_settings.${setting}.${name}`,
        message: `has no effect: no provider has this name${didYouMean(name, known)}`,
      }));
  return [
    ...warningsOf("cost_discount_config", settings.costDiscounts),
    ...warningsOf("cost_margin_config", settings.costMargins),
  ];
}

/** A provider's own margin wins over the global one; its discount goes before either. */
function toAdjustments({ costDiscounts, costMargins }: CostSettings): ReadonlyMap<string, CostAdjustment> {
  const names = new Set([...Object.keys(costDiscounts), ...Object.keys(costMargins)]);
  const globalMargin = costMargins[ALL_OTHERS];
  return new Map(
    [...names].map((name) => {
      const provider = name === ALL_OTHERS ? "*" : name;
      return [provider, toAdjustment(costDiscounts[name] ?? 0, costMargins[name] ?? globalMargin)];
    }),
  );
}

const BILLION = 1e9;

const toAdjustment = (discount: number, margin: CostMargin | undefined): CostAdjustment => ({
  discountBillionths: BigInt(Math.round(discount * BILLION)),
  marginBillionths: BigInt(Math.round((margin?.fraction ?? 0) * BILLION)),
  marginNanoUsd: BigInt(Math.round((margin?.fixedUsd ?? 0) * BILLION)),
});
