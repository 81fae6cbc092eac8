import { isHeaderName } from "../wire/header-line.ts";
import type { DeclaredField } from "./declared-field.ts";
import { isMapping } from "./environment-references.ts";
import { describeValue, type FieldPlace, type FieldReader, refuse, refuseValue } from "./field-place.ts";
import type { ModelGroupAlias } from "./gateway-config.ts";
import { readBoolean, readText } from "./value-readers.ts";

const isHeaderValue = (value: string): boolean => ![...value].some((character) => "\r\n\0".includes(character));

/** A list of texts; items at fault are left out. */
export const readTextList: FieldReader<readonly string[]> = (value, place) => {
  if (!Array.isArray(value)) return refuseValue(place, value);
  const allowed: DeclaredField = { type: "text", description: place.field.description };
  return value.flatMap(
    (item: unknown, index) => readText(item, { ...place, path: `${place.path}[${index}]`, field: allowed }) ?? [],
  );
};

/** A list of texts; a single one stands for a list of it. */
export const readTextOrList: FieldReader<readonly string[]> = (value, place) =>
  readTextList(typeof value === "string" ? [value] : value, place);

/** Any mapping, as it is. */
export const readMapping: FieldReader<Readonly<Record<string, unknown>>> = (value, place) =>
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

/** A mapping of names to texts. */
export const readTextMap: FieldReader<Readonly<Record<string, string>>> = (value, place) =>
  readEach(value, place, (item, at) => readText(item, { ...at, field: TEXT_ITEM }));

/** A mapping of header names to single-line texts. */
export const readHeaderMap: FieldReader<Readonly<Record<string, string>>> = (value, place) =>
  readEach(value, place, (item, at) => {
    const name = at.path.slice(place.path.length + 1);
    if (!isHeaderName(name)) return refuse(at, "is no HTTP header name");
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

/** A mapping of names to model groups. */
export const readAliasMap: FieldReader<Readonly<Record<string, ModelGroupAlias>>> = (value, place) =>
  readEach(value, place, readAlias);
