import { configOf, loadYaml } from "../config/load-yaml-for-tests.ts";
import type { CallObserver } from "./call-observer.ts";
import { openCallback } from "./callbacks.ts";
import type { ObserverWorld } from "./observer-context.ts";

/** The world of a configuration in YAML, where nothing is posted and nothing written, for tests. */
export const worldOf = (yaml: string, changes: Partial<ObserverWorld> = {}): ObserverWorld => ({
  config: configOf(loadYaml(`model_list: []\n${yaml}`)),
  environment: {},
  post: () => Promise.reject(new Error("nothing is sent in this test")),
  now: () => 0,
  random: () => 0,
  version: "test",
  log: () => undefined,
  write: () => undefined,
  writeRecords: () => Promise.resolve(),
  ...changes,
});

/** The first callback that a world's configuration asks for, for tests. */
export const openFirst = async (world: ObserverWorld): Promise<CallObserver> => {
  const [callback] = world.config.observing.callbacks;
  if (callback === undefined) throw new Error("no callback");
  return openCallback(callback, world);
};
