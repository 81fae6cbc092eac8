import type { DeploymentSnapshot, DeploymentState } from "../core/gateway-snapshot.ts";
import type { DeploymentStats } from "./deployment-stats.ts";
import type { ModelTable } from "./model-table.ts";

/** How the listed deployments fare at this moment. */
export function toDeploymentSnapshots(models: ModelTable, nowMs: number): readonly DeploymentSnapshot[] {
  return models.listed.flatMap(({ deployment }) => {
    if (deployment === undefined) {
      return [];
    }
    const { id, group, provider, upstreamModel, apiBase, stats, entry } = deployment;
    return [
      {
        id,
        group,
        provider: provider.name,
        model: upstreamModel,
        apiBase,
        state: stateOf(stats, nowMs),
        inFlight: stats.inFlight,
        cooldownCount: stats.cooldownCount,
        rpmLimit: entry.params.rpm,
        tpmLimit: entry.params.tpm,
      },
    ];
  });
}

/** So many failures without an answer between them are an outage: the only deployment of a group hardly ever cools. */
const OUTAGE_FAILURES = 5;

function stateOf(stats: DeploymentStats, nowMs: number): DeploymentState {
  if (stats.isCooling(nowMs) || stats.failuresInRow >= OUTAGE_FAILURES) {
    return 2;
  }
  return stats.failuresInRow > 0 || stats.failuresAt(nowMs) > 0 ? 1 : 0;
}
