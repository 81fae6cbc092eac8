import type { RouterSettings } from "../config/gateway-config.ts";
import type { CooledDeployment } from "../core/call-watch.ts";
import type { ErrorKind } from "../core/errors.ts";
import { failureClassOf } from "../core/failure-class.ts";
import type { Operation } from "../core/operation.ts";
import { cooldownAfter, countsAsFailure, failureWindowMs } from "./cooldown.ts";
import { type Deployment, isWildcardDeployment, maxPromptTokensOf } from "./deployment.ts";
import type { ModelGroup } from "./model-table.ts";
import { narrow } from "./narrow.ts";
import { findReachedLimit } from "./rate-limits.ts";
import { allCooling, limitsReached, noneFits, noOperation, promptTooLong, wrongTags } from "./selection-errors.ts";
import { strategyOf } from "./strategies/strategy-of.ts";
import type { Choice, Draw, RoutingStrategy } from "./strategy.ts";
import { tagRuleFor } from "./tag-filter.ts";

/** A timeout counts as an answer this slow, in milliseconds (contract 4.3). */
const TIMEOUT_LATENCY_MS = 1_000_000;

/** What a deployment is chosen for. */
export interface SelectRequest {
  readonly operation: Operation;
  /** Tokens of the prompt, counted or estimated; looked at only for limits and context windows. */
  readonly promptTokens: number;
  readonly isStream: boolean;
  readonly tags: readonly string[] | undefined;
  /** What `tag_regex` of deployments is searched with. */
  readonly tagTexts?: readonly string[];
  /** Deployments that this call has tried: avoided while others are left. */
  readonly tried: ReadonlySet<Deployment> | undefined;
  /** `allowed_model_region`: looked at by pre-call checks. */
  readonly region?: string;
}

/** Clock and chance, handed in. */
export interface RouterServices {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** A number from 0 up to, but not including, 1. */
  random(): number;
  /** Told when a deployment begins to cool down; absent where nobody asks. */
  readonly onCooled?: (cooled: CooledDeployment) => void;
}

/** An attempt that was answered. */
export interface Success {
  readonly durationMs: number;
  /** Milliseconds until the first byte; of streams. */
  readonly firstByteMs: number | undefined;
  readonly completionTokens: number;
  readonly totalTokens: number;
  readonly isStream: boolean;
  /** False for a call with the caller's own key: it uses up nothing of the server's. */
  readonly countsForLimits: boolean;
}

/** An attempt that nobody waited for to the end: the client left, its own time limit passed, another answered first. */
export interface GivenUp {
  readonly waitedMs: number;
  /** Milliseconds until the first byte; `undefined` when none came. */
  readonly firstByteMs: number | undefined;
  readonly isStream: boolean;
}

/** An attempt that failed. */
export interface Failure {
  readonly kind: ErrorKind;
  /** The vendor's status; `undefined` when it sent none. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** False where a caller's own key, or what else it chose for itself, failed: that says nothing of the deployment. */
  readonly countsForCooldown: boolean;
}

/** Draws from a group before all of its deployments are looked at. */
const MAX_DRAWS = 3;

const drawNobody: Draw = () => undefined;
const isAny = (): boolean => true;

/**
 * Chooses deployments and learns from what becomes of them. Each attempt is told to {@link started}, then to
 * {@link succeeded}, {@link failed} or {@link gaveUp} or none of them (the gateway's own refusal), then to {@link finished}, once each.
 */
export class Router {
  readonly #settings: RouterSettings;
  readonly #services: RouterServices;
  readonly #strategy: RoutingStrategy;
  /** Whether `rpm` and `tpm` are limits. */
  readonly #hasLimits: boolean;
  /** Whether the only deployment of a group needs no look but at its cooldown. */
  readonly #isPlain: boolean;
  readonly #takesLatencies: boolean;
  /** Draws made ready for groups, which are as long-lived as the configuration. */
  readonly #draws = new WeakMap<ModelGroup, Draw>();
  /** Holds what is left of a group while one is chosen. */
  readonly #scratch: Deployment[] = [];

