import type { ErrorKind } from "../core/errors.ts";
import { type FailureClass, widerClassOf } from "../core/failure-class.ts";
import { LatencySamples } from "./latency-samples.ts";
import { minuteOf, type OthersShare } from "./others-share.ts";

const MINUTE_MS = 60_000;

/** Most deployments whose state is kept beside those that the configuration lists. */
const MAX_STATS = 10_000;

/** Weight of the latest answer in the usual length of answers. */
const NEWEST_SHARE = 1 / 8;

/** A call that waits for its turn at a deployment. */
export interface Waiter {
  /** Lower numbers go first. */
  readonly priority: number;
  /** Tells it that its turn has come. */
  readonly admit: () => void;
}

/** Failures since the first of a window. */
interface FailureWindow {
  startedAtMs: number;
  count: number;
}

/**
 * What is known of a deployment at run time: calls under way, cooldown, counts of the current minute, latencies. Plain
 * numbers, changed in place. Times are milliseconds of the router's clock, given by the caller.
 */
export class DeploymentStats {
  /** Attempts under way. */
  inFlight = 0;
  /** Places taken of `max_parallel_requests`; `parallel-gate.ts` keeps it. */
  permits = 0;
  /** Calls waiting for a place, in the order of their turns. */
  waiting: Waiter[] | undefined;
  /** End of the latest cooldown; 0 when there was none. */
  cooldownUntilMs = 0;
  /** Why it cools or has last cooled. */
  cooldownReason: ErrorKind | undefined;
  /** Cooldowns so far. */
  cooldownCount = 0;
  /** What other processes do here; `undefined` until something is heard of them. */
  others: OthersShare | undefined;
  /** Completion tokens that a whole answer usually has, at least 1; 0 while no answer is known. */
  answerTokens = 0;
  /** Of whole answers, per completion token. */
  #answers: LatencySamples | undefined;
  /** Of streams, until the first byte. */
  #firstBytes: LatencySamples | undefined;
  readonly #windows = new Map<FailureClass | "any", FailureWindow>();
  #minute = -1;
  #requests = 0;
  #successes = 0;
  #failures = 0;
  #tokens = 0;
  #failuresInRow = 0;

  /** Whether it is cooling down. */
  isCooling(nowMs: number): boolean {
    return nowMs < this.cooldownUntilMs;
  }

  /** Cools it until then; a cooldown that ends later stays as it is. */
  coolUntil(untilMs: number, reason: ErrorKind): void {
    if (untilMs > this.cooldownUntilMs) {
      this.cooldownCount++;
      this.cooldownUntilMs = untilMs;
      this.cooldownReason = reason;
    }
  }

  /** Requests sent in the current minute, by other processes too where they share state. */
  requestsAt(nowMs: number): number {
    return this.ownRequestsAt(nowMs) + (this.others?.requestsAt(nowMs) ?? 0);
  }

  /** Requests that this process has sent in the current minute. */
  ownRequestsAt(nowMs: number): number {
    return this.#isCurrent(nowMs) ? this.#requests : 0;
  }

  /** Answers that came in the current minute. */
  successesAt(nowMs: number): number {
    return this.#isCurrent(nowMs) ? this.#successes : 0;
  }

  /** Failures of the current minute. */
  failuresAt(nowMs: number): number {
    return this.#isCurrent(nowMs) ? this.#failures : 0;
  }

  /** Failures since its last answer. */
  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  /** Tokens used in the current minute, by other processes too where they share state. */
  tokensAt(nowMs: number): number {
    return this.ownTokensAt(nowMs) + (this.others?.tokensAt(nowMs) ?? 0);
  }

  /** Tokens that this process has used in the current minute. */
  ownTokensAt(nowMs: number): number {
    return this.#isCurrent(nowMs) ? this.#tokens : 0;
  }

  /** Attempts under way, those of other processes too where they share state. */
  get allInFlight(): number {
    return this.inFlight + (this.others?.inFlight ?? 0);
  }

  /** Counts a request that is about to be sent. */
  countRequest(nowMs: number): void {
    this.#enterMinute(nowMs);
    this.#requests++;
  }

  /** Counts an answer and the tokens it took. */
  countSuccess(nowMs: number, totalTokens: number): void {
    this.#enterMinute(nowMs);
    this.#successes++;
    this.#failuresInRow = 0;
    this.#tokens += totalTokens;
  }

  /** Counts a failure, for the minute and for windows of `windowMs`, which begin with their first failure. */
  countFailure(nowMs: number, failureClass: FailureClass | undefined, windowMs: number): void {
    this.#enterMinute(nowMs);
    this.#failures++;
    this.#failuresInRow++;
    this.#countInWindow("any", nowMs, windowMs);
    for (const name of failureClass === undefined ? [] : [failureClass, widerClassOf(failureClass)]) {
      if (name !== undefined) {
        this.#countInWindow(name, nowMs, windowMs);
      }
    }
  }

  /** Failures of a class, or of any, in the window that the latest one fell into. */
  failuresInWindow(failureClass: FailureClass | "any"): number {
    return this.#windows.get(failureClass)?.count ?? 0;
  }

