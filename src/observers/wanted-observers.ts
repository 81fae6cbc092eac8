import { CallWatch } from "../core/call-watch.ts";
import type { LoadedModule } from "../core/custom-callback.ts";
import type { CallObserver } from "./call-observer.ts";
import { openCallback } from "./callbacks.ts";
import type { ObserverWorld } from "./observer-context.ts";

/** What only the gateway's own observers are made of. */
export interface OwnObservers {
  readonly modules: readonly LoadedModule[];
  readonly watch: CallWatch;
}

/** No modules, and nobody to watch for. */
export const NO_OWN: OwnObservers = { modules: [], watch: new CallWatch() };

/** An observer that the configuration asks for. */
export interface WantedObserver {
  /** Equal for the same observer with the same settings. */
  readonly key: string;
  /** As the log names it. */
  readonly title: string;
  readonly onSuccess: boolean;
  readonly onFailure: boolean;
  /** Makes it. @throws Error with a message for the operator */
  readonly open: () => Promise<CallObserver>;
}

/** All observers of a configuration: callbacks by name, modules, alerts. */
export function wantedObservers(world: ObserverWorld, { modules, watch }: OwnObservers): readonly WantedObserver[] {
  const { callbacks, alerting } = world.config.observing;
  const named = callbacks.map((callback): WantedObserver => {
    const { onSuccess, onFailure, label = callback.name } = callback;
    const open = () => openCallback(callback, world);
    return { key: JSON.stringify(callback), title: `callback '${label}'`, onSuccess, onFailure, open };
  });
  const own = modules.map((module): WantedObserver => {
    const { file, stamp, onSuccess, onFailure } = module;
    const key = JSON.stringify({ file, stamp, onSuccess, onFailure });
    const open = async () => (await import("./custom/module-observer.ts")).openModule(module, world);
    return { key, title: `callback '${file}'`, onSuccess, onFailure, open };
  });
  const alerts: WantedObserver = {
    key: JSON.stringify(alerting),
    title: "alerting",
    onSuccess: true,
    onFailure: true,
    open: async () => {
      if (alerting === undefined) {
        throw new Error("nothing says whom to alert");
      }
      return (await import("./alerts/alert-observer.ts")).openAlerts(alerting, world, watch);
    },
  };
  return [...named, ...own, ...(alerting === undefined ? [] : [alerts])];
}
