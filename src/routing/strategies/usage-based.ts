import type { RoutingStrategy } from "../strategy.ts";
import { pickLowest } from "./pick-lowest.ts";

/**
 * The deployment that has used the fewest tokens this minute. LiteLLM's two versions differ only in when they count
 * requests; here a request counts before it is sent, as in version 2, so both names mean this.
 */
export const usageBased: RoutingStrategy = {
  honoursLimits: true,
  choose: (pool, choice) => pickLowest(pool, choice, (deployment) => deployment.stats.tokensAt(choice.nowMs)),
};
