import type { CallFinished } from "../../core/call-event.ts";
import type { SendOutcome } from "../batch-sender.ts";
import { CallMetrics } from "./call-metrics.ts";
import { type OtlpMetrics, type OtlpSource, toOtlpTime } from "./otlp-types.ts";

/** How metrics are sent. Times in milliseconds. */
export interface MetricsExporterOptions {
  readonly source: OtlpSource;
  readonly isDelta: boolean;
  readonly intervalMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sends a snapshot; must end by itself in time. A throw counts as `retry`. */
  readonly send: (metrics: OtlpMetrics, signal: AbortSignal) => Promise<SendOutcome>;
  readonly log: (message: string, cause: unknown) => void;
}

/** A failing sender says so at most this often. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Sends what calls came to, interval by interval. What could not be sent goes with the next: nothing is queued, and nothing
 * lost while the process lives, but for differences that the collector refuses.
 */
export class MetricsExporter {
  readonly #options: MetricsExporterOptions;
  /** All since the start; of differences, those that were not sent yet. */
  #metrics = new CallMetrics();
  /** Differences that are under way, or whose sending failed. */
  #unsent: OtlpMetrics | undefined;
  readonly #given = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #startedAt: number;
  #sending: Promise<void> | undefined;
  #isClosing = false;
  #failedCount = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MetricsExporterOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#timer = setInterval(() => this.#run(), options.intervalMs);
  }

  /** Sendings that failed, or arrived in part. */
  get failedCount(): number {
    return this.#failedCount;
  }

  /** Counts a batch of calls. */
  record(batch: readonly CallFinished[]): void {
    for (const call of batch) {
      this.#metrics.record(call);
    }
  }

  /** Sends a last time. Never rejects. */
  async close(withinMs: number): Promise<void> {
    clearInterval(this.#timer);
    const limit = setTimeout(() => this.#given.abort(), withinMs);
    await this.#sending;
    this.#isClosing = true;
    this.#run();
    await this.#sending;
    clearTimeout(limit);
  }

  /** One sending at a time: an interval that comes meanwhile is passed over. */
  #run(): void {
    this.#sending ??= this.#export().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Differences that were not taken are sent again, and what is newer right behind them. Never rejects. */
  async #export(): Promise<void> {
    let isOlder: boolean;
    do {
      isOlder = this.#unsent !== undefined;
      const metrics = this.#options.isDelta ? this.#takeDifference() : this.#toSnapshot();
      if (metrics === undefined) {
        return;
      }
      this.#settle(await this.#try(metrics));
    } while (isOlder && this.#unsent === undefined);
  }

  async #try(metrics: OtlpMetrics): Promise<SendOutcome> {
    try {
      return await this.#options.send(metrics, this.#given.signal);
    } catch (cause) {
      return { kind: "retry", reason: cause instanceof Error ? cause.message : "no answer" };
    }
  }

  #settle(outcome: SendOutcome): void {
    if (outcome.kind !== "retry") {
      this.#unsent = undefined;
    }
    if (outcome.kind !== "sent") {
      this.#failedCount++;
      this.#tell(outcome);
    }
  }

  /** Is kept until it has been taken or refused; what is newer grows meanwhile within its bounds. */
  #takeDifference(): OtlpMetrics | undefined {
    if (this.#unsent === undefined) {
      this.#unsent = this.#toSnapshot();
      this.#metrics.reset();
      this.#startedAt = this.#options.now();
    }
    return this.#unsent;
  }

  #toSnapshot(): OtlpMetrics | undefined {
    const { source, isDelta, now } = this.#options;
    const metrics = this.#metrics.snapshot({
      isDelta,
      startTime: toOtlpTime(this.#startedAt),
      endTime: toOtlpTime(now()),
    });
    return metrics.length === 0
      ? undefined
      : { resource: source.resource, scopeMetrics: [{ scope: source.scope, metrics }] };
  }

  /** What is lost at the stop is always told. */
  #tell({ kind, reason }: Exclude<SendOutcome, { kind: "sent" }>): void {
    const at = this.#options.now();
    if (this.#isClosing || at - this.#loggedAt >= LOG_INTERVAL_MS) {
      this.#loggedAt = at;
      const isLost = this.#isClosing || (kind === "refused" && this.#options.isDelta);
      const unsent = `metrics could not be sent; they ${isLost ? "are lost" : "go with the next"}`;
      this.#options.log(`callback 'otel': ${kind === "partly" ? "some metrics were not taken" : unsent}`, reason);
    }
  }
}
