import type { RoutingStrategy } from "../strategy.ts";
import { pickLowest } from "./pick-lowest.ts";

/** The deployment with the fewest attempts under way. */
export const leastBusy: RoutingStrategy = {
  honoursLimits: false,
  choose: (pool, choice) => pickLowest(pool, choice, (deployment) => deployment.stats.allInFlight),
};
