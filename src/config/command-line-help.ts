import { COMMAND_LINE_FLAGS, type CommandLineFlag, FLAG_GROUPS } from "./command-line-flags.ts";

const DESCRIPTION_COLUMN = 32;

const formatName = (name: string, flag: CommandLineFlag): string => {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  if (flag.valueName === undefined) return `  ${short}--${name}`;
  return `  ${short}--${name} ${flag.hasOptionalValue ? `[${flag.valueName}]` : flag.valueName}`;
};

const formatFlag = ([name, flag]: readonly [string, CommandLineFlag]): string => {
  const environment = flag.environment?.[0] === undefined ? "" : ` [$${flag.environment[0]}]`;
  return `${formatName(name, flag).padEnd(DESCRIPTION_COLUMN)} ${flag.description}${environment}`;
};

/** What `--help` prints, from the flag table. Ends with a newline. */
export const formatHelp = (): string => {
  const flags: readonly (readonly [string, CommandLineFlag])[] = Object.entries(COMMAND_LINE_FLAGS);
  const groups = FLAG_GROUPS.flatMap((group) => [
    `${group}:`,
    ...flags.filter(([, flag]) => flag.group === group).map(formatFlag),
    "",
  ]);
  return [
    "Portolan: the OpenAI API in front of every model vendor.",
    "",
    "Usage:",
    "  portolan [flags]                 serve",
    "  portolan check --config FILE     report every fault of a configuration, exit",
    "",
    ...groups,
    "Hyphens may stand for underscores (--api-base). A flag wins over its variable [$NAME].",
    "",
  ].join("\n");
};
