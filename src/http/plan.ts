import { GatewayError } from "../core/errors.ts";
import type { ModelGroup } from "../routing/model-table.ts";
import type { Call } from "./call.ts";
import { operationPath } from "./call-params.ts";
import { firstAbleOf, reachOf } from "./client-credentials.ts";

/** Longest model name that is looked up; longer ones are no model's. */
const MAX_MODEL_LENGTH = 512;

/** The moderation model when neither the caller nor the configuration names one; OpenAI's own default. */
const DEFAULT_MODERATION_MODEL = "omni-moderation-latest";

/**
 * Finds the model group that the call asks for (contract 2.2 C, 2.3), as far as a caller's own key may go in it.
 * @throws GatewayError `invalid-request` for a name that means nothing
 */
export function findGroup(call: Call): ModelGroup {
  const group = lookUpGroup(call, call.requestedModel);
  if (group === undefined) {
    throw unknownModel(call);
  }
  if (call.credentials === undefined) {
    return group;
  }
  return reachOf(call, group, firstAbleOf(call, group)) ?? group; // That none has the operation the router will say.
}

/** The model group that a name means for this call; `undefined` when it means nothing. */
export function lookUpGroup(call: Call, name: string | undefined): ModelGroup | undefined {
  const isNamed = name !== undefined && name.length <= MAX_MODEL_LENGTH;
  return (
    (isNamed ? call.scope.models.resolve(name) : undefined) ??
    moderationGroup(call) ??
    defaultGroup(call) ??
    (isNamed ? callersGroup(call, name) : undefined)
  );
}

/** Where no models are listed, a caller with a key may name any vendor's (contract 0, example 18; 2.3, first row). */
function callersGroup(call: Call, name: string): ModelGroup | undefined {
  const isOpen = call.credentials !== undefined && call.scope === call.state.scope;
  const deployment = isOpen ? call.state.callersModel(name) : undefined;
  return deployment === undefined ? undefined : { name, deployments: [deployment] };
}

/** A name that a caller's own models do not have means the first of its `default_fallbacks` (contract 2.2 C7, 2.8). */
function defaultGroup(call: Call): ModelGroup | undefined {
  const [target] = (call.scope === call.state.scope ? undefined : call.scope.settings.fallbacks.get("*")) ?? [];
  return target === undefined || call.requestedModel === undefined
    ? undefined
    : call.scope.models.resolve(target.model);
}

/** Moderations work without an entry in the model list: they go to OpenAI (contract 2.10). */
function moderationGroup(call: Call): ModelGroup | undefined {
  if (call.operation !== "moderation" || call.scope !== call.state.scope) {
    return undefined;
  }
  const deployment = call.state.moderationFallback(call.requestedModel ?? DEFAULT_MODERATION_MODEL);
  return deployment === undefined ? undefined : { name: deployment.upstreamModel, deployments: [deployment] };
}

function unknownModel(call: Call): GatewayError {
  const name = call.requestedModel;
  if (name === undefined) {
    return new GatewayError("invalid-request", `${operationPath(call)}: Missing required parameter: 'model'.`, {
      param: "model",
    });
  }
  const shown = name.slice(0, MAX_MODEL_LENGTH);
  return new GatewayError(
    "invalid-request",
    `${operationPath(call)}: Invalid model name passed in model=${shown}. Call \`/v1/models\` to view available models for your key.`,
    { param: "model" },
  );
}
