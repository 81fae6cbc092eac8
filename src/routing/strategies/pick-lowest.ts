import type { Deployment } from "../deployment.ts";
import type { Choice } from "../strategy.ts";

/** The eligible deployment with the lowest score. Of equals each is as likely as any other (reservoir sampling). */
export function pickLowest(
  pool: readonly Deployment[],
  choice: Choice,
  scoreOf: (deployment: Deployment, choice: Choice) => number,
): Deployment | undefined {
  let lowest: Deployment | undefined;
  let lowestScore = Number.POSITIVE_INFINITY;
  let equals = 0;
  for (const deployment of pool) {
    if (!choice.isEligible(deployment)) {
      continue;
    }
    const score = scoreOf(deployment, choice);
    if (lowest === undefined || score < lowestScore) {
      lowest = deployment;
      lowestScore = score;
      equals = 1;
    } else if (score === lowestScore) {
      equals++;
      if (choice.random() * equals < 1) {
        lowest = deployment;
      }
    }
  }
  return lowest;
}
