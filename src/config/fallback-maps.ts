import type { WrittenFallback, WrittenTarget } from "./declared-field.ts";
import type { ReadContext } from "./environment-references.ts";
import type { FallbackMap, FallbackTarget } from "./gateway-config.ts";

/** The fallbacks of one section, with the places where they stand. */
export interface WrittenFallbacks {
  readonly fallbacks: readonly WrittenFallback[] | undefined;
  readonly default_fallbacks: readonly WrittenTarget[] | undefined;
  readonly context_window_fallbacks: readonly WrittenFallback[] | undefined;
  readonly content_policy_fallbacks: readonly WrittenFallback[] | undefined;
}

/** List by list, the first section's if it says anything of it, even an empty list; else the second's. */
export const mergeFallbacks = (first: WrittenFallbacks, second: WrittenFallbacks): WrittenFallbacks => ({
  fallbacks: first.fallbacks ?? second.fallbacks,
  default_fallbacks: first.default_fallbacks ?? second.default_fallbacks,
  context_window_fallbacks: first.context_window_fallbacks ?? second.context_window_fallbacks,
  content_policy_fallbacks: first.content_policy_fallbacks ?? second.content_policy_fallbacks,
});

const toTargets = (written: readonly WrittenTarget[]): readonly FallbackTarget[] =>
  written.map(({ model, overrides }) => ({ model, overrides }));

const toEntry = ({ group, targets }: WrittenFallback) => [group, toTargets(targets)] as const;

/** A list of fallbacks as a map; `undefined` stays, since "not configured" differs from "none". */
export const toFallbackMap = (written: readonly WrittenFallback[] | undefined): FallbackMap | undefined =>
  written === undefined ? undefined : new Map(written.map(toEntry));

/** `fallbacks` with `default_fallbacks` under `*`, where they win over what `fallbacks` says of `*`, as in LiteLLM. */
export const toGeneralFallbacks = (
  { fallbacks = [], default_fallbacks }: WrittenFallbacks,
  context: ReadContext,
): FallbackMap => {
  const general = fallbacks.map(toEntry);
  if (default_fallbacks === undefined) return new Map(general);
  const star = fallbacks.find(({ group }) => group === "*");
  if (star !== undefined) {
    context.findings.warnings.push({ path: star.path, message: "has no effect: default_fallbacks win" });
  }
  return new Map([...general, ["*", toTargets(default_fallbacks)]]);
};
