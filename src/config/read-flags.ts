import { parseArgs } from "node:util";
import { COMMAND_LINE_FLAGS, type CommandLineFlag, NOT_BUILT_FLAGS } from "./command-line-flags.ts";
import type { Findings } from "./findings.ts";
import { didYouMean } from "./nearest-name.ts";

/** A command line taken apart, values still text. */
export interface WrittenFlags {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

const FLAGS: Readonly<Record<string, CommandLineFlag>> = COMMAND_LINE_FLAGS;

type OptionConfig = { readonly type: "string" | "boolean"; readonly short?: string };

const toOptions = (): Record<string, OptionConfig> => {
  const options: Record<string, OptionConfig> = {};
  for (const [name, flag] of Object.entries(FLAGS)) {
    const type = flag.type === "boolean" ? "boolean" : "string";
    options[name] = flag.short === undefined ? { type } : { type, short: flag.short };
  }
  for (const [name, { takesValue }] of Object.entries(NOT_BUILT_FLAGS)) {
    options[name] = { type: takesValue ? "string" : "boolean" };
  }
  return options;
};

/** `--api-base=x` as `--api_base=x`; a flag whose value may be left out gets an empty one when none follows. */
const normalise = (argument: string, next: string | undefined): string => {
  if (!argument.startsWith("--")) return argument;
  const [name = "", ...value] = argument.split("=");
  const flagName = name.slice(2).replaceAll("-", "_");
  if (value.length > 0) return `--${flagName}=${value.join("=")}`;
  const isValueLeftOut = next === undefined || next.startsWith("-");
  return FLAGS[flagName]?.hasOptionalValue && isValueLeftOut ? `--${flagName}=` : `--${flagName}`;
};

const normaliseAll = (argv: readonly string[]): string[] => {
  const end = argv.indexOf("--");
  const flags = end === -1 ? argv : argv.slice(0, end);
  const rest = end === -1 ? [] : argv.slice(end);
  return [...flags.map((argument, index) => normalise(argument, flags[index + 1])), ...rest];
};

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

const readToken = (token: OptionToken, values: Record<string, unknown>, findings: Findings): void => {
  const { name, rawName: path, value } = token;
  const notBuilt = Object.hasOwn(NOT_BUILT_FLAGS, name);
  if (!Object.hasOwn(FLAGS, name) && !notBuilt) {
    const message = `unknown flag${didYouMean(
      path,
      Object.keys(FLAGS).map((known) => `--${known}`),
    )}`;
    findings.faults.push({ path, message, allowed: "the flags that --help lists" });
    return;
  }
  const takesValue = notBuilt ? NOT_BUILT_FLAGS[name]?.takesValue : FLAGS[name]?.type !== "boolean";
  // The parser takes whatever follows; another flag there means that the value was forgotten.
  const isForgotten = value === undefined || (token.inlineValue !== true && value.startsWith("--"));
  if (takesValue && isForgotten) {
    findings.faults.push({ path, message: "needs a value", allowed: `${path} ${FLAGS[name]?.valueName ?? "VALUE"}` });
    return;
  }
  if (notBuilt) findings.warnings.push({ path, message: "known from LiteLLM, not built yet: ignored" });
  else values[name] = value ?? true;
};

/** Takes a command line apart. Unknown flags and missing values are faults; LiteLLM's flags without effect are warned of. */
export const readFlags = (argv: readonly string[], findings: Findings): WrittenFlags => {
  const { tokens } = parseArgs({
    args: normaliseAll(argv),
    options: toOptions(),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "option") readToken(token, values, findings);
    else if (token.kind === "positional") positionals.push(token.value);
  }
  return { values, positionals };
};
