import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.prometheus`. */
export const PROMETHEUS_FIELDS = {} as const satisfies FieldTable;
