import type { Translator } from "../core/translation.ts";

/** Names a translator; the type check is the whole of it. */
export const defineTranslator = (translator: Translator): Translator => translator;
