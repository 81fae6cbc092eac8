import { modeOf } from "./deployment-operation.ts";
import { toKnownFacts, toListed } from "./model-info.ts";
import type { ListedModel, ModelTable } from "./model-table.ts";
import { supportedParamsOf } from "./supported-params.ts";

/** One item of `/model_group/info`, as it goes over the wire (contract 1.5). Limits are those of the file, else published ones; prices those that calls are charged by. */
export type ModelGroupInfo = Readonly<Record<string, unknown>>;

/** Facts of which a group has the largest of its deployments. */
const LARGEST = [
  "max_input_tokens",
  "max_output_tokens",
  "input_cost_per_token",
  "output_cost_per_token",
  "input_cost_per_pixel",
] as const;

/** Abilities that a group has when one of its deployments does. */
const ABILITIES = [
  "supports_parallel_function_calling",
  "supports_vision",
  "supports_web_search",
  "supports_url_context",
  "supports_reasoning",
  "supports_function_calling",
] as const;

/** All groups, patterns and visible aliases; or the one that a name means, none when it means nothing. */
export function listModelGroups(models: ModelTable, name?: string): readonly ModelGroupInfo[] {
  const byName = Map.groupBy(models.listed, ({ entry }) => entry.modelName);
  const find = (group: string): readonly ListedModel[] =>
    byName.get(group) ?? models.resolve(group)?.deployments.map(toListed) ?? [];
  const names = name === undefined ? [...new Set([...byName.keys(), ...models.visibleAliases])] : [name];
  return names
    .map((group) => ({ group, members: find(group) }))
    .filter(({ members }) => members.length > 0)
    .map(({ group, members }) => toGroupInfo(group, members));
}

function toGroupInfo(name: string, members: readonly ListedModel[]): ModelGroupInfo {
  const deployments = members.flatMap(({ deployment }) => deployment ?? []);
  const facts = members.map(toKnownFacts);
  const largest = LARGEST.map((key) => [key, largestOf(facts.map((raw) => raw[key]))]);
  const abilities = ABILITIES.map((key) => [key, facts.some((raw) => raw[key] === true)]);
  return {
    model_group: name,
    providers: [...new Set(deployments.map(({ provider }) => provider.name))],
    ...Object.fromEntries(largest),
    mode: members.map(({ entry, deployment }) => modeOf(entry, deployment)).find((mode) => mode !== undefined) ?? null,
    tpm: sumOf(members.map(({ entry }) => entry.params.tpm)),
    rpm: sumOf(members.map(({ entry }) => entry.params.rpm)),
    ...Object.fromEntries(abilities),
    supported_openai_params: [...new Set(deployments.flatMap(supportedParamsOf))],
    configurable_clientside_auth_params: null,
    is_public_model_group: false,
    health_status: null,
    health_response_time: null,
    health_checked_at: null,
  };
}

function largestOf(values: readonly unknown[]): number | null {
  const numbers = values
    .map((value) => (typeof value === "string" && value.trim() !== "" ? Number(value) : value))
    .filter((value): value is number => typeof value === "number" && Number.isFinite(value));
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function sumOf(values: readonly (number | undefined)[]): number | null {
  const numbers = values.filter((value) => value !== undefined);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}
