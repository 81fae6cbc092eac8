import { CALLER_DIALECT, type Operation } from "../core/operation.ts";
import type { Way } from "../providers/prepared-route.ts";
import type { Provider } from "../providers/provider.ts";
import { findTranslator } from "../translators/find-translator.ts";

/**
 * How a provider answers an operation: by its own route, translated where it speaks another dialect; text completions of
 * vendors that have chats only are chats (contract 2.10). `undefined`: not at all.
 */
export function findWay(provider: Provider, operation: Operation): Way | undefined {
  const from = CALLER_DIALECT[operation];
  const route = provider.routes[operation] ?? (operation === "completion" ? provider.routes.chat : undefined);
  if (route === undefined) {
    return undefined;
  }
  if (route.dialect === from) {
    return { route, translator: undefined };
  }
  const translator = findTranslator(from, route.dialect);
  return translator === undefined ? undefined : { route, translator };
}
