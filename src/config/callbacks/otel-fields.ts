import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.otel`. */
export const OTEL_FIELDS = {} as const satisfies FieldTable;
