import { toShownFacts } from "../catalog/shown-facts.ts";
import type { Deployment } from "./deployment.ts";
import { modeOf } from "./deployment-operation.ts";
import type { ListedModel } from "./model-table.ts";
import { toShownInfo, toShownParams } from "./shown-params.ts";
import { supportedParamsOf } from "./supported-params.ts";

/** One item of `/model/info`, as it goes over the wire (contract 1.5). */
export interface ModelInfoItem {
  readonly model_name: string;
  readonly litellm_params: Readonly<Record<string, unknown>>;
  readonly model_info: Readonly<Record<string, unknown>>;
}

/** What the configuration and the gateway know of an entry, without secrets. What the file says of a model wins. */
export function toModelInfo({ id, entry, deployment }: ListedModel): ModelInfoItem {
  return {
    model_name: entry.modelName,
    litellm_params: toShownParams(entry.params),
    model_info: {
      key: entry.params.model,
      mode: modeOf(entry, deployment) ?? null,
      litellm_provider: deployment?.provider.name ?? null,
      ...toShownFacts(deployment?.facts.value),
      supported_openai_params: deployment === undefined ? null : supportedParamsOf(deployment),
      ...toShownInfo(entry.info),
      id,
      db_model: false,
    },
  };
}

/** A deployment that a name was bound to, in the form of a listed entry. */
export function toListed(deployment: Deployment): ListedModel {
  const { id, entry } = deployment;
  return { id, entry, deployment, isWildcard: false };
}
