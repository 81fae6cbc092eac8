import { guessOperation } from "../catalog/model-families.ts";
import type { ModelEntry } from "../config/gateway-config.ts";
import { OPERATIONS, type Operation } from "../core/operation.ts";
import type { Deployment } from "./deployment.ts";

/**
 * What a deployment is mainly for: what its model's name speaks of, else the first operation that its provider answers.
 * `undefined` only for a provider that answers none.
 */
export function operationOf(deployment: Deployment): Operation | undefined {
  const { entry, routes, upstreamModel } = deployment;
  const guessed = guessOperation(entry.info.baseModel ?? upstreamModel) ?? guessOperation(entry.modelName);
  return guessed !== undefined && routes[guessed] !== undefined
    ? guessed
    : OPERATIONS.find((operation) => routes[operation] !== undefined);
}

/** The `mode` that info pages show: the file's own word, else the operation. */
export function modeOf(entry: ModelEntry, deployment: Deployment | undefined): string | undefined {
  return entry.info.mode ?? (deployment === undefined ? undefined : operationOf(deployment));
}
