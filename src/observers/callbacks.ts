import type { BuiltCallback, CallbackName } from "../config/callbacks/callback-fields.ts";
import type { CallObserver } from "./call-observer.ts";
import type { ObserverFactory, ObserverWorld } from "./observer-context.ts";

/** Where each callback that is built comes from; loaded when the configuration first asks for it. */
const FACTORIES: { readonly [Name in CallbackName]?: () => Promise<ObserverFactory<Name>> } = {
  langfuse: async () => (await import("./langfuse/langfuse.ts")).openLangfuse,
  langfuse_otel: async () => (await import("./langfuse/langfuse-otel.ts")).openLangfuseOtel,
  prometheus: async () => (await import("./prometheus/prometheus.ts")).openPrometheus,
  otel: async () => (await import("./otel/open-otel.ts")).openOtel,
  generic_api: async () => (await import("./webhook/webhook.ts")).openWebhook,
  json_lines: async () => (await import("./json-lines/json-lines.ts")).openJsonLines,
};

/** Makes a callback of the configuration. @throws Error with a message for the operator when it cannot work */
export async function openCallback(callback: BuiltCallback, world: ObserverWorld): Promise<CallObserver> {
  const { name, settings, label = name } = callback;
  // Each name's factory takes each name's settings; the type system cannot follow a name that is looked up.
  const load = FACTORIES[name] as (() => Promise<ObserverFactory<CallbackName>>) | undefined;
  if (load === undefined) {
    throw new Error("it is not built yet");
  }
  const open = await load();
  return open({ ...world, name, label, settings });
}
