import type { Findings } from "../findings.ts";
import type { LangfuseParams, ModelEntry } from "../gateway-config.ts";
import type { BuiltCallback } from "./callback-fields.ts";

/** Whether a deployment says anything of a project of its own. */
export const hasOwnLangfuse = ({ params: { langfuse } }: ModelEntry): boolean =>
  Object.values(langfuse).some((value) => value !== undefined);

/** The project of a deployment: what it does not say itself is that of the callback. */
export const toOwnLangfuse = ({ params: { langfuse } }: ModelEntry, common: LangfuseParams): LangfuseParams => ({
  publicKey: langfuse.publicKey ?? common.publicKey,
  secretKey: langfuse.secretKey ?? common.secretKey,
  host: langfuse.host ?? common.host,
});

/** Warns of deployments with a project of their own that lacks a key: their calls go nowhere. */
export const warnOfKeylessLangfuse = (
  callbacks: readonly BuiltCallback[],
  models: readonly ModelEntry[],
  { warnings }: Findings,
): void => {
  for (const { name, settings } of callbacks) {
    if (name !== "langfuse" && name !== "langfuse_otel") continue;
    const common = { publicKey: settings.public_key, secretKey: settings.secret_key, host: settings.host };
    for (const entry of models.filter(hasOwnLangfuse)) {
      const { publicKey, secretKey } = toOwnLangfuse(entry, common);
      const missing = [
        ...(publicKey === undefined ? ["langfuse_public_key"] : []),
        ...(secretKey === undefined ? ["langfuse_secret_key"] : []),
      ];
      if (missing.length > 0) {
        const message = `${name} gets none of its calls: it lacks ${missing.join(" and ")}, and the callback has none either`;
        warnings.push({ path: `${entry.path}.litellm_params`, message });
      }
    }
  }
};
