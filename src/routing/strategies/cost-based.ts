import { isPerToken } from "../../catalog/price.ts";
import { toUsd } from "../../catalog/rate.ts";
import type { Deployment } from "../deployment.ts";
import type { RoutingStrategy } from "../strategy.ts";
import { pickLowest } from "./pick-lowest.ts";

/** No price per token counts as dear, as in LiteLLM (contract 4.3). */
const UNKNOWN_COST = 5;

/** The cheapest deployment by its prices of a prompt token and a completion token together: the entry's, else published ones. */
export const costBased: RoutingStrategy = {
  honoursLimits: true,
  choose: (pool, choice) => pickLowest(pool, choice, costOf),
};

function costOf({ entry, facts }: Deployment): number {
  const { inputCostPerToken, outputCostPerToken } = entry.params;
  if (inputCostPerToken === undefined && outputCostPerToken === undefined) {
    const price = facts.value.price?.price;
    const rates = price !== undefined && isPerToken(price) ? price.standard.base : undefined;
    return rates === undefined ? 2 * UNKNOWN_COST : toUsd(rates.input + rates.output);
  }
  return (inputCostPerToken ?? UNKNOWN_COST) + (outputCostPerToken ?? UNKNOWN_COST);
}
