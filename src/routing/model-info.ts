import { isPriceKey } from "../catalog/price-entry.ts";
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
      supported_openai_params: deployment === undefined ? null : supportedParamsOf(deployment),
      ...toKnownFacts({ entry, deployment }),
      id,
      db_model: false,
    },
  };
}

/**
 * What is known of an entry's model, in LiteLLM's names: what `model_info` says wins, but for prices, which are those that
 * calls are charged by.
 */
export function toKnownFacts({
  entry,
  deployment,
}: Pick<ListedModel, "entry" | "deployment">): ModelInfoItem["model_info"] {
  const facts = deployment?.facts.value;
  const info = toShownInfo(entry.info);
  const own =
    facts?.price === undefined
      ? { ...info, ...entry.params.prices }
      : Object.fromEntries(Object.entries(info).filter(([key]) => !isPriceKey(key)));
  return { ...toShownFacts(facts), ...own };
}

/** A deployment that a name was bound to, in the form of a listed entry. */
export function toListed(deployment: Deployment): ListedModel {
  const { id, entry } = deployment;
  return { id, entry, deployment, isWildcard: false };
}
