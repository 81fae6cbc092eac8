import type { SectionValues, WrittenFallback } from "./declared-field.ts";
import type { ReadContext } from "./environment-references.ts";
import type { WrittenFallbacks } from "./fallback-maps.ts";
import type { GatewayConfig, ModelEntry } from "./gateway-config.ts";
import { didYouMean } from "./nearest-name.ts";
import type { ROUTING_FIELDS } from "./router-settings-fields.ts";
import { isServed } from "./served-names.ts";

interface WrittenNames {
  readonly path: string;
  readonly values: SectionValues<typeof ROUTING_FIELDS>;
  readonly fallbacks: WrittenFallbacks;
}

/** A name and where it stands. */
interface Mention {
  readonly path: string;
  readonly name: string;
}

const toGroups = (path: string, value: Readonly<Record<string, unknown>> | undefined): readonly Mention[] =>
  Object.keys(value ?? {}).map((name) => ({ path: `${path}.${name}`, name }));

const toLists = (fallbacks: WrittenFallbacks): readonly WrittenFallback[] => [
  ...(fallbacks.fallbacks ?? []),
  ...(fallbacks.context_window_fallbacks ?? []),
  ...(fallbacks.content_policy_fallbacks ?? []),
];

/** Model groups that settings are for. */
const findGroups = ({ path, values, fallbacks }: WrittenNames): readonly Mention[] => [
  ...toLists(fallbacks).map((written) => ({ path: written.path, name: written.group })),
  ...toGroups(`${path}.hedge`, values.hedge),
  ...toGroups(`${path}.model_group_retry_policy`, values.model_group_retry_policy),
];

const findTargets = ({ fallbacks }: WrittenNames): readonly Mention[] =>
  [...toLists(fallbacks).flatMap(({ targets }) => targets), ...(fallbacks.default_fallbacks ?? [])].map(
    ({ path, model }) => ({ path, name: model }),
  );

const withoutPrefix = (name: string): string => name.slice(name.indexOf("/") + 1);

/** Fallbacks are also found by the group's name without its provider (contract 4.5). */
const isGroup = (name: string, models: readonly ModelEntry[]): boolean =>
  name === "*" || isServed(name, models) || models.some((entry) => withoutPrefix(entry.modelName) === name);

/** Warns of model names in the router's settings that nothing serves: fallbacks, hedges, retry policies. */
export const checkGroupNames = (
  written: WrittenNames,
  { models, router }: Pick<GatewayConfig, "models" | "router">,
  context: ReadContext,
): void => {
  const aliases = Object.keys(router.modelGroupAlias);
  const names = [...new Set([...models.map(({ modelName }) => modelName), ...aliases])];
  const warn = ({ path, name }: Mention): void => {
    const message = `no model is named ${JSON.stringify(name)}${didYouMean(name, names)}`;
    context.findings.warnings.push({ path, message });
  };
  const isAlias = (name: string): boolean => Object.hasOwn(router.modelGroupAlias, name);
  for (const mention of findGroups(written)) {
    if (!isAlias(mention.name) && !isGroup(mention.name, models)) warn(mention);
  }
  for (const mention of findTargets(written)) {
    if (!isAlias(mention.name) && !isServed(mention.name, models)) warn(mention);
  }
};
