import { expect, test } from "bun:test";
import { type ErrorKind, GatewayError } from "../core/errors.ts";
import type { Deployment } from "./deployment.ts";
import { deploymentOf, groupOf, requestOf, seededRandom, settingsOf } from "./deployments-for-tests.ts";
import { mayRetry, retriesFor } from "./retry-policy.ts";
import { Router } from "./router.ts";

const MINUTES = 60;
const STEP_MS = 50;
const HEALTHY_PICKS = 400_000;

/** What a deployment does to every call until then. */
interface Fault {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly untilMs: number;
}

const FAULTS: readonly (readonly [ErrorKind, number])[] = [
  ["upstream-rate-limited", 429],
  ["upstream-unauthenticated", 401],
  ["upstream-not-found", 404],
  ["upstream-timeout", 408],
  ["upstream-failed", 500],
  ["upstream-failed", 503],
  ["upstream-unreachable", 500],
  ["upstream-invalid-request", 400],
];

/** Twenty deployments under random faults, by a clock of its own. */
class Storm {
  readonly deployments = Array.from({ length: 20 }, (_item, index) =>
    deploymentOf(`${index}`, { weight: 1 + (index % 4) }),
  );
  readonly group = groupOf(...this.deployments);
  readonly random: () => number;
  readonly router: Router;
  nowMs = 0;
  answered = 0;
  readonly refusals = new Map<ErrorKind, number>();
  readonly #settings = settingsOf();
  readonly #faults = new Map<Deployment, Fault>();
  #underWay: { readonly endMs: number; readonly end: () => void }[] = [];

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.router = new Router(this.#settings, { now: () => this.nowMs, random: this.random });
  }

  /** Lets time pass: calls end, faults come and go. */
  step(): void {
    this.nowMs += STEP_MS;
    const over = this.#underWay.filter(({ endMs }) => endMs <= this.nowMs);
    this.#underWay = this.#underWay.filter(({ endMs }) => endMs > this.nowMs);
    for (const { end } of over) {
      end();
    }
    for (const deployment of this.deployments) {
      if (this.random() < STEP_MS / 30_000) {
        const [kind, status] = FAULTS[Math.floor(this.random() * FAULTS.length)] ?? ["upstream-failed", 500];
        this.#faults.set(deployment, { kind, status, untilMs: this.nowMs + this.random() * 60_000 });
      }
    }
  }

  /** All faults end at once, and so do the calls under way. */
  calm(): void {
    this.#faults.clear();
    for (const { end } of this.#underWay.splice(0)) {
      end();
    }
  }

  /** A call with its retries: answered, or refused with a kind. */
  call(): void {
    const tried = new Set<Deployment>();
    for (let retries = 0; ; retries++) {
      const error = this.#attempt(tried);
      if (error === undefined) {
        this.answered++;
        return;
      }
      const sources = { group: this.group, settings: this.#settings, deployment: undefined, requested: undefined };
      if (!mayRetry(error, { groupSize: 20 }) || retries >= retriesFor(error.kind, sources)) {
        this.refusals.set(error.kind, (this.refusals.get(error.kind) ?? 0) + 1);
        return;
      }
    }
  }

  #attempt(tried: Set<Deployment>): GatewayError | undefined {
    let deployment: Deployment;
    try {
      deployment = this.router.select(this.group, requestOf({ tried }));
    } catch (error) {
      if (error instanceof GatewayError) {
        return error;
      }
      throw error;
    }
    const wasAvoidable = this.deployments.some((other) => !tried.has(other) && !other.stats.isCooling(this.nowMs));
    expect(tried.has(deployment) && wasAvoidable).toBe(false);
    tried.add(deployment);
    this.router.started(deployment);
    const fault = this.#faults.get(deployment);
    if (fault === undefined || fault.untilMs <= this.nowMs) {
      const durationMs = 100 + this.random() * 2000;
      const success = {
        durationMs,
        firstByteMs: undefined,
        completionTokens: 20,
        totalTokens: 30,
        isStream: false,
        countsForLimits: true,
      };
      this.#underWay.push({
        endMs: this.nowMs + durationMs,
        end: () => {
          this.router.succeeded(deployment, success);
          this.router.finished(deployment);
        },
      });
      return undefined;
    }
    const { kind, status } = fault;
    const retryAfterMs = this.random() < 0.2 ? this.random() * 20_000 : undefined;
    this.router.failed(deployment, this.group, { kind, status, retryAfterMs, countsForCooldown: true });
    this.router.finished(deployment);
    return new GatewayError(kind, "fault", { status });
  }
}

test.each([1, 2, 3])(
  "an hour of faults (seed %d): an answer or a clear error for all, then everyone has their share",
  (seed) => {
    const storm = new Storm(seed);
    let calls = 0;
    for (let step = 0; step < (MINUTES * 60_000) / STEP_MS; step++) {
      storm.step();
      storm.call();
      calls++;
    }
    const refused = [...storm.refusals.values()].reduce((sum, count) => sum + count, 0);
    expect(storm.answered + refused).toBe(calls);
    expect(storm.answered / calls).toBeGreaterThan(0.75); // Half of all deployments are faulty at a time, and a 400 is final.

    storm.calm();
    expect(storm.deployments.map(({ stats }) => stats.inFlight)).toEqual(storm.deployments.map(() => 0));
    storm.nowMs += 60_000;
    const counts = new Map<Deployment, number>();
    for (let pick = 0; pick < HEALTHY_PICKS; pick++) {
      const deployment = storm.router.select(storm.group, requestOf());
      counts.set(deployment, (counts.get(deployment) ?? 0) + 1);
    }
    const total = storm.deployments.reduce((sum, { entry }) => sum + (entry.params.weight ?? 0), 0);
    for (const deployment of storm.deployments) {
      const expected = (deployment.entry.params.weight ?? 0) / total;
      const share = (counts.get(deployment) ?? 0) / HEALTHY_PICKS;
      expect(Math.abs(share - expected) / expected).toBeLessThan(0.05);
    }
  },
);
