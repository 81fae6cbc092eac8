import type { DeclaredField, FieldType } from "./declared-field.ts";
import type { Findings } from "./findings.ts";

/** Where a value stands and what was declared of it. */
export interface FieldPlace {
  readonly path: string;
  readonly field: DeclaredField;
  readonly findings: Findings;
  /** Its text is shown in faults; false for secrets, for what callers sent and for what came out of the environment. */
  readonly isShown: boolean;
}

/** Returns the value in the gateway's units, or reports a fault and returns `undefined`. */
export type FieldReader<Value> = (value: unknown, place: FieldPlace) => Value | undefined;

const MAX_SHOWN_LENGTH = 60;

/** A value in the words of a fault: its text where it may be shown, else its kind. */
export const describeValue = (value: unknown, isShown: boolean): string => {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return isShown ? String(value) : `a ${typeof value}`;
  if (!isShown) return "some other text";
  return JSON.stringify(value.length > MAX_SHOWN_LENGTH ? `${value.slice(0, MAX_SHOWN_LENGTH)}...` : value);
};

const NOUNS: Readonly<Record<FieldType, string>> = {
  text: "text",
  "json-text": "text, or a mapping",
  boolean: "true or false",
  integer: "a whole number",
  number: "a number",
  seconds: "a number of seconds",
  megabytes: "a number of megabytes",
  url: "an http:// or https:// URL without user name and password",
  "header-name": "an HTTP header name",
  "text-list": "a list of texts",
  "text-or-list": "a list of texts, or one text",
  "pattern-list": "a list of regular expressions",
  "user-headers": "a list of {header_name, litellm_user_role}",
  "metrics-config": "a list of {group, metrics, include_labels}",
  "text-map": "a mapping of names to texts",
  "header-map": "a mapping of HTTP header names to single-line texts",
  "alias-map": "a mapping of names to a model group, or to {model, hidden}",
  choice: "one of",
  "fallback-map": "a list of mappings from a model group to a list of models",
  "fallback-list": "a list of models, each a name or {model, ...request fields}",
  "clientside-params": "a list of parameter names, or of mappings from a name to a pattern",
  "redis-url": "a redis:// or rediss:// URL",
  host: "a host name or an IP address",
  mapping: "a mapping",
  section: "a mapping",
  anything: "any value",
};

/** What may stand in a field, for faults and tables: `a whole number, 1 or more`. */
export const describeAllowed = (field: DeclaredField): string => {
  const limits: string[] = [];
  if (field.minimum !== undefined && field.minimum === field.maximum) limits.push(`${field.minimum} only`);
  else if (field.minimum !== undefined && field.maximum !== undefined) {
    limits.push(`${field.minimum} to ${field.maximum}`);
  } else if (field.minimum !== undefined) limits.push(`${field.minimum} or more`);
  if (field.above !== undefined) limits.push(`above ${field.above}`);
  if (field.maximum !== undefined && field.minimum === undefined) limits.push(`at most ${field.maximum}`);
  if (field.isNonEmpty) limits.push("not empty");
  if (field.takesBareHost) limits.push("or a host");
  const noun = field.choices === undefined ? NOUNS[field.type] : `${NOUNS[field.type]} ${field.choices.join(", ")}`;
  return [noun, ...limits].join(", ");
};

/** Reports a fault. */
export const refuse = (place: FieldPlace, message: string, allowed = describeAllowed(place.field)): undefined => {
  place.findings.faults.push({ path: place.path, message, allowed });
};

/** Reports a value that its field does not allow. */
export const refuseValue = (place: FieldPlace, value: unknown): undefined =>
  refuse(place, `found ${describeValue(value, place.isShown)}`);
