import type { ConfigOverrides } from "./config-overrides.ts";
import type { Environment } from "./environment-references.ts";
import type { GatewayConfig, ModelEntry } from "./gateway-config.ts";
import { type LoadedConfig, loadConfig } from "./load-config.ts";
import type { ReadFile } from "./read-config-file.ts";

/** Files that exist in memory only, as {@link loadConfig} reads them. */
export const memoryFiles =
  (files: Readonly<Record<string, string>>): ReadFile =>
  (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return text;
  };

/** Loads one YAML text as `/etc/portolan/config.yaml`. */
export const loadYaml = (text: string, environment: Environment = {}, overrides?: ConfigOverrides): LoadedConfig =>
  loadConfig({
    path: "/etc/portolan/config.yaml",
    environment,
    readFile: memoryFiles({ "/etc/portolan/config.yaml": text }),
    ...(overrides === undefined ? {} : { overrides }),
  });

/** The config of a reading that must be without fault. */
export const configOf = (loaded: LoadedConfig): GatewayConfig => {
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.faults));
  return loaded.config;
};

/** The first model of a reading that must be without fault. */
export const firstModelOf = (loaded: LoadedConfig): ModelEntry => {
  const [first] = configOf(loaded).models;
  if (first === undefined) throw new Error("no models");
  return first;
};
