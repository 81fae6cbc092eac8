import { ERROR_POLICY } from "../core/error-policy.ts";
import type { ErrorKind } from "../core/errors.ts";
import type { CooldownRow, IncomingState, LatencyRow, OutgoingState, UsageRow } from "../store/shared-state.ts";
import type { DeploymentStats, StatsTable } from "./deployment-stats.ts";
import { minuteOf, OthersShare } from "./others-share.ts";

/** Most rows of a sort in one exchange; the next one takes the rest. */
const MAX_ROWS = 1000;

/** What the merging is told at the start. */
export interface SharedStatsOptions {
  readonly table: StatsTable;
  /** Tells this process from the others. */
  readonly processId: string;
  /** How long a latency sample counts. */
  readonly latencyTtlMs: number;
  /** False where cooldowns are switched off: those of other processes are none of this one's then. */
  readonly takesCooldowns: boolean;
}

/**
 * Puts together what this process and the others know of deployments: finds what has changed here, and adds what has
 * changed there to the {@link DeploymentStats} that calls look at. No I/O, no waiting.
 */
export class SharedStats {
  readonly #options: SharedStatsOptions;
  #minute = -1;
  /** What the store holds of this process's usage in this minute. */
  readonly #usage = new Map<string, UsageRow>();
  /** What this process has told last, in this minute. */
  readonly #latencies = new Map<string, LatencyRow>();
  /** Ends of cooldowns that the store knows. */
  readonly #cooldowns = new Map<string, number>();

  constructor(options: SharedStatsOptions) {
    this.#options = options;
  }

  /** What the store does not know yet. */
  toOutgoing(nowMs: number): OutgoingState {
    this.#enterMinute(nowMs);
    const usage: UsageRow[] = [];
    const latencies: LatencyRow[] = [];
    const cooldowns: CooldownRow[] = [];
    const inFlight = new Map<string, number>();
    for (const [id, stats] of this.#options.table.entries()) {
      addRow(usage, this.#findUsage(id, stats, nowMs));
      addRow(latencies, this.#findLatency(id, stats, nowMs));
      addRow(cooldowns, this.#findCooldown(id, stats, nowMs));
      if (stats.inFlight > 0) {
        inFlight.set(id, stats.inFlight);
      }
    }
    return { processId: this.#options.processId, nowMs, minute: this.#minute, usage, latencies, cooldowns, inFlight };
  }

  /** Takes in the answer to what was sent. Deployments that are not known here are passed over. */
  takeIn(sent: OutgoingState, incoming: IncomingState, nowMs: number): void {
    this.#remember(sent);
    for (const [id, stats] of this.#options.table.entries()) {
      const total = incoming.usage.get(id);
      const inFlight = incoming.inFlight.get(id) ?? 0;
      if (stats.others !== undefined || total !== undefined || inFlight > 0) {
        const own = this.#usage.get(id);
        const others = othersOf(stats);
        others.inFlight = inFlight;
        others.setUsage(
          sent.minute,
          Math.max(0, (total?.requests ?? 0) - (own?.requests ?? 0)),
          Math.max(0, (total?.tokens ?? 0) - (own?.tokens ?? 0)),
        );
      }
    }
    for (const { id, answerMs, firstByteMs } of incoming.latencies) {
      const stats = this.#options.table.find(id);
      if (stats !== undefined) {
        othersOf(stats).setLatencies(answerMs, firstByteMs, nowMs);
      }
    }
    this.#takeCooldowns(incoming.cooldowns, nowMs);
  }

  /** The store may have lost what it was told: the next exchange tells all of it again. */
  forgetSent(): void {
    this.#usage.clear();
    this.#latencies.clear();
    this.#cooldowns.clear();
  }

  /** Nothing is heard of the others any more: what they have under way is not known. */
  dropInFlight(): void {
    for (const [, { others }] of this.#options.table.entries()) {
      if (others !== undefined) {
        others.inFlight = 0;
      }
    }
  }

  /** Forgets the others. Cooldowns stay: they are this process's own by now. */
  dropOthers(): void {
    for (const [, stats] of this.#options.table.entries()) {
      stats.others = undefined;
    }
  }

  #enterMinute(nowMs: number): void {
    const minute = minuteOf(nowMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#usage.clear();
      this.#latencies.clear();
    }
  }

  #findUsage(id: string, stats: DeploymentStats, nowMs: number): UsageRow | undefined {
    const requests = stats.ownRequestsAt(nowMs);
    const tokens = Math.floor(stats.ownTokensAt(nowMs));
    const known = this.#usage.get(id);
    const isNews = requests > (known?.requests ?? 0) || tokens > (known?.tokens ?? 0);
    return isNews ? { id, requests, tokens } : undefined;
  }

  #findLatency(id: string, stats: DeploymentStats, nowMs: number): LatencyRow | undefined {
    const answerMs = stats.ownLatencyMs(false, nowMs, this.#options.latencyTtlMs);
    const firstByteMs = stats.ownLatencyMs(true, nowMs, this.#options.latencyTtlMs);
    const known = this.#latencies.get(id);
    const isNews = answerMs !== (known?.answerMs ?? 0) || firstByteMs !== (known?.firstByteMs ?? 0);
    return isNews ? { id, answerMs, firstByteMs } : undefined;
  }

  #findCooldown(id: string, stats: DeploymentStats, nowMs: number): CooldownRow | undefined {
    const { cooldownUntilMs, cooldownReason } = stats;
    return cooldownReason !== undefined && stats.isCooling(nowMs) && cooldownUntilMs > (this.#cooldowns.get(id) ?? 0)
      ? { id, untilMs: cooldownUntilMs, reason: cooldownReason }
      : undefined;
  }

  /** What was sent has arrived. */
  #remember({ usage, latencies, cooldowns }: OutgoingState): void {
    for (const row of usage) {
      this.#usage.set(row.id, row);
    }
    for (const row of latencies) {
      this.#latencies.set(row.id, row);
    }
    for (const { id, untilMs } of cooldowns) {
      this.#cooldowns.set(id, untilMs);
    }
  }

  #takeCooldowns(cooldowns: readonly CooldownRow[], nowMs: number): void {
    for (const [id, untilMs] of this.#cooldowns) {
      if (untilMs <= nowMs) {
        this.#cooldowns.delete(id);
      }
    }
    for (const { id, untilMs, reason } of cooldowns) {
      const stats = this.#options.takesCooldowns ? this.#options.table.find(id) : undefined;
      if (stats !== undefined && untilMs > nowMs && isErrorKind(reason)) {
        stats.coolUntil(untilMs, reason);
        this.#cooldowns.set(id, Math.max(untilMs, this.#cooldowns.get(id) ?? 0));
      }
    }
  }
}

function addRow<Row>(rows: Row[], row: Row | undefined): void {
  if (row !== undefined && rows.length < MAX_ROWS) {
    rows.push(row);
  }
}

function othersOf(stats: DeploymentStats): OthersShare {
  stats.others ??= new OthersShare();
  return stats.others;
}

/** What stands in the store may come from another version. */
const isErrorKind = (text: string): text is ErrorKind => Object.hasOwn(ERROR_POLICY, text);
