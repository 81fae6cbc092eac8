import type { RouterSettings } from "../config/gateway-config.ts";
import { GatewayError } from "../core/errors.ts";
import type { Deployment } from "./deployment.ts";
import type { DeploymentStats, Waiter } from "./deployment-stats.ts";

/** Most calls that wait for one deployment; further ones are refused. */
const MAX_WAITING = 10_000;

/** Requests per minute that LiteLLM counts on for each 1,000 tokens per minute. */
const REQUESTS_PER_1000_TOKENS = 6;

/** Lets so many calls at a time through to a deployment, the others in turn (`max_parallel_requests`, contract 4.8). */
export class ParallelGate {
  readonly #defaultLimit: number | undefined;

  constructor(settings: Pick<RouterSettings, "defaultMaxParallelRequests">) {
    this.#defaultLimit = settings.defaultMaxParallelRequests;
  }

  /** Takes a place when one is free. A place taken is to be given back by {@link release}, exactly once. */
  tryAcquire(deployment: Deployment): boolean {
    if (deployment.stats.permits >= this.#limitOf(deployment)) {
      return false;
    }
    deployment.stats.permits++;
    return true;
  }

  /**
   * Takes a place: at once (`undefined`), or when the promise is fulfilled. Lower priorities go first, equal ones in the
   * order they came. When `signalGone` fires first the promise is rejected with its reason and no place is taken.
   * @throws GatewayError `no-deployment-available` when too many wait already.
   */
  acquire(deployment: Deployment, signalGone: AbortSignal | undefined, priority = 0): Promise<void> | undefined {
    if (this.tryAcquire(deployment)) {
      return undefined;
    }
    const { stats } = deployment;
    if ((stats.waiting?.length ?? 0) >= MAX_WAITING) {
      throw new GatewayError("no-deployment-available", `Too many calls wait for deployment ${deployment.id}.`);
    }
    return new Promise((resolve, reject) => {
      if (signalGone?.aborted === true) {
        reject(signalGone.reason);
        return;
      }
      const giveUp = (): void => {
        leaveQueue(stats, waiter);
        reject(signalGone?.reason);
      };
      const waiter: Waiter = {
        priority,
        admit: () => {
          signalGone?.removeEventListener("abort", giveUp);
          resolve();
        },
      };
      signalGone?.addEventListener("abort", giveUp, { once: true });
      joinQueue(stats, waiter);
    });
  }

  /** Gives a place back; whoever waits longest with the lowest priority has it next. */
  release(deployment: Deployment): void {
    const { stats } = deployment;
    stats.permits--;
    if (stats.waiting === undefined) {
      return;
    }
    const limit = this.#limitOf(deployment);
    while (stats.permits < limit) {
      const next = stats.waiting?.[0];
      if (next === undefined) {
        break;
      }
      leaveQueue(stats, next);
      stats.permits++;
      next.admit();
    }
  }

  /** The first that is set and not below one: explicit, `rpm`, `tpm`, the default. */
  #limitOf({ entry }: Deployment): number {
    const { maxParallelRequests, rpm, tpm } = entry.params;
    if (maxParallelRequests !== undefined && maxParallelRequests >= 1) {
      return maxParallelRequests;
    }
    if (rpm !== undefined && rpm >= 1) {
      return rpm;
    }
    if (tpm !== undefined && tpm > 0) {
      return Math.max(1, Math.floor((tpm / 1000) * REQUESTS_PER_1000_TOKENS));
    }
    return this.#defaultLimit !== undefined && this.#defaultLimit >= 1 ? this.#defaultLimit : Number.POSITIVE_INFINITY;
  }
}

/** The queue stands with the deployment's state, so that those who wait through a reload are woken all the same. */
function joinQueue(stats: DeploymentStats, waiter: Waiter): void {
  stats.waiting ??= [];
  let at = stats.waiting.length;
  while (at > 0 && (stats.waiting[at - 1]?.priority ?? 0) > waiter.priority) {
    at--;
  }
  stats.waiting.splice(at, 0, waiter);
}

function leaveQueue(stats: DeploymentStats, waiter: Waiter): void {
  const at = stats.waiting?.indexOf(waiter) ?? -1;
  if (at >= 0) {
    stats.waiting?.splice(at, 1);
  }
  if (stats.waiting?.length === 0) {
    stats.waiting = undefined;
  }
}
