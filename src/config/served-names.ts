import { inferProvider } from "../catalog/model-names.ts";
import type { ModelEntry } from "./gateway-config.ts";

const matchesPattern = (pattern: string, name: string): boolean =>
  new RegExp(`^${pattern.split("*").map(RegExp.escape).join(".*")}$`, "s").test(name);

/** A well-known name is also looked for with its provider in front (contract 2.5). */
const toSpellings = (name: string): readonly string[] => {
  const inferred = name.includes("/") ? undefined : inferProvider(name);
  return inferred === undefined ? [name] : [name, `${inferred}/${name}`];
};

/** Whether a name means an entry of the list, by id, `model_name`, upstream model or wildcard; aliases apart. */
export const isServed = (name: string, models: readonly ModelEntry[]): boolean => {
  const spellings = toSpellings(name);
  return models.some(({ modelName, params, info }) => {
    if (modelName === name || params.model === name || info.id === name) return true;
    return modelName.includes("*") && spellings.some((spelling) => matchesPattern(modelName, spelling));
  });
};
