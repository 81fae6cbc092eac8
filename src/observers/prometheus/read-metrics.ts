import type { GatewaySnapshot } from "../../core/gateway-snapshot.ts";
import type { EventLoopLag } from "./event-loop-lag.ts";
import type { ReadMetric } from "./metric-table.ts";
import type { Measured } from "./project.ts";

const QUANTILES: readonly number[] = [0.5, 0.99, 1];

/** What is left at a deployment, as its vendor last said. */
export interface Remaining {
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: number | undefined;
  readonly tokens: number | undefined;
}

/** Where the numbers of read metrics come from. */
export interface ReadSources {
  readonly snapshot: GatewaySnapshot;
  readonly remaining: readonly Remaining[];
  readonly overflows: number;
  readonly lag: EventLoopLag;
}

type Read = (sources: ReadSources) => readonly Measured<number>[];

const alone = (value: number): readonly Measured<number>[] => [{ labels: {}, value }];

const byDeployment =
  (read: (deployment: GatewaySnapshot["deployments"][number]) => number | undefined): Read =>
  ({ snapshot }) =>
    snapshot.deployments.flatMap((deployment) => {
      const { id, provider, model, apiBase } = deployment;
      const value = read(deployment);
      const labels = { litellm_model_name: model, model_id: id, api_base: apiBase, api_provider: provider };
      return value === undefined ? [] : [{ labels, value }];
    });

const byCallback =
  (read: (callback: GatewaySnapshot["callbacks"][number]) => number): Read =>
  ({ snapshot }) =>
    snapshot.callbacks.map((callback) => ({ labels: { callback_name: callback.name }, value: read(callback) }));

const ofSharing =
  (read: (sharing: NonNullable<GatewaySnapshot["sharing"]>) => number): Read =>
  ({ snapshot: { sharing } }) =>
    sharing === undefined ? [] : alone(read(sharing));

const ofRemaining =
  (name: "requests" | "tokens"): Read =>
  ({ remaining }) =>
    remaining.flatMap(({ labels, [name]: value }) => (value === undefined ? [] : [{ labels, value }]));

/** How each metric is read that is not counted from calls. */
export const READERS: Readonly<Record<ReadMetric, Read>> = {
  litellm_remaining_requests_metric: ofRemaining("requests"),
  litellm_remaining_tokens_metric: ofRemaining("tokens"),
  litellm_deployment_state: byDeployment(({ state }) => state),
  litellm_deployment_cooled_down: byDeployment(({ cooldownCount }) => cooldownCount),
  litellm_deployment_rpm_limit: byDeployment(({ rpmLimit }) => rpmLimit),
  litellm_deployment_tpm_limit: byDeployment(({ tpmLimit }) => tpmLimit),
  litellm_in_flight_requests: byDeployment(({ inFlight }) => inFlight),
  litellm_callback_logging_failures_metric: byCallback(({ dropped }) => dropped),
  litellm_redis_fails: ofSharing(({ failures }) => failures),
  portolan_redis_exchanges: ofSharing(({ exchanges }) => exchanges),
  portolan_redis_lost: ofSharing(({ isLost }) => (isLost ? 1 : 0)),
  portolan_callback_queued: byCallback(({ queued }) => queued),
  portolan_callback_sent: byCallback(({ sent }) => sent),
  portolan_callback_failed_sends: byCallback(({ failedSends }) => failedSends),
  portolan_records_queued: ({ snapshot }) => alone(snapshot.queuedRecords),
  portolan_records_dropped: ({ snapshot }) => alone(snapshot.droppedRecords),
  portolan_records_stripped: ({ snapshot }) => alone(snapshot.strippedRecords),
  portolan_connections_open: ({ snapshot }) => alone(snapshot.openConnections),
  portolan_connections_idle: ({ snapshot }) =>
    snapshot.pools.map(({ origin, idle }) => ({ labels: { origin }, value: idle })),
  portolan_series_overflows: ({ overflows }) => alone(overflows),
  portolan_event_loop_lag_seconds: ({ lag }) =>
    QUANTILES.map((share) => ({ labels: { quantile: String(share) }, value: lag.quantile(share) })),
  process_cpu_seconds: () => {
    const { user, system } = process.cpuUsage();
    return alone((user + system) / 1e6);
  },
  process_resident_memory_bytes: () => alone(process.memoryUsage.rss()),
  process_start_time_seconds: () => alone(Math.round(Date.now() / 1000 - process.uptime())),
  portolan_build_info: ({ snapshot }) => [{ labels: { version: snapshot.version }, value: 1 }],
};
