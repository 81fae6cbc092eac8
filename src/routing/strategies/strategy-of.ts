import type { RouterSettings } from "../../config/gateway-config.ts";
import type { RoutingStrategy } from "../strategy.ts";
import { costBased } from "./cost-based.ts";
import { latencyBased } from "./latency-based.ts";
import { leastBusy } from "./least-busy.ts";
import { simpleShuffle } from "./simple-shuffle.ts";
import { usageBased } from "./usage-based.ts";

/** The strategy that the settings name (`routing_strategy`). */
export function strategyOf({ strategy, strategyArgs }: RouterSettings): RoutingStrategy {
  switch (strategy) {
    case "simple-shuffle":
      return simpleShuffle;
    case "least-busy":
      return leastBusy;
    case "latency-based-routing":
      return latencyBased(strategyArgs);
    case "usage-based-routing":
    case "usage-based-routing-v2":
      return usageBased;
    case "cost-based-routing":
      return costBased;
    default:
      return strategy satisfies never;
  }
}
