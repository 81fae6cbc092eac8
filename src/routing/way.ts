import { CALLER_DIALECT, type Operation } from "../core/operation.ts";
import type { Way } from "../providers/prepared-route.ts";
import type { Provider, Route } from "../providers/provider.ts";
import { findTranslator } from "../translators/find-translator.ts";

/**
 * How a provider answers an operation: by its own route, translated where it speaks another dialect; text completions of
 * vendors that have chats only are chats (contract 2.10). `undefined`: not at all.
 * @param model the vendor's name for it: some vendors answer their models in different ways
 */
export function findWay(provider: Provider, operation: Operation, model = ""): Way | undefined {
  const from = CALLER_DIALECT[operation];
  const routeFor = (asked: Operation): Route | undefined => provider.routeOf?.(asked, model) ?? provider.routes[asked];
  const route = routeFor(operation) ?? (operation === "completion" ? routeFor("chat") : undefined);
  if (route === undefined) {
    return undefined;
  }
  if (route.dialect === from) {
    return { route, translator: undefined };
  }
  const translator = findTranslator(from, route.dialect);
  return translator === undefined ? undefined : { route, translator };
}
