import type { Deployment } from "../deployment.ts";
import type { RoutingStrategy } from "../strategy.ts";
import { pickLowest } from "./pick-lowest.ts";

/** An unknown price per token counts as dear, as in LiteLLM (contract 4.3). */
const UNKNOWN_COST = 5;

/** The cheapest deployment by its prices of a prompt token and a completion token together. */
export const costBased: RoutingStrategy = {
  honoursLimits: true,
  choose: (pool, choice) => pickLowest(pool, choice, costOf),
};

function costOf({ entry }: Deployment): number {
  const { inputCostPerToken, outputCostPerToken } = entry.params;
  return (inputCostPerToken ?? UNKNOWN_COST) + (outputCostPerToken ?? UNKNOWN_COST);
}
