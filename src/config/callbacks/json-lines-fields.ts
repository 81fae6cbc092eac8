import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.json_lines`. */
export const JSON_LINES_FIELDS = {
  path: {
    type: "text",
    isNonEmpty: true,
    environment: ["JSON_LINES_PATH"],
    description: "File that lines are added to, in the working directory unless absolute; absent, standard output.",
  },
  flush_interval: {
    type: "seconds",
    above: 0,
    maximum: 3600,
    default: 1,
    description: "Seconds that a call waits until it is written.",
  },
  message_logging: {
    type: "boolean",
    default: true,
    description: "`false`: nothing of what was asked and answered is written.",
  },
} as const satisfies FieldTable;
