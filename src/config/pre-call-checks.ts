import type { ReadContext } from "./environment-references.ts";
import { didYouMean } from "./nearest-name.ts";
import { NOT_BUILT_PRE_CALL_CHECKS } from "./not-built-keys.ts";

const ENFORCE_LIMITS = "enforce_model_rate_limits";

/** Whether `optional_pre_call_checks` names the one check that is built; the others are reported by name. */
export const readPreCallChecks = (names: readonly string[], path: string, context: ReadContext): boolean => {
  names.forEach((name, index) => {
    if (name === ENFORCE_LIMITS) return;
    const at = `${path}[${index}]`;
    const isKnown = NOT_BUILT_PRE_CALL_CHECKS.has(name);
    const what = isKnown ? `${name} is known from LiteLLM, not built yet` : "unknown check";
    if (context.isStrict) {
      context.findings.faults.push({ path: at, message: what, allowed: ENFORCE_LIMITS });
      return;
    }
    const hint = isKnown ? "" : didYouMean(name, [ENFORCE_LIMITS]);
    context.findings.warnings.push({ path: at, message: `${what}: ignored${hint}` });
  });
  return names.includes(ENFORCE_LIMITS);
};
