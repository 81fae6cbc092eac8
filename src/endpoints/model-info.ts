import { GatewayError } from "../core/errors.ts";
import { definePlain } from "../http/endpoint.ts";
import { readQuery } from "../http/request-target.ts";
import { toModelInfo } from "../routing/model-info.ts";
import { MODEL_INFO_SCHEMA } from "./model-info-schema.ts";

/**
 * What is known of every deployment (contract 1.5). `data` is always a list; where nothing is configured it is empty.
 * Limits are those of the file, else published ones, else `null`; prices those that calls are charged by.
 */
export const modelInfo = definePlain({
  method: "GET",
  paths: ["/model/info", "/v1/model/info"],
  summary: "Describe the deployments: parameters without secrets, and what is known of their models.",
  isPublic: false,
  query: { litellm_model_id: "Only the deployment of this id." },
  responseSchema: {
    type: "object",
    required: ["data"],
    properties: { data: { type: "array", items: MODEL_INFO_SCHEMA } },
  },
  handle: ({ state, target }) => {
    const id = readQuery(target, "litellm_model_id");
    const chosen = state.models.listed.filter((listed) => id === undefined || listed.id === id);
    if (id !== undefined && chosen.length === 0) {
      throw new GatewayError("invalid-request", `Model id = ${id.slice(0, 200)} not found on this gateway.`, {
        param: "litellm_model_id",
      });
    }
    return Response.json({ data: chosen.map(toModelInfo) });
  },
});
