import type { RouterSettings } from "../config/gateway-config.ts";
import { RedisSharedState } from "../store/redis-shared-state.ts";
import type { StatsTable } from "./deployment-stats.ts";
import { SharedStats } from "./shared-stats.ts";
import { CONNECT_LIMIT_MS, type SharingClock, SharingLoop } from "./sharing-loop.ts";

/** Who shares what, and who is told when that ends. */
export interface SharingOptions {
  readonly table: StatsTable;
  readonly processId: string;
  readonly now: () => number;
  /** The Redis cannot be reached, or again: host and port, and why not. */
  readonly onChange: (address: string, lostBecause: string | undefined) => void;
}

/** Starts to share what the process knows of deployments with all that use the same Redis (`redis_url`, `redis_host`). */
export function shareThroughRedis(url: string, settings: RouterSettings, options: SharingOptions): SharingLoop {
  const store = new RedisSharedState(url, CONNECT_LIMIT_MS);
  const stats = new SharedStats({
    table: options.table,
    processId: options.processId,
    latencyTtlMs: settings.strategyArgs.ttlMs,
    takesCooldowns: !settings.disableCooldowns,
  });
  const loop = new SharingLoop({
    store,
    stats,
    clock: { now: options.now, after },
    onChange: (lostBecause) => options.onChange(store.address, lostBecause),
  });
  loop.start();
  return loop;
}

const after: SharingClock["after"] = (delayMs, run) => {
  const timer = setTimeout(run, delayMs).unref();
  return () => clearTimeout(timer);
};
