import type { ReadContext } from "./environment-references.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import { didYouMean } from "./nearest-name.ts";
import { isServed } from "./served-names.ts";

/** Warns of aliases that point to nothing that the list serves. */
export const checkAliases = (
  { models, router, litellm }: Pick<GatewayConfig, "models" | "router" | "litellm">,
  context: ReadContext,
): void => {
  const groups = Object.keys(router.modelGroupAlias);
  const names = models.map((entry) => entry.modelName);
  const check = (path: string, target: string, others: readonly string[]): void => {
    if (isServed(target, models) || others.includes(target)) return;
    const message = `no model_name is ${JSON.stringify(target)}${didYouMean(target, names)}`;
    context.findings.warnings.push({ path, message });
  };
  for (const [alias, { model }] of Object.entries(router.modelGroupAlias)) {
    check(`router_settings.model_group_alias.${alias}`, model, []);
  }
  // This map is applied before the router looks a name up, so its target may be a router alias.
  for (const [alias, model] of litellm.modelAliases) {
    check(`litellm_settings.model_alias_map.${alias}`, model, groups);
  }
};
