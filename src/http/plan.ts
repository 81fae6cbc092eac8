import { GatewayError } from "../core/errors.ts";
import { pickSimpleShuffle } from "../routing/simple-shuffle.ts";
import type { Call } from "./call.ts";
import { operationPath } from "./call-params.ts";

/** Longest model name that is looked up; longer ones are no model's. */
const MAX_MODEL_LENGTH = 512;

/** The moderation model when neither the caller nor the configuration names one; OpenAI's own default. */
const DEFAULT_MODERATION_MODEL = "omni-moderation-latest";

/**
 * Finds the deployment that answers the call (contract 2.2 C, 2.3).
 * @throws GatewayError `invalid-request` for a name that no deployment has, or an operation that its vendor lacks.
 */
export function planCall(call: Call): void {
  const { models } = call.state;
  const name = call.requestedModel;
  const group =
    (name === undefined || name.length > MAX_MODEL_LENGTH ? undefined : models.resolve(name)) ?? moderationGroup(call);
  if (group === undefined) {
    throw unknownModel(call);
  }
  const able = group.deployments.filter((deployment) => deployment.routes[call.operation] !== undefined);
  const deployment = pickSimpleShuffle(able, call.services.random());
  call.group = group;
  call.deployment = deployment ?? group.deployments[0];
  call.route = deployment?.routes[call.operation];
  if (call.route === undefined) {
    throw new GatewayError(
      "invalid-request",
      `${operationPath(call)}: model=${group.name} is served by '${call.deployment?.provider.name}', which has no ${call.operation} operation.`,
      { param: "model" },
    );
  }
}

/** Moderations work without an entry in the model list: they go to OpenAI (contract 2.10). */
function moderationGroup(call: Call): Call["group"] {
  if (call.operation !== "moderation") {
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
