import type { CostAdjustment } from "../catalog/call-price.ts";
import { PriceBook } from "../catalog/price-book.ts";
import { NO_PRICE_FILE, readPriceFile } from "../catalog/price-file.ts";
import type { CostMargin, LitellmSettings } from "../config/gateway-config.ts";
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

/** A provider's own margin wins over the global one; its discount goes before either. */
function toAdjustments({ costDiscounts, costMargins }: CostSettings): ReadonlyMap<string, CostAdjustment> {
  const names = new Set([...Object.keys(costDiscounts), ...Object.keys(costMargins)]);
  const globalMargin = costMargins["global"];
  return new Map(
    [...names].map((name) => {
      const provider = name === "global" ? "*" : name;
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
