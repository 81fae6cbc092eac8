import { GatewayError } from "../core/errors.ts";
import { definePlain, type PlainRequest } from "../http/endpoint.ts";
import { checkableEntries, checkHealth, type HealthResult } from "../http/health-check.ts";
import { readQuery } from "../http/request-target.ts";
import { toListed } from "../routing/model-info.ts";
import type { ListedModel } from "../routing/model-table.ts";
import { toShownParams } from "../routing/shown-params.ts";

/** Whether each deployment answers, found out by a small real call to it (contract 1.7). Always 200. */
export const health = definePlain({
  method: "GET",
  paths: ["/health"],
  summary: "Make a small real call to every deployment and tell which answered.",
  isPublic: false,
  query: {
    model: "Only deployments of this name, or with this provider and model.",
    model_id: "Only the deployment of this id.",
  },
  responseSchema: {
    type: "object",
    required: ["healthy_endpoints", "unhealthy_endpoints", "healthy_count", "unhealthy_count"],
    properties: {
      healthy_endpoints: { type: "array", items: { type: "object" } },
      unhealthy_endpoints: {
        type: "array",
        items: { type: "object", properties: { model: { type: "string" }, error: { type: "string" } } },
      },
      healthy_count: { type: "integer" },
      unhealthy_count: { type: "integer" },
    },
  },
  handle: async (request) => {
    const { state, services } = request;
    const results = await checkHealth(chooseEntries(request), { state, services, signal: request.request.signal });
    const show = (result: HealthResult): object => toShownResult(result, state.config.general.healthCheckDetails);
    const healthy = results.filter(({ error }) => error === undefined).map(show);
    const unhealthy = results.filter(({ error }) => error !== undefined).map(show);
    return Response.json({
      healthy_endpoints: healthy,
      unhealthy_endpoints: unhealthy,
      healthy_count: healthy.length,
      unhealthy_count: unhealthy.length,
    });
  },
});

/** By id, by `litellm_params.model` or else by name, as LiteLLM chooses; a name may also be an alias or fit a pattern. */
function chooseEntries({ state, target }: PlainRequest): readonly ListedModel[] {
  const { models } = state;
  const id = readQuery(target, "model_id");
  const name = readQuery(target, "model");
  if (id !== undefined) {
    const found = models.listed.filter((listed) => listed.id === id);
    if (found.length === 0) {
      throw new GatewayError("not-found", `No deployment has the id '${id.slice(0, 200)}'.`, { param: "model_id" });
    }
    return found;
  }
  const entries = checkableEntries(models);
  if (name === undefined) {
    return entries;
  }
  const byModel = entries.filter(({ entry }) => entry.params.model === name);
  const byName = byModel.length > 0 ? byModel : entries.filter(({ entry }) => entry.modelName === name);
  return byName.length > 0 ? byName : (models.resolve(name)?.deployments.map(toListed) ?? []);
}

function toShownResult({ listed, error }: HealthResult, hasDetails: boolean): object {
  const { id, entry } = listed;
  return hasDetails
    ? { ...toShownParams(entry.params), model_id: id, ...(error === undefined ? {} : { error }) }
    : { model: entry.params.model };
}
