/**
 * What sets generations of Gemini models apart. Names carry it, as in `gemini-2.5-flash` and `gemini-3-pro-preview`.
 * Sources: https://ai.google.dev/gemini-api/docs/thinking, https://ai.google.dev/gemini-api/docs/thought-signatures
 * (read 2026-11-28).
 */
const EARLIER = /^gemini-(?:[12](?:\.\d+)?|exp|(?:pro|flash)(?!-(?:lite-)?latest$))(?:-|$)/;

const lastPart = (model: string): string => model.slice(model.lastIndexOf("/") + 1).toLowerCase();

/** Gemini 3 and whatever came later: levels of thinking, ids of calls, signatures that are asked for. */
export function isGemini3OrLater(model: string): boolean {
  const name = lastPart(model);
  return name.startsWith("gemini-") && !EARLIER.test(name);
}

/** Whether a model thinks before it answers: since 2.5. Names that say no generation (tuned models) may. */
export const canThink = (model: string): boolean => !/^gemini-(?:1(?:\.\d+)?|2\.0)(?:-|$)/.test(lastPart(model));

/** Whether the least level of thinking is `MINIMAL`; else it is `LOW`. */
export const hasMinimalLevel = (model: string): boolean => isGemini3OrLater(model) && lastPart(model).includes("flash");

/** The smallest budget of thinking that is no refusal to think, in tokens, by model. */
export function smallestBudget(model: string): number {
  const name = lastPart(model);
  if (name.startsWith("gemini-2.5-flash-lite")) {
    return 512;
  }
  return name.startsWith("gemini-2.5-flash") ? 1 : 128;
}
