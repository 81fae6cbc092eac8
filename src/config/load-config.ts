import { buildConfig } from "./build-config.ts";
import { type ConfigDocument, readConfigDocument, toConfigDocument } from "./config-document.ts";
import { type ConfigOverrides, NO_OVERRIDES } from "./config-overrides.ts";
import type { Environment } from "./environment-references.ts";
import { readEnvironmentVariables } from "./environment-variables.ts";
import { type ConfigFault, type ConfigWarning, type Findings, foldWarnings, newFindings } from "./findings.ts";
import type { GatewayConfig } from "./gateway-config.ts";
import type { ReadFile } from "./read-config-file.ts";

/** What a reading came to. */
export interface LoadedConfig {
  /** Deeply frozen; `undefined` exactly when there are faults. */
  readonly config: GatewayConfig | undefined;
  readonly faults: readonly ConfigFault[];
  readonly warnings: readonly ConfigWarning[];
  /** Absolute paths of every file read or looked for: what a reload watches. */
  readonly files: readonly string[];
  /** Variables that the configuration sets for the whole process. */
  readonly environmentVariables: Readonly<Record<string, string>>;
}

/** What {@link loadConfig} needs. */
export interface ConfigSource {
  readonly path: string;
  readonly environment: Environment;
  readonly readFile: ReadFile;
  readonly overrides?: ConfigOverrides;
}

/** A provider as far as a run without a file needs to know it. */
export interface ProviderKeyNames {
  readonly name: string;
  /** Environment variables that may hold its key. */
  readonly keyEnv: readonly string[];
}

interface Reading {
  readonly document: ConfigDocument;
  readonly environment: Environment;
  readonly overrides: ConfigOverrides;
  readonly findings: Findings;
}

const finish = ({ document, environment, overrides, findings }: Reading): LoadedConfig => {
  const written = readEnvironmentVariables(document, { environment, findings });
  const { apiVersion } = overrides;
  const environmentVariables = apiVersion === undefined ? written : { ...written, AZURE_API_VERSION: apiVersion };
  const config = buildConfig(document, overrides, {
    environment: { ...environment, ...environmentVariables },
    findings,
  });
  return Object.freeze({
    config: findings.faults.length === 0 ? config : undefined,
    faults: Object.freeze(findings.faults),
    warnings: Object.freeze(foldWarnings(findings.warnings)),
    files: Object.freeze(document.files),
    environmentVariables: Object.freeze(environmentVariables),
  });
};

/** Reads a configuration file and all that it includes. Never throws: what is wrong is listed, all at once. */
export const loadConfig = ({ path, environment, readFile, overrides = NO_OVERRIDES }: ConfigSource): LoadedConfig => {
  const findings = newFindings();
  const document = readConfigDocument(path, readFile, findings);
  return finish({ document, environment, overrides, findings });
};

/** Providers whose key is in the environment, as wildcard entries `openai/*`. */
const toWildcards = (environment: Environment, providers: readonly ProviderKeyNames[]) =>
  providers
    .filter(({ keyEnv }) => keyEnv.some((name) => (environment[name] ?? "") !== ""))
    .map(({ name }) => ({ model_name: `${name}/*`, litellm_params: { model: `${name}/*` } }));

/**
 * The configuration of a run without a file: the built-in `demo` model, and every model of each provider whose key is
 * in the environment.
 */
export const configFromEnvironment = (
  environment: Environment,
  providers: readonly ProviderKeyNames[],
  overrides: ConfigOverrides = NO_OVERRIDES,
): LoadedConfig => {
  const demo = { model_name: "demo", litellm_params: { model: "mock/demo" } };
  const document = toConfigDocument({ model_list: [demo, ...toWildcards(environment, providers)] });
  const loaded = finish({ document, environment, overrides, findings: newFindings() });
  const config = loaded.config && Object.freeze({ ...loaded.config, listsModels: false });
  return Object.freeze({ ...loaded, config });
};

/** The configuration of a run with `--model` and no file: that model alone, and every call goes to it. */
export const configFromModelFlag = (environment: Environment, overrides: ConfigOverrides): LoadedConfig =>
  finish({ document: toConfigDocument({}), environment, overrides, findings: newFindings() });
