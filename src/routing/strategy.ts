import type { Deployment } from "./deployment.ts";

/** What a strategy may look at beside the deployments themselves. */
export interface Choice {
  /** Whether a deployment of the pool may be chosen at all. */
  readonly isEligible: (deployment: Deployment) => boolean;
  /** A number from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Milliseconds of the router's clock. */
  readonly nowMs: number;
  readonly isStream: boolean;
}

/** Chooses by a number from 0 up to, but not including, 1. */
export type Draw = (random: number) => Deployment | undefined;

/** A rule by which one of many deployments answers a call (contract 4.3). */
export interface RoutingStrategy {
  /** Whether `rpm` and `tpm` are limits to it; otherwise they are weights at most. */
  readonly honoursLimits: boolean;
  /** One of the eligible deployments; `undefined` when there is none. Equals are chosen among at random. */
  choose(pool: readonly Deployment[], choice: Choice): Deployment | undefined;
  /**
   * For strategies that look at nothing that changes: the choice among the whole pool, made ready. Each deployment is
   * drawn with the probability that `choose` gives it when all are eligible.
   */
  readonly prepare?: (pool: readonly Deployment[]) => Draw;
}
