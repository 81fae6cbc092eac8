import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.prometheus`. */
export const PROMETHEUS_FIELDS = {
  max_series: {
    type: "integer",
    minimum: 100,
    maximum: 100_000,
    default: 2000,
    description:
      "Combinations of labels that are told apart; beyond it, values of callers' choosing become `other`. Each takes about 1.5 KB.",
  },
} as const satisfies FieldTable;
