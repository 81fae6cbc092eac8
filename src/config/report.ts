import type { ConfigFault, ConfigWarning } from "./findings.ts";
import type { LoadedConfig } from "./load-config.ts";

/** One fault on one line: `model_list[0].litellm_params.timeout: found "soon"; allowed: a number of seconds, above 0`. */
export const formatFault = ({ path, message, allowed }: ConfigFault): string =>
  `${path}: ${message}; allowed: ${allowed}`;

/** One warning on one line. */
export const formatWarning = ({ path, message }: ConfigWarning): string => `${path}: ${message}`;

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** What `portolan check` prints: warnings, faults, and a last line that sums up. Ends with a newline. */
export const formatReport = ({ config, faults, warnings }: LoadedConfig): string => {
  const verdict =
    config === undefined ? count(faults.length, "fault") : `config ok: ${count(config.models.length, "model")}`;
  return [
    ...warnings.map((warning) => `warning  ${formatWarning(warning)}`),
    ...faults.map((fault) => `fault    ${formatFault(fault)}`),
    verdict,
    "",
  ].join("\n");
};
