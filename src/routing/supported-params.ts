import { guessOperation } from "../catalog/model-families.ts";
import { bareParams } from "../config/bare-params.ts";
import { OPERATIONS } from "../core/operation.ts";
import { supportedParams, toEditPlan } from "../providers/edit-plan.ts";
import type { Deployment, ProviderModel } from "./deployment.ts";
import { operationOf } from "./deployment-operation.ts";
import type { ModelTable } from "./model-table.ts";
import { findWay } from "./way.ts";

/** OpenAI parameters that a deployment takes for what it is mainly for. */
export function supportedParamsOf(deployment: Deployment): readonly string[] {
  const operation = operationOf(deployment);
  const route = operation === undefined ? undefined : deployment.routes[operation];
  return route === undefined ? [] : supportedParams(route.plan);
}

/**
 * OpenAI parameters that a model takes: a name that is served, else any `provider/model`. `undefined` when the name
 * means neither.
 */
export function findSupportedParams(name: string, models: ModelTable): readonly string[] | undefined {
  const deployment = models.resolve(name)?.deployments[0];
  if (deployment !== undefined) {
    return supportedParamsOf(deployment);
  }
  const named = models.findProviderModel(name);
  try {
    return named === undefined ? undefined : paramsOfProvider(named);
  } catch {
    return undefined; // A name that its provider refuses.
  }
}

function paramsOfProvider({ provider, model }: ProviderModel): readonly string[] | undefined {
  const guessed = guessOperation(model);
  const operation = [...(guessed === undefined ? [] : [guessed]), ...OPERATIONS].find(
    (candidate) => findWay(provider, candidate, model) !== undefined,
  );
  const way = operation === undefined ? undefined : findWay(provider, operation, model);
  return operation === undefined || way === undefined
    ? undefined
    : supportedParams(toEditPlan(provider, way, { operation, model, params: bareParams(model) }));
}
