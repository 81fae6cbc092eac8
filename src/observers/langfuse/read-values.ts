import { isObject } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";
import { parseJsonText } from "../../wire/json-depth.ts";

/** Longest id that Langfuse takes, in characters. */
const MAX_ID_LENGTH = 800;

/** Text of a value that callers write as text or number; `undefined` for anything else and for nothing. */
export function textFrom(value: unknown): string | undefined {
  if (typeof value === "string") {
    // A cut may leave half of a character at the end.
    return value.length > MAX_ID_LENGTH ? value.slice(0, MAX_ID_LENGTH).toWellFormed() : value || undefined;
  }
  return typeof value === "number" ? String(value) : undefined;
}

/** {@link textFrom} without carriage returns, with which Langfuse takes no id. */
export function idFrom(value: unknown): string | undefined {
  const text = textFrom(value);
  return text?.includes("\r") ? textFrom(text.replaceAll("\r", "")) : text;
}

/** A plain yes: `true`, 1, and both as text, in any case. */
export const flagFrom = (value: unknown): boolean =>
  value === true || value === 1 || (typeof value === "string" && YES.test(value));

const YES = /^\s*(?:true|1)\s*$/i;

/** Anything but a plain no, as LiteLLM has it: what is unclear had better be hidden. */
export const maskFrom = (value: unknown): boolean =>
  typeof value === "string" ? !NO.test(value) : value !== undefined && value !== null && value !== false && value !== 0;

const NO = /^\s*(?:false)?\s*$/i;

/** Texts of a list, of a comma list or of a JSON list as header text. */
export function textsFrom(value: unknown): readonly string[] {
  const list: unknown = typeof value === "string" ? splitTexts(value) : value;
  if (!Array.isArray(list)) {
    return NO_TEXTS;
  }
  return list.flatMap((item) => textFrom(item) ?? []);
}

const NO_TEXTS: readonly string[] = [];

function splitTexts(text: string): unknown {
  return text.startsWith("[")
    ? (parse(text) ?? [])
    : text
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");
}

/** An object, also as JSON text. */
export function objectFrom(value: unknown): JsonObject | undefined {
  const found = typeof value === "string" && value.startsWith("{") ? parse(value) : value;
  return isObject(found) ? found : undefined;
}

function parse(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return undefined;
  }
}

/** A number, also as header text. */
export function integerFrom(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : undefined;
}
