import type { DeclaredField, FieldType, FieldValues } from "./declared-field.ts";
import { isMapping } from "./environment-references.ts";
import type { Findings } from "./findings.ts";
import type { ModelGroupAlias } from "./gateway-config.ts";

/** Where a value stands and what was declared of it. */
export interface FieldPlace {
  readonly path: string;
  readonly field: DeclaredField;
  readonly findings: Findings;
  /** Its text is shown in faults; false for secrets and for what came out of the environment. */
  readonly isShown: boolean;
}

type FieldReader<Value> = (value: unknown, place: FieldPlace) => Value | undefined;

const BYTES_PER_MEGABYTE = 1024 * 1024;
const MAX_SHOWN_LENGTH = 60;
const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i;
/** `token` of RFC 9110, section 5.6.2. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** YAML 1.1 words, which LiteLLM's reader takes, and what shells write. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

const isHeaderValue = (value: string): boolean => ![...value].some((character) => "\r\n\0".includes(character));

const describeValue = (value: unknown, isShown: boolean): string => {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return isShown ? String(value) : `a ${typeof value}`;
  if (!isShown) return "some other text";
  return JSON.stringify(value.length > MAX_SHOWN_LENGTH ? `${value.slice(0, MAX_SHOWN_LENGTH)}...` : value);
};

const NOUNS: Readonly<Record<FieldType, string>> = {
  text: "text",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  seconds: "a number of seconds",
  megabytes: "a number of megabytes",
  url: "an http:// or https:// URL without user name and password",
  "header-name": "an HTTP header name",
  "text-list": "a list of texts",
  "text-map": "a mapping of names to texts",
  "header-map": "a mapping of HTTP header names to single-line texts",
  "alias-map": "a mapping of names to a model group, or to {model, hidden}",
  mapping: "a mapping",
  section: "a mapping",
  anything: "any value",
};

/** What may stand in a field, for faults and tables: `a whole number, 1 or more`. */
export const describeAllowed = (field: DeclaredField): string => {
  const limits: string[] = [];
  if (field.minimum !== undefined && field.maximum !== undefined) limits.push(`${field.minimum} to ${field.maximum}`);
  else if (field.minimum !== undefined) limits.push(`${field.minimum} or more`);
  if (field.above !== undefined) limits.push(`above ${field.above}`);
  if (field.maximum !== undefined && field.minimum === undefined) limits.push(`at most ${field.maximum}`);
  if (field.isNonEmpty) limits.push("not empty");
  return [NOUNS[field.type], ...limits].join(", ");
};

const refuse = (place: FieldPlace, message: string, allowed = describeAllowed(place.field)): undefined => {
  place.findings.faults.push({ path: place.path, message, allowed });
};

const refuseValue = (place: FieldPlace, value: unknown): undefined =>
  refuse(place, `found ${describeValue(value, place.isShown)}`);

/** The boolean a word stands for, as YAML 1.1 and shells write it. */
export const findBoolean = (word: string): boolean | undefined => BOOLEANS[word.trim().toLowerCase()];

const readText: FieldReader<string> = (value, place) => {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text !== "string") return refuseValue(place, value);
  if (place.field.isNonEmpty && text.trim() === "") return refuse(place, "found empty text");
  return text;
};

const readBoolean: FieldReader<boolean> = (value, place) => {
  const known = typeof value === "string" ? findBoolean(value) : value;
  return typeof known === "boolean" ? known : refuseValue(place, value);
};

const readNumber: FieldReader<number> = (value, place) => {
  const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) return refuseValue(place, value);
  const { minimum, above, maximum } = place.field;
  const isTooSmall = (minimum !== undefined && number < minimum) || (above !== undefined && number <= above);
  if (isTooSmall || (maximum !== undefined && number > maximum)) return refuseValue(place, number);
  return number;
};

const readInteger: FieldReader<number> = (value, place) => {
  const number = readNumber(value, place);
  return number === undefined || Number.isSafeInteger(number) ? number : refuseValue(place, number);
};

const scaled =
  (factor: number): FieldReader<number> =>
  (value, place) => {
    const number = readNumber(value, place);
    return number === undefined ? undefined : Math.max(1, Math.round(number * factor));
  };

