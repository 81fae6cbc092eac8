import type { GatewayConfig } from "../config/gateway-config.ts";
import type { CallFinished } from "../core/call-event.ts";
import type { GatewaySnapshot } from "../core/gateway-snapshot.ts";
import type { MetricFamily } from "../core/metrics.ts";

/** How an observer fares, for `/metrics` and the log. Counts since it was made. */
export interface ObserverStats {
  /** Calls that wait to be sent. */
  readonly queuedCount: number;
  readonly sentCount: number;
  /** Calls that were given up: its queue was full, or what it sends to refused them. */
  readonly droppedCount: number;
  /** Sendings that failed, those that were tried again included. */
  readonly failedSendCount: number;
}

/** Consumes finished calls in batches, off the request path. */
export interface CallObserver {
  /** As `x-litellm-disable-callbacks` and metrics name it. */
  readonly name: string;
  /** A callback is told of what its configuration says, and callers may silence it; a meter sees every call. */
  readonly kind: "callback" | "meter";
  /**
   * Takes a batch. Must be quick, as it runs between calls: what has to be sent goes into a queue of the observer's own
   * ({@link BatchSender}). What it throws is logged; the batch is not offered again.
   */
  observe(batch: readonly CallFinished[]): void;
  /** Takes over what concerns it of a changed configuration, where its own settings stayed the same. Must be quick. */
  reconfigure?(config: GatewayConfig): void;
  /** Sends what still waits, and ends; what has not gone by then, in milliseconds, is lost and counted. Never rejects. */
  close?(withinMs: number): Promise<void>;
  stats?(): ObserverStats;
  /** Metrics of an observer that shows some. */
  families?(snapshot: GatewaySnapshot): readonly MetricFamily[];
}
