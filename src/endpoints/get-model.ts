import { GatewayError } from "../core/errors.ts";
import { definePlain } from "../http/endpoint.ts";
import { MODEL_SCHEMA, toModelObject } from "./model-object.ts";

/** Longest name that is looked up. */
const MAX_NAME_LENGTH = 512;

/**
 * One model, by any name that a call may use, slashes included.
 * Source: https://platform.openai.com/docs/api-reference/models/retrieve (read 2026-11-23).
 */
export const getModel = definePlain({
  method: "GET",
  paths: ["/v1/models/{id}", "/models/{id}", "/openai/v1/models/{id}", "/openai/models/{id}"],
  summary: "Look up one model by name; `owned_by` is its provider.",
  isPublic: false,
  responseSchema: MODEL_SCHEMA,
  handle: ({ state, id = "" }) => {
    const deployment = id.length > MAX_NAME_LENGTH ? undefined : state.models.resolve(id)?.deployments[0];
    if (deployment === undefined) {
      const shown = id.slice(0, MAX_NAME_LENGTH);
      throw new GatewayError("not-found", `The model \`${shown}\` does not exist or is not accessible`, {
        param: "model",
      });
    }
    return Response.json(toModelObject(id, deployment.provider.name));
  },
});
