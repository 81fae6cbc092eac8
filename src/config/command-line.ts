import { COMMAND_LINE_FLAGS, DEFAULT_PORT } from "./command-line-flags.ts";
import { formatHelp } from "./command-line-help.ts";
import type { ConfigOverrides } from "./config-overrides.ts";
import type { SectionValues } from "./declared-field.ts";
import type { Environment, ReadContext } from "./environment-references.ts";
import { type ConfigFault, type ConfigWarning, newFindings } from "./findings.ts";
import { didYouMean } from "./nearest-name.ts";
import { readFlags, type WrittenFlags } from "./read-flags.ts";
import { readField } from "./read-section.ts";

/** How to serve. */
export interface ServeOptions {
  readonly configPath: string | undefined;
  /** `undefined`: the caller decides by whether there is a master key. */
  readonly host: string | undefined;
  /** `undefined`: {@link DEFAULT_PORT}, and another when that is taken; a port that was asked for must be had. */
  readonly port: number | undefined;
  readonly workers: number;
  readonly logLevel: "info" | "debug" | "detailed";
  readonly overrides: ConfigOverrides;
}

/** What a command line asks for. */
export type Command =
  | { readonly kind: "serve"; readonly options: ServeOptions; readonly warnings: readonly ConfigWarning[] }
  | { readonly kind: "check"; readonly options: ServeOptions; readonly warnings: readonly ConfigWarning[] }
  /** `url` has no path and no trailing slash. */
  | { readonly kind: "health"; readonly url: string }
  | { readonly kind: "test"; readonly url: string; readonly model: string | undefined }
  | { readonly kind: "version" }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "invalid"; readonly faults: readonly ConfigFault[] };

type FlagValues = SectionValues<typeof COMMAND_LINE_FLAGS>;

const COMMANDS: readonly string[] = ["serve", "check"];

const readValues = (written: WrittenFlags, context: ReadContext): FlagValues => {
  const values = Object.entries(COMMAND_LINE_FLAGS).map(([name, flag]) => {
    // An empty value of --test means this machine's gateway.
    const value = written.values[name] === "" && "hasOptionalValue" in flag ? undefined : written.values[name];
    return [name, readField(value, `--${name}`, flag, context)];
  });
  return Object.fromEntries(values) as FlagValues;
};

const toLogLevel = (values: FlagValues): ServeOptions["logLevel"] => {
  if (values.detailed_debug) return "detailed";
  return values.debug ? "debug" : "info";
};

const toServeOptions = (values: FlagValues, positionalPath: string | undefined): ServeOptions => ({
  configPath: positionalPath ?? values.config,
  host: values.host,
  port: values.port,
  workers: values.num_workers,
  logLevel: toLogLevel(values),
  overrides: {
    model: values.model,
    alias: values.alias,
    apiBase: values.api_base,
    apiVersion: values.api_version,
    dropParams: values.drop_params,
    temperature: values.temperature,
    maxTokens: values.max_tokens,
    requestTimeoutMs: values.request_timeout,
  },
});

/** Where a gateway with these flags can be called from this machine. */
const toLocalUrl = ({ host, port }: FlagValues): string => {
  const name = host === undefined || host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port || DEFAULT_PORT}`;
};

const checkPositionals = ([command, ...others]: readonly string[], context: ReadContext): void => {
  if (command === undefined) return;
  const { faults } = context.findings;
  if (!COMMANDS.includes(command)) {
    const message = `unknown command${didYouMean(command, COMMANDS)}`;
    faults.push({ path: command, message, allowed: COMMANDS.join(", ") });
    return;
  }
  for (const extra of others.slice(command === "check" ? 1 : 0)) {
    faults.push({ path: extra, message: "is one word too many", allowed: `${command} and flags` });
  }
};

const toCommand = (written: WrittenFlags, values: FlagValues, context: ReadContext): Command => {
  const [command, positionalPath] = written.positionals;
  const { faults, warnings } = context.findings;
  // After an unknown flag a positional is most likely its value.
  if (faults.length === 0) checkPositionals(written.positionals, context);
  const options = toServeOptions(values, command === "check" ? positionalPath : undefined);
  if (command === "check" && options.configPath === undefined && faults.length === 0) {
    faults.push({ path: "check", message: "names no configuration", allowed: "check --config FILE" });
  }
  if (options.overrides.alias !== undefined && options.overrides.model === undefined) {
    faults.push({ path: "--alias", message: "stands without --model", allowed: "--model NAME --alias NAME" });
  }
  if (faults.length > 0) return { kind: "invalid", faults };
  if (values.health) return { kind: "health", url: toLocalUrl(values) };
  if (written.values["test"] !== undefined) {
    const url = (values.test ?? toLocalUrl(values)).replace(/\/+$/, "");
    return { kind: "test", url, model: values.alias ?? values.model };
  }
  return { kind: command === "check" ? "check" : "serve", options, warnings };
};

/** Reads a command line, without the names of runtime and script. Never throws: what is wrong is listed, all at once. */
export const readCommandLine = (argv: readonly string[], environment: Environment): Command => {
  const context: ReadContext = { environment, findings: newFindings() };
  const written = readFlags(argv, context.findings);
  // Whoever asks for help gets it, however wrong the rest of the line.
  if (written.values["help"] !== undefined) return { kind: "help", text: formatHelp() };
  if (written.values["version"] !== undefined) return { kind: "version" };
  return toCommand(written, readValues(written, context), context);
};