  /** Forgets the failures counted in windows, as a cooldown that answers them begins. */
  clearWindows(): void {
    this.#windows.clear();
  }

  /** Takes a sample: of a stream until its first byte, else of a whole answer per completion token. */
  addLatency(valueMs: number, isStream: boolean, nowMs: number, capacity: number): void {
    const known = isStream ? this.#firstBytes : this.#answers;
    const samples = known?.capacity === capacity ? known : new LatencySamples(capacity);
    if (isStream) {
      this.#firstBytes = samples;
    } else {
      this.#answers = samples;
    }
    samples.add(valueMs, nowMs);
  }

  /** Takes the length of a whole answer into account, in completion tokens. */
  addAnswerTokens(tokens: number): void {
    const length = Math.max(1, tokens);
    this.answerTokens =
      this.answerTokens === 0 ? length : this.answerTokens + (length - this.answerTokens) * NEWEST_SHARE;
  }

  /**
   * Mean of the samples younger than `ttlMs`; 0 when there is none. What was last heard of other processes weighs as much
   * as what is known here.
   */
  latencyMs(isStream: boolean, nowMs: number, ttlMs: number): number {
    const own = this.ownLatencyMs(isStream, nowMs, ttlMs);
    const others = this.others?.latencyMs(isStream, nowMs, ttlMs) ?? 0;
    return own > 0 && others > 0 ? (own + others) / 2 : own + others;
  }

  /** Mean of this process's samples younger than `ttlMs`; 0 when there is none. */
  ownLatencyMs(isStream: boolean, nowMs: number, ttlMs: number): number {
    return (isStream ? this.#firstBytes : this.#answers)?.mean(nowMs, ttlMs) ?? 0;
  }

  #isCurrent(nowMs: number): boolean {
    return minuteOf(nowMs) === this.#minute;
  }

  #enterMinute(nowMs: number): void {
    const minute = minuteOf(nowMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#requests = 0;
      this.#successes = 0;
      this.#failures = 0;
      this.#tokens = 0;
    }
  }

  #countInWindow(key: FailureClass | "any", nowMs: number, windowMs: number): void {
    const window = this.#windows.get(key);
    if (window === undefined) {
      this.#windows.set(key, { startedAtMs: nowMs, count: 1 });
    } else if (nowMs - window.startedAtMs >= windowMs) {
      window.startedAtMs = nowMs;
      window.count = 1;
    } else {
      window.count++;
    }
  }
}

/** Milliseconds until the counts of the current minute start afresh. */
export const msToNextMinute = (nowMs: number): number => MINUTE_MS - (nowMs % MINUTE_MS);

/**
 * The state of deployments by id. It outlives the configuration: a reload does not end cooldowns or counts. Those that the
 * configuration lists are all kept; of others, such as the names that callers fill wildcards with, only so many.
 */
export class StatsTable {
  readonly #bound: number;
  #listedIds: ReadonlySet<string> = new Set();
  readonly #listed = new Map<string, DeploymentStats>();
  /** The oldest first. */
  readonly #others = new Map<string, DeploymentStats>();

  /** @param bound how many are kept that are not listed; a smaller one than the default is for tests */
  constructor(bound = MAX_STATS) {
    this.#bound = bound;
  }

  /** How many are kept. */
  get size(): number {
    return this.#listed.size + this.#others.size;
  }

  /** Says which ids the configuration lists, in place of those that it listed before. */
  list(ids: ReadonlySet<string>): void {
    this.#listedIds = ids;
    for (const [id, stats] of this.#listed) {
      if (!ids.has(id)) {
        this.#listed.delete(id);
        this.#addOther(id, stats);
      }
    }
    for (const [id, stats] of this.#others) {
      if (ids.has(id)) {
        this.#others.delete(id);
        this.#listed.set(id, stats);
      }
    }
  }

  /** Every id with its state. */
  *entries(): Generator<readonly [id: string, stats: DeploymentStats]> {
    yield* this.#listed;
    yield* this.#others;
  }

  /** The state of this id, if there is any. */
  find(id: string): DeploymentStats | undefined {
    return this.#listed.get(id) ?? this.#others.get(id);
  }

  /** The state of this id, made when it is not there yet. */
  of(id: string): DeploymentStats {
    const known = this.find(id);
    if (known !== undefined) {
      return known;
    }
    const stats = new DeploymentStats();
    if (this.#listedIds.has(id)) {
      this.#listed.set(id, stats);
    } else {
      this.#addOther(id, stats);
    }
    return stats;
  }

  #addOther(id: string, stats: DeploymentStats): void {
    if (this.#others.size >= this.#bound) {
      this.#evict();
    }
    this.#others.set(id, stats);
  }

  /** Drops the oldest that is not listed and has no call under way; the oldest of them all when every one has. */
  #evict(): void {
    let victim: string | undefined;
    for (const [id, stats] of this.#others) {
      victim ??= id;
      if (stats.inFlight === 0 && stats.permits === 0) {
        victim = id;
        break;
      }
    }
    if (victim !== undefined) {
      this.#others.delete(victim);
    }
  }
}