  constructor(settings: RouterSettings, services: RouterServices) {
    this.#settings = settings;
    this.#services = services;
    this.#strategy = strategyOf(settings);
    this.#hasLimits = settings.enforceModelRateLimits || this.#strategy.honoursLimits;
    this.#isPlain = !this.#hasLimits && !settings.enablePreCallChecks && !settings.enableTagFiltering;
    this.#takesLatencies = settings.strategy === "latency-based-routing";
  }

  /** Whether {@link SelectRequest.promptTokens} is looked at. */
  get looksAtPrompts(): boolean {
    return this.#hasLimits || this.#settings.enablePreCallChecks;
  }

  /**
   * The deployment that answers a call (contract 4.2).
   * @throws GatewayError `invalid-request` when none has the operation, `no-deployment-available` when all cool down or
   * have reached their limits, `context-window-exceeded`, and `unauthenticated` when tags allow none.
   */
  select(group: ModelGroup, request: SelectRequest): Deployment {
    const only = group.deployments.length === 1 ? group.deployments[0] : undefined;
    const isReady =
      only !== undefined &&
      this.#isPlain &&
      only.routes[request.operation] !== undefined &&
      (only.stats.cooldownUntilMs === 0 || !only.stats.isCooling(this.#services.now()));
    if (isReady) {
      return only;
    }
    const nowMs = this.#services.now();
    return this.#draw(group, request, nowMs) ?? this.#selectAmong(group, request, nowMs);
  }

  /** Whether the group has a deployment beside this one that could be asked now, by tags, limits and all else. */
  hasOtherHealthy(group: ModelGroup, except: Deployment | undefined, request: SelectRequest): boolean {
    if (this.#isPlain) {
      const nowMs = this.#services.now();
      return group.deployments.some(
        (deployment) =>
          deployment !== except &&
          deployment.routes[request.operation] !== undefined &&
          !deployment.stats.isCooling(nowMs),
      );
    }
    try {
      return this.select(group, { ...request, tried: new Set(except && [except]) }) !== except;
    } catch {
      return false;
    }
  }

  /** An attempt is about to be sent. @param countsForLimits as in {@link Success} */
  started({ stats }: Deployment, countsForLimits = true): void {
    stats.inFlight++;
    if (countsForLimits) {
      stats.countRequest(this.#services.now());
    }
  }

  /** An attempt has been answered. */
  succeeded({ stats }: Deployment, success: Success): void {
    const nowMs = this.#services.now();
    if (success.countsForLimits) {
      stats.countSuccess(nowMs, success.totalTokens);
    }
    if (this.#takesLatencies) {
      const { durationMs, firstByteMs, completionTokens, isStream } = success;
      const latencyMs = isStream ? (firstByteMs ?? durationMs) : durationMs / Math.max(1, completionTokens);
      stats.addLatency(latencyMs, isStream, nowMs, this.#settings.strategyArgs.maxLatencyListSize);
      if (!isStream) {
        stats.addAnswerTokens(completionTokens);
      }
    }
  }

  /**
   * An attempt has been given up. Its answer would have taken at least as long as was waited for it, which is a sample where
   * it is longer than what is known. A whole answer is taken to have as many tokens as the group's answers have.
   */
  gaveUp({ stats }: Deployment, group: ModelGroup, { waitedMs, firstByteMs, isStream }: GivenUp): void {
    if (!this.#takesLatencies) {
      return;
    }
    const nowMs = this.#services.now();
    const { ttlMs, maxLatencyListSize } = this.#settings.strategyArgs;
    const isExact = isStream && firstByteMs !== undefined;
    const latencyMs = isExact ? firstByteMs : isStream ? waitedMs : waitedMs / answerTokensOf(group);
    if (isExact || latencyMs > stats.ownLatencyMs(isStream, nowMs, ttlMs)) {
      stats.addLatency(latencyMs, isStream, nowMs, maxLatencyListSize);
    }
  }

  /** An attempt has failed: counts it and cools the deployment when the rules say so (contract 4.7). */
  failed(deployment: Deployment, group: ModelGroup, failure: Failure): void {
    const { kind, status, retryAfterMs } = failure;
    if (!failure.countsForCooldown || !countsAsFailure(kind, status)) {
      return;
    }
    const { stats, entry } = deployment;
    const nowMs = this.#services.now();
    const ownCooldownMs = entry.params.cooldownMs;
    stats.countFailure(nowMs, failureClassOf(kind), failureWindowMs(ownCooldownMs, this.#settings));
    if (kind === "upstream-timeout" && this.#takesLatencies) {
      const { maxLatencyListSize } = this.#settings.strategyArgs;
      stats.addLatency(TIMEOUT_LATENCY_MS, true, nowMs, maxLatencyListSize);
      stats.addLatency(TIMEOUT_LATENCY_MS, false, nowMs, maxLatencyListSize);
    }
    const facts = {
      kind,
      status,
      retryAfterMs,
      groupSize: group.deployments.length,
      isLast: group.deployments.every((other) => other === deployment || other.stats.isCooling(nowMs)),
      isWildcard: isWildcardDeployment(deployment),
      ownCooldownMs,
      successes: stats.successesAt(nowMs),
      failures: stats.failuresAt(nowMs),
      failuresInWindow: (failureClass: Parameters<typeof stats.failuresInWindow>[0]) =>
        stats.failuresInWindow(failureClass),
    };
    const cooldownMs = cooldownAfter(facts, this.#settings);
    if (cooldownMs > 0) {
      if (!stats.isCooling(nowMs)) {
        this.#services.onCooled?.(toCooled(deployment, group, { reason: kind, status, cooldownMs }));
      }
      stats.coolUntil(nowMs + cooldownMs, kind);
      stats.clearWindows();
    }
  }

  /** An attempt is over, however it ended. */
  finished(deployment: Deployment): void {
    deployment.stats.inFlight--;
  }

  /**
   * Draws from the whole group and looks at the one drawn alone, which is quick however large the group is. Drawing anew
   * when that one cannot answer leaves the others' shares as they are; after a few misses all are looked at.
   */
  #draw(group: ModelGroup, { operation, tried }: SelectRequest, nowMs: number): Deployment | undefined {
    if (!this.#isPlain) {
      return undefined;
    }
    let draw = this.#draws.get(group);
    if (draw === undefined) {
      const hasOrder = group.deployments.some(({ entry }) => entry.params.order !== undefined);
      draw = (hasOrder ? undefined : this.#strategy.prepare?.(group.deployments)) ?? drawNobody;
      this.#draws.set(group, draw);
    }
    for (let draws = draw === drawNobody ? MAX_DRAWS : 0; draws < MAX_DRAWS; draws++) {
      const drawn = draw(this.#services.random());
      const isAble = drawn !== undefined && drawn.routes[operation] !== undefined && !drawn.stats.isCooling(nowMs);
      if (isAble && tried?.has(drawn) !== true) {
        return drawn;
      }
    }
    return undefined;
  }

  #selectAmong(group: ModelGroup, request: SelectRequest, nowMs: number): Deployment {
    const { operation } = request;
    const able = this.#keep(group.deployments, ({ routes }) => routes[operation] !== undefined);
    if (able.length === 0) {
      throw noOperation(group, operation);
    }
    const awake = this.#keep(able, ({ stats }) => !stats.isCooling(nowMs));
    if (awake.length === 0) {
      throw allCooling(group, this.#settings.enablePreCallChecks, nowMs);
    }
    const fitting = this.#settings.enablePreCallChecks ? this.#keepFitting(group, awake, request, nowMs) : awake;
    const tagged = this.#settings.enableTagFiltering ? this.#keepTagged(fitting, request) : fitting;
    const open = this.#hasLimits ? this.#keepWithinLimits(group, tagged, request, nowMs) : tagged;
    const chosen = this.#strategy.choose(open, this.#toChoice(open, request, nowMs));
    if (chosen === undefined) {
      throw limitsReached(group, undefined, request.promptTokens, nowMs);
    }
    return chosen;
  }

  #keep(pool: readonly Deployment[], passes: (deployment: Deployment) => boolean): readonly Deployment[] {
    return narrow(pool, this.#scratch, passes);
  }

  /** Pre-call checks: context window, `rpm`, region. */
  #keepFitting(
    group: ModelGroup,
    pool: readonly Deployment[],
    request: SelectRequest,
    nowMs: number,
  ): readonly Deployment[] {
    const { operation, promptTokens, region } = request;
    const roomy = this.#keep(pool, (deployment) => promptTokens <= maxPromptTokensOf(deployment, operation));
    if (roomy.length === 0) {
      throw promptTooLong(group, request);
    }
    const kept = this.#keep(
      roomy,
      (deployment) =>
        findReachedLimit(deployment, promptTokens, nowMs) !== "rpm" &&
        (region === undefined || isInRegion(deployment.entry.params.regionName, region)),
    );
    if (kept.length === 0) {
      throw noneFits(group, nowMs);
    }
    return kept;
  }

  #keepTagged(pool: readonly Deployment[], request: SelectRequest): readonly Deployment[] {
    const facts = { tags: request.tags, texts: request.tagTexts ?? [] };
    const rule = tagRuleFor(pool, facts, this.#settings.tagFilteringMatchAny);
    if (rule === undefined) {
      throw wrongTags();
    }
    return this.#keep(pool, rule);
  }

  #keepWithinLimits(
    group: ModelGroup,
    pool: readonly Deployment[],
    { promptTokens }: SelectRequest,
    nowMs: number,
  ): readonly Deployment[] {
    const [first] = pool;
    const kept = this.#keep(pool, (deployment) => findReachedLimit(deployment, promptTokens, nowMs) === undefined);
    if (kept.length === 0) {
      throw limitsReached(group, first, promptTokens, nowMs);
    }
    return kept;
  }

  /** Those not yet tried, and of them the lowest `order`; when all have been tried, the lowest `order` of all. */
  #toChoice(pool: readonly Deployment[], { tried, isStream }: SelectRequest, nowMs: number): Choice {
    let hasUntried = false;
    let hasOrder = false;
    let lowest = Infinity;
    let lowestUntried = Infinity;
    for (const deployment of pool) {
      const order = orderOf(deployment);
      hasOrder ||= order !== Infinity;
      lowest = Math.min(lowest, order);
      if (tried === undefined || !tried.has(deployment)) {
        hasUntried = true;
        lowestUntried = Math.min(lowestUntried, order);
      }
    }
    const { random } = this.#services;
    const avoided = hasUntried ? tried : undefined;
    if (!hasOrder && (avoided === undefined || avoided.size === 0)) {
      return { isEligible: isAny, random, nowMs, isStream };
    }
    const order = hasUntried ? lowestUntried : lowest;
    const isEligible = (deployment: Deployment): boolean =>
      orderOf(deployment) === order && avoided?.has(deployment) !== true;
    return { isEligible, random, nowMs, isStream };
  }
}

const toCooled = (
  { id, provider, upstreamModel }: Deployment,
  { name }: ModelGroup,
  why: Pick<CooledDeployment, "reason" | "status" | "cooldownMs">,
): CooledDeployment => ({ deploymentId: id, provider: provider.name, upstreamModel, modelGroup: name, ...why });

/** Completion tokens of a group's longest usual answers; infinite where none is known, so that nothing is told of a wait. */
function answerTokensOf({ deployments }: ModelGroup): number {
  let most = 0;
  for (const { stats } of deployments) {
    most = Math.max(most, stats.answerTokens);
  }
  return most === 0 ? Number.POSITIVE_INFINITY : most;
}

/** Deployments without `order` come after those with one. */
const orderOf = ({ entry }: Deployment): number => entry.params.order ?? Infinity;

/** `eu` stands for `eu` itself and for `eu-west-1`. */
const isInRegion = (regionName: string | undefined, allowed: string): boolean =>
  regionName === allowed || regionName?.startsWith(`${allowed}-`) === true;
