import type { CallFinished } from "../core/call-event.ts";
import type { GatewaySnapshot } from "../core/gateway-snapshot.ts";
import type { MetricFamily } from "../core/metrics.ts";
import type { CallObserver, ObserverStats } from "./call-observer.ts";
import { CallQueue, type Observing } from "./call-queue.ts";
import { type EstimateStats, UsageEstimator } from "./estimate-usage.ts";
import type { ObserverWorld } from "./observer-context.ts";
import { NO_OWN, type OwnObservers, wantedObservers } from "./wanted-observers.ts";

/** How long observers may take to send what waits when the gateway stops, in milliseconds. */
const CLOSE_WITHIN_MS = 5000;

/** A callback in force, and what of the configuration it was made of. */
interface Standing extends Observing {
  readonly key: string;
}

/**
 * Everyone who watches calls: the meters that are always there, and the callbacks of the configuration in force. A callback
 * that cannot be made is told to the operator and left out; calls are never held up.
 */
export class Observatory {
  readonly #meters: readonly CallObserver[];
  readonly #log: (message: string, cause: unknown) => void;
  readonly #queue: CallQueue;
  readonly #estimator: UsageEstimator;
  #standing: readonly Standing[] = [];
  /** The latest change; each waits for the one before. */
  #change: Promise<void> = Promise.resolve();
  /** Observers of earlier configurations that still send. */
  readonly #closing = new Set<Promise<void>>();

  constructor(meters: readonly CallObserver[], log: (message: string, cause: unknown) => void) {
    this.#meters = meters;
    this.#log = log;
    this.#queue = new CallQueue(log);
    this.#estimator = new UsageEstimator((event) => this.#queue.push(event), log);
  }

  /** Settles when the latest configuration's callbacks are there. Never rejects. */
  get ready(): Promise<void> {
    return this.#change;
  }

  /** Takes a finished call and returns at once. One whose tokens nobody told waits until they are counted, for a bounded time. */
  push(event: CallFinished): void {
    if (event.uncounted === undefined) {
      this.#queue.push(event);
    } else {
      this.#estimator.complete(event);
    }
  }

  /** How counting what vendors did not count goes. */
  get estimates(): EstimateStats {
    return this.#estimator.stats;
  }

  /** Calls that no observer saw, or saw without their conversation, because too many waited. */
  get losses(): { readonly droppedCount: number; readonly strippedCount: number; readonly queuedCount: number } {
    const { droppedCount, strippedCount, queuedCount } = this.#queue;
    return { droppedCount, strippedCount, queuedCount };
  }

  /** How each callback fares. */
  get stats(): ReadonlyMap<string, ObserverStats> {
    const stats = this.#standing.flatMap(({ observer }) => {
      const own = observer.stats?.();
      return own === undefined ? [] : [[observer.name, own] as const];
    });
    return new Map(stats);
  }

  /** What observers show as metrics; `undefined` where none does. */
  families(snapshot: GatewaySnapshot): readonly MetricFamily[] | undefined {
    const shown = this.#standing.flatMap(({ observer }) => observer.families?.(snapshot) ?? []);
    return shown.length === 0 ? undefined : shown;
  }

  /** Puts the configuration's callbacks in force; those that have not changed stay as they are. Never rejects. */
  apply(world: ObserverWorld, own: OwnObservers = NO_OWN): Promise<void> {
    this.#change = this.#change
      .then(() => this.#replace(world, own))
      .catch((cause) => this.#log("callbacks failed", cause));
    return this.#change;
  }

  /** Hands over what waits, and lets observers send it. Never rejects. */
  async stop(): Promise<void> {
    await this.#change;
    await this.#estimator.stop();
    this.#queue.flush();
    for (const observer of [...this.#meters, ...this.#standing.map((standing) => standing.observer)]) {
      this.#close(observer);
    }
    await Promise.all(this.#closing);
  }

  async #replace(world: ObserverWorld, own: OwnObservers): Promise<void> {
    const before = new Map(this.#standing.map((standing) => [standing.key, standing]));
    const opened = await Promise.all(
      wantedObservers(world, own).map(async ({ title, open, ...wanted }): Promise<Standing | undefined> => {
        try {
          return before.get(wanted.key) ?? { ...wanted, observer: await open() };
        } catch (cause) {
          this.#log(`${title} is left out`, cause instanceof Error ? cause.message : cause);
          return undefined;
        }
      }),
    );
    this.#standing = opened.filter((standing) => standing !== undefined);
    for (const { observer } of this.#standing) {
      observer.reconfigure?.(world.config);
    }
    const always = this.#meters.map((observer) => ({ observer, onSuccess: true, onFailure: true }));
    this.#queue.observing = [...always, ...this.#standing];
    for (const standing of before.values()) {
      if (!this.#standing.includes(standing)) {
        this.#close(standing.observer);
      }
    }
  }

  /** Nobody but the end waits for it: what it still sends holds up neither metrics nor the next change. */
  #close(observer: CallObserver): void {
    const closing = this.#end(observer).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Never rejects. */
  async #end(observer: CallObserver): Promise<void> {
    try {
      await observer.close?.(CLOSE_WITHIN_MS);
    } catch (cause) {
      this.#log(`observer '${observer.name}' did not end well`, cause);
    }
  }
}
