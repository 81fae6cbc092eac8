import type { FieldTable } from "../declared-field.ts";

/** `callback_settings.langfuse`. */
export const LANGFUSE_FIELDS = {} as const satisfies FieldTable;
