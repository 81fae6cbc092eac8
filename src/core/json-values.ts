import type { JsonObject } from "./translation.ts";

/** Whether a parsed value is an object, not a list. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value as an object; an empty one when it is none. */
export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The value as a list; an empty one when it is none. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The objects of a list; what is none is passed over. */
export const objectsOf = (value: unknown): readonly JsonObject[] => listOf(value).filter(isObject);

/** The value as text; `undefined` when it is none. */
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** The value as a number; `undefined` when it is none. */
export const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** The value as a count of tokens or the like; 0 when it is none. */
export const countOf = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

/** An object without the fields that are `undefined`: what JSON would leave out anyway, for comparing and counting. */
export const withoutUndefined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** What a table has under a name that a stranger wrote; `undefined` for `constructor` and the like, which every object has. */
export const lookUp = <Value>(table: Readonly<Record<string, Value>>, name: unknown): Value | undefined =>
  typeof name === "string" && Object.hasOwn(table, name) ? table[name] : undefined;

/** Longest value that a message shows. */
const MAX_SHOWN = 100;

/** A value as messages show it: text as it is, else JSON. `String` would call a `toString` that a stranger wrote. */
export const shownOf = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined")).slice(0, MAX_SHOWN);
