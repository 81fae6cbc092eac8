import { NO_LIMITS } from "../catalog/price.ts";
import { bareParams } from "../config/bare-params.ts";
import type { DeploymentParams, RouterSettings } from "../config/gateway-config.ts";
import type { Operation } from "../core/operation.ts";
import { type Deployment, LazyFacts } from "./deployment.ts";
import { DeploymentStats } from "./deployment-stats.ts";
import type { ModelGroup } from "./model-table.ts";
import type { SelectRequest } from "./router.ts";

interface WhatIsKnown {
  readonly operation?: Operation;
  readonly modelName?: string;
  /** As published, in tokens. */
  readonly contextWindow?: number;
}

/** A deployment of which only parameters and state matter; it answers chats. */
export function deploymentOf(
  id: string,
  params: Partial<DeploymentParams> = {},
  { operation = "chat", modelName = "gpt", contextWindow }: WhatIsKnown = {},
): Deployment {
  const deployment = {
    id,
    group: modelName,
    entry: { modelName, params: { ...bareParams("openai/gpt"), ...params } },
    provider: { name: "openai" },
    routes: { [operation]: {} },
    stats: new DeploymentStats(),
    facts: new LazyFacts(() => ({ price: undefined, limits: { ...NO_LIMITS, maxInputTokens: contextWindow } })),
  };
  return deployment as unknown as Deployment;
}

/** A group named `gpt` of these. */
export const groupOf = (...deployments: readonly Deployment[]): ModelGroup => ({ name: "gpt", deployments });

/** A short chat, not a stream, on its first try. */
export const requestOf = (fields: Partial<SelectRequest> = {}): SelectRequest => ({
  operation: "chat",
  promptTokens: 10,
  isStream: false,
  tags: undefined,
  tried: undefined,
  ...fields,
});

/** Router settings where a file says nothing. */
export const settingsOf = (fields: Partial<RouterSettings> = {}): RouterSettings => ({
  modelGroupAlias: {},
  timeoutMs: undefined,
  streamTimeoutMs: undefined,
  strategy: "simple-shuffle",
  strategyArgs: { ttlMs: 3_600_000, lowestLatencyBuffer: 0, maxLatencyListSize: 10 },
  numRetries: 2,
  retryAfterMs: 0,
  retryPolicy: {},
  modelGroupRetryPolicy: new Map(),
  allowedFails: undefined,
  allowedFailsPolicy: undefined,
  cooldownMs: 5000,
  disableCooldowns: false,
  fallbacks: new Map(),
  contextWindowFallbacks: undefined,
  contentPolicyFallbacks: undefined,
  maxFallbacks: 5,
  enablePreCallChecks: false,
  enableTagFiltering: false,
  tagFilteringMatchAny: true,
  defaultMaxParallelRequests: undefined,
  defaultPriority: undefined,
  ignoreInvalidDeployments: false,
  enforceModelRateLimits: false,
  hedge: new Map(),
  redis: undefined,
  ...fields,
});

/** The same random numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
