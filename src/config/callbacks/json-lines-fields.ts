import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.json-lines`. */
export const JSON_LINES_FIELDS = {} as const satisfies FieldTable;