const readUrl: FieldReader<string> = (value, place) => {
  if (typeof value !== "string") return refuseValue(place, value);
  const text = value.trim();
  const url = URL.parse(text);
  // What does not parse may still hold a password in front of an @.
  if (url === null) return refuseValue(text.includes("@") ? { ...place, isShown: false } : place, text);
  if (url.username !== "" || url.password !== "") return refuse(place, "holds a user name or password");
  if (url.protocol === "http:" || url.protocol === "https:") return text;
  return refuse(place, `has the scheme ${url.protocol.slice(0, -1)}`);
};

const readHeaderName: FieldReader<string> = (value, place) =>
  typeof value === "string" && HEADER_NAME.test(value) ? value : refuseValue(place, value);

const readTextList: FieldReader<readonly string[]> = (value, place) => {
  if (!Array.isArray(value)) return refuseValue(place, value);
  const allowed: DeclaredField = { type: "text", description: place.field.description };
  return value.flatMap(
    (item: unknown, index) => readText(item, { ...place, path: `${place.path}[${index}]`, field: allowed }) ?? [],
  );
};

const readMapping: FieldReader<Readonly<Record<string, unknown>>> = (value, place) =>
  isMapping(value) ? value : refuseValue(place, value);

/** Reads each value of a mapping; entries whose value is at fault are left out, `null` ones too. */
const readEach = <Value>(
  value: unknown,
  place: FieldPlace,
  readItem: (item: unknown, at: FieldPlace) => Value | undefined,
) => {
  const mapping = readMapping(value, place);
  if (mapping === undefined) return undefined;
  const entries = Object.entries(mapping).flatMap(([key, item]): [string, Value][] => {
    if (item === null || item === undefined) return [];
    const read = readItem(item, { ...place, path: `${place.path}.${key}` });
    return read === undefined ? [] : [[key, read]];
  });
  return Object.fromEntries(entries);
};

const TEXT_ITEM: DeclaredField = { type: "text", description: "" };

const readTextMap: FieldReader<Readonly<Record<string, string>>> = (value, place) =>
  readEach(value, place, (item, at) => readText(item, { ...at, field: TEXT_ITEM }));

const readHeaderMap: FieldReader<Readonly<Record<string, string>>> = (value, place) =>
  readEach(value, place, (item, at) => {
    const name = at.path.slice(place.path.length + 1);
    if (!HEADER_NAME.test(name)) return refuse(at, "is no HTTP header name");
    // Header values are often keys, so none is ever shown.
    const text = readText(typeof item === "boolean" ? String(item) : item, { ...at, field: TEXT_ITEM, isShown: false });
    if (text === undefined || isHeaderValue(text)) return text;
    return refuse(at, "holds a line break", "single-line text");
  });

const readAlias: FieldReader<ModelGroupAlias> = (value, place) => {
  if (typeof value === "string" && value !== "") return { model: value, hidden: false };
  if (!isMapping(value) || typeof value["model"] !== "string") {
    return refuse(
      place,
      `found ${describeValue(value, place.isShown)}`,
      "the name of a model group, or {model, hidden}",
    );
  }
  const hiddenField: DeclaredField = { type: "boolean", description: "" };
  const hidden = readBoolean(value["hidden"] ?? false, { ...place, path: `${place.path}.hidden`, field: hiddenField });
  return hidden === undefined ? undefined : { model: value["model"], hidden };
};

/** One reader per field type. Each returns the value in the gateway's units, or reports a fault and returns `undefined`. */
export const FIELD_READERS: { readonly [Type in FieldType]: FieldReader<FieldValues[Type]> } = {
  text: readText,
  boolean: readBoolean,
  integer: readInteger,
  number: readNumber,
  seconds: scaled(1000),
  megabytes: scaled(BYTES_PER_MEGABYTE),
  url: readUrl,
  "header-name": readHeaderName,
  "text-list": readTextList,
  "text-map": readTextMap,
  "header-map": readHeaderMap,
  "alias-map": (value, place) => readEach(value, place, readAlias),
  mapping: readMapping,
  section: readMapping,
  anything: (value) => value,
};
