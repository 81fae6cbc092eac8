import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.webhook`. */
export const WEBHOOK_FIELDS = {} as const satisfies FieldTable;
