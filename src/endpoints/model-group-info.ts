import { definePlain } from "../http/endpoint.ts";
import { readQuery } from "../http/request-target.ts";
import { listModelGroups } from "../routing/model-group-info.ts";

/** What is known of every model group (contract 1.5). Limits are those of the file, else published ones, else `null`; prices those that calls are charged by. */
export const modelGroupInfo = definePlain({
  method: "GET",
  paths: ["/model_group/info"],
  summary: "Describe the model groups: their providers, limits and parameters.",
  isPublic: false,
  query: { model_group: "Only the group that this name means." },
  responseSchema: {
    type: "object",
    required: ["data"],
    properties: {
      data: {
        type: "array",
        items: {
          type: "object",
          required: ["model_group", "providers"],
          properties: {
            model_group: { type: "string" },
            providers: { type: "array", items: { type: "string" } },
            mode: { type: ["string", "null"] },
            tpm: { type: ["integer", "null"] },
            rpm: { type: ["integer", "null"] },
            supported_openai_params: { type: "array", items: { type: "string" } },
          },
        },
      },
    },
  },
  handle: ({ state, target }) =>
    Response.json({ data: listModelGroups(state.models, readQuery(target, "model_group")) }),
});
