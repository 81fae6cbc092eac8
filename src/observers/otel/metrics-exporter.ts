import type { CallFinished } from "../../core/call-event.ts";
import { CallMetrics } from "./call-metrics.ts";
import { type OtlpMetrics, type OtlpSource, toOtlpTime } from "./otlp-types.ts";

/** How metrics are sent. Times in milliseconds. */
export interface MetricsExporterOptions {
  readonly source: OtlpSource;
  readonly isDelta: boolean;
  readonly intervalMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Sends a snapshot; must end by itself in time. @returns why it was not taken, `undefined` when it was. May throw. */
  readonly send: (metrics: OtlpMetrics, signal: AbortSignal) => Promise<string | undefined>;
  readonly log: (message: string, cause: unknown) => void;
}

/** A failing sender says so at most this often. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Sends what calls came to, interval by interval. What could not be sent goes with the next: nothing is queued and
 * nothing lost while the process lives.
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
  #failedCount = 0;
  #loggedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MetricsExporterOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#timer = setInterval(() => this.#run(), options.intervalMs);
  }

  /** Sendings that failed. */
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

  /** Never rejects. */
  async #export(): Promise<void> {
    const metrics = this.#options.isDelta ? this.#takeDifference() : this.#toSnapshot();
    if (metrics === undefined) {
      return;
    }
    let failure: string | undefined;
    try {
      failure = await this.#options.send(metrics, this.#given.signal);
    } catch (cause) {
      failure = cause instanceof Error ? cause.message : "no answer";
    }
    if (failure === undefined) {
      this.#unsent = undefined;
    } else {
      this.#failedCount++;
      this.#tell(failure);
    }
  }

  /** What was not taken is sent again before anything newer, which grows meanwhile within its bounds. */
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

  #tell(reason: string): void {
    const at = this.#options.now();
    if (at - this.#loggedAt >= LOG_INTERVAL_MS) {
      this.#loggedAt = at;
      this.#options.log("callback 'otel': metrics could not be sent; they go with the next", reason);
    }
  }
}
