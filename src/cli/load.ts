import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { loadModules } from "../config/callbacks/load-modules.ts";
import type { ServeOptions } from "../config/command-line.ts";
import type { Environment } from "../config/environment-references.ts";
import type { GatewayConfig, ModelEntry } from "../config/gateway-config.ts";
import { configFromEnvironment, configFromModelFlag, type LoadedConfig, loadConfig } from "../config/load-config.ts";
import type { LoadedModule } from "../core/custom-callback.ts";
import { findCallbackFaults, findModelFaults } from "../gateway.ts";
import { PROVIDERS } from "../providers/all.ts";
import { findCostWarnings } from "../routing/configured-prices.ts";
import type { ModelFault } from "../routing/model-table.ts";

/** What may stand where a model fault is. */
const PROVIDER_HINT = "a provider of docs/reference/providers.md with its key and address";

/** A configuration with everything known of it, and the environment that it made. */
export interface Loaded extends LoadedConfig {
  readonly environment: Environment;
}

/** A configuration and the modules that it names. */
export interface LoadedWithModules extends Loaded {
  readonly modules: readonly LoadedModule[];
}

/**
 * {@link loadFor}, and imports the modules that the configuration names. One that does not load is a fault: it may be a check
 * that no call may go round. Never rejects.
 */
export async function loadWithModules(options: ServeOptions, environment: Environment): Promise<LoadedWithModules> {
  const loaded = loadFor(options, environment);
  const written = loaded.config?.observing.modules ?? [];
  if (written.length === 0) {
    return { ...loaded, modules: [] };
  }
  const { modules, faults, warnings } = await loadModules(written);
  return {
    ...loaded,
    modules,
    faults: [...loaded.faults, ...faults],
    warnings: [...loaded.warnings, ...warnings],
    config: faults.length === 0 ? loaded.config : undefined,
    files: [...loaded.files, ...written.map(({ file }) => file)],
  };
}

/** {@link loadWithModules}, with a warning for each callback that would be left out. Never rejects. */
export async function loadAndTry(options: ServeOptions, environment: Environment): Promise<LoadedWithModules> {
  const loaded = await loadWithModules(options, environment);
  const { config, modules, warnings } = loaded;
  const said = config === undefined ? [] : await findCallbackFaults(config, loaded.environment, modules);
  const path = "litellm_settings.callbacks";
  return { ...loaded, warnings: [...warnings, ...said.map((message) => ({ path, message }))] };
}

/** Reads the configuration that a command line means, model faults included. Never throws. */
export function loadFor(options: ServeOptions, environment: Environment): Loaded {
  const loaded = read(options, environment);
  const merged = { ...environment, ...loaded.environmentVariables };
  const modelFaults = loaded.config === undefined ? [] : findModelFaults(loaded.config, merged);
  const { config } = loaded;
  // Whoever wrote no file asked for no vendor: a key that is not enough is no reason not to start.
  const isLenient = config !== undefined && (config.router.ignoreInvalidDeployments || !config.listsModels);
  const isLeftOut = ({ path }: ModelFault): boolean => isLenient && isEntry(path);
  const leftOut = new Map(modelFaults.filter(isLeftOut).map(({ path, message }) => [path, message]));
  const isKept = ({ path }: ModelEntry): boolean => !leftOut.has(`${path}${PARAMS}`);
  const warnings = [...leftOut].map(([path, message]) => ({
    path: config?.listsModels === false ? nameOf(path, config) : path,
    message: `left out: ${message}`,
  }));
  const names = PROVIDERS.map(({ name }) => name);
  const costWarnings = config === undefined ? [] : findCostWarnings(config.litellm, names);
  const faults = [
    ...loaded.faults,
    ...modelFaults
      .filter((fault) => !isLeftOut(fault))
      .map(({ path, message, allowed = PROVIDER_HINT }) => ({ path, message, allowed })),
  ];
  return {
    ...loaded,
    faults,
    warnings: [...loaded.warnings, ...warnings, ...costWarnings],
    config:
      faults.length === 0 && config !== undefined
        ? Object.freeze({ ...config, models: Object.freeze(config.models.filter(isKept)) })
        : undefined,
    environment: merged,
  };
}

/** Where the faults of an entry stand. */
const PARAMS = ".litellm_params";

/** `ignore_invalid_deployments` speaks of entries, not of other settings that name what is not there. */
const isEntry = (path: string): boolean => path.endsWith(PARAMS);

/** Without a file a path tells nobody anything. */
const nameOf = (path: string, { models }: GatewayConfig): string =>
  models.find((entry) => `${entry.path}${PARAMS}` === path)?.modelName ?? path;

function read(options: ServeOptions, environment: Environment): LoadedConfig {
  const { configPath, overrides } = options;
  if (configPath !== undefined) {
    const readFile = (path: string): string => readFileSync(path, "utf8");
    return loadConfig({ path: resolve(configPath), environment, readFile, overrides });
  }
  if (overrides.model !== undefined) {
    return configFromModelFlag(environment, overrides);
  }
  const providers = PROVIDERS.map(({ name, authorization }) => ({ name, keyEnv: authorization.env }));
  return configFromEnvironment(environment, providers, overrides);
}
