import { LITELLM_PARAMS, withFamily } from "./config-sections.ts";
import type { ReadContext } from "./environment-references.ts";
import { resolveReferences } from "./environment-references.ts";
import { readSection } from "./read-section.ts";
import { reportUndeclared } from "./undeclared-keys.ts";

type Mapping = Readonly<Record<string, unknown>>;

const { model: _model, ...FIELDS } = LITELLM_PARAMS.fields;

/** `litellm_params` but the model, which each entry names for itself. */
const SECTION = { ...LITELLM_PARAMS, fields: FIELDS } as const;

/**
 * Checks `default_litellm_params`, which stand below every entry's own `litellm_params`: once, where they are written.
 * Returns those to be merged, as written; none when any is at fault.
 */
export const readDefaultParams = (written: Mapping | undefined, path: string, context: ReadContext): Mapping => {
  const { model, ...raw } = written ?? {};
  const { faults } = context.findings;
  const faultsBefore = faults.length;
  if (model !== undefined && model !== null) {
    faults.push({ path: `${path}.model`, message: "belongs to each entry", allowed: "nothing" });
  }
  const section = withFamily(SECTION, raw);
  readSection(raw, path, section.fields, context);
  const others = reportUndeclared(raw, path, section, context);
  for (const name of others) resolveReferences(raw[name], `${path}.${name}`, context);
  if (faults.length > faultsBefore) return {};
  return Object.fromEntries(
    Object.entries(raw).filter(([key]) => Object.hasOwn(section.fields, key) || others.includes(key)),
  );
};
