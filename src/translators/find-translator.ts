import type { CallerDialect, Dialect } from "../core/operation.ts";
import type { Translator } from "../core/translation.ts";
import { TRANSLATORS } from "./all.ts";
import { composeTranslators } from "./compose.ts";

/** Translators put together of two, made when first asked for. */
const composed = new Map<string, Translator>();

/**
 * The translator of an ordered pair of dialects: one of its own, or two that meet in OpenAI's chat.
 * `undefined` when callers of `from` cannot be understood by a vendor that speaks `to`.
 */
export function findTranslator(from: CallerDialect, to: Dialect): Translator | undefined {
  const own = findOwn(from, to);
  if (own !== undefined || from === "openai-chat") {
    return own;
  }
  const key = `${from} ${to}`;
  const known = composed.get(key);
  if (known !== undefined) {
    return known;
  }
  const first = findOwn(from, "openai-chat");
  const second = findOwn("openai-chat", to);
  if (first === undefined || second === undefined) {
    return undefined;
  }
  const made = composeTranslators(first, second);
  composed.set(key, made);
  return made;
}

const findOwn = (from: CallerDialect, to: Dialect): Translator | undefined =>
  TRANSLATORS.find((entry) => entry.from === from && entry.to === to)?.load();
