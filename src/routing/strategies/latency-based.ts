import type { StrategyArgs } from "../../config/gateway-config.ts";
import type { RoutingStrategy } from "../strategy.ts";

/**
 * One of the fastest deployments: by time to the first byte for streams, by time per completion token for others. One
 * without samples counts as the fastest, so it is tried. All within `lowestLatencyBuffer` of the best are equals.
 */
export const latencyBased = ({ ttlMs, lowestLatencyBuffer }: StrategyArgs): RoutingStrategy => ({
  honoursLimits: true,
  choose: (pool, choice) => {
    const { isStream, nowMs } = choice;
    let best = Number.POSITIVE_INFINITY;
    for (const deployment of pool) {
      if (choice.isEligible(deployment)) {
        best = Math.min(best, deployment.stats.latencyMs(isStream, nowMs, ttlMs));
      }
    }
    const limit = best * (1 + lowestLatencyBuffer);
    let chosen: (typeof pool)[number] | undefined;
    let equals = 0;
    for (const deployment of pool) {
      if (choice.isEligible(deployment) && deployment.stats.latencyMs(isStream, nowMs, ttlMs) <= limit) {
        equals++;
        if (choice.random() * equals < 1) {
          chosen = deployment;
        }
      }
    }
    return chosen;
  },
});
