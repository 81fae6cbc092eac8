import { isObject, listOf } from "../../core/json-values.ts";
import type { JsonObject, Ledger } from "../../core/translation.ts";

/**
 * Keywords of JSON Schema that Gemini knows. Source: `responseJsonSchema` in
 * https://ai.google.dev/api/generate-content#GenerationConfig (read 2026-11-28) and in `@google/genai` 3.3.0.
 */
const KNOWN: ReadonlySet<string> = new Set(
  (
    "$id $defs $ref $anchor type format title description enum items prefixItems minItems maxItems minimum maximum anyOf oneOf " +
    "properties additionalProperties required propertyOrdering"
  ).split(" "),
);

/** Keywords that constrain nothing: left out without a word. */
const ANNOTATIONS: ReadonlySet<string> = new Set(
  (
    "$schema $comment default example examples deprecated readOnly writeOnly strict discriminator contentMediaType " +
    "contentEncoding xml externalDocs"
  ).split(" "),
);

/**
 * A JSON Schema with the keywords that Gemini knows: `const`, `nullable`, `definitions`, `allOf` and bounds of integers are said in
 * other words, what else narrows values is told to the ledger.
 * @param path where the schema stands in the caller's body
 */
export function toGeminiSchema(schema: JsonObject, path: string, ledger: Ledger): JsonObject {
  return convert(flattenAllOf(schema), path, ledger);
}

function convert(schema: JsonObject, path: string, ledger: Ledger): JsonObject {
  const { $ref: reference } = schema;
  const written: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    // Beside a reference only keywords with a dollar may stand.
    if (typeof reference === "string" && !name.startsWith("$") && name !== "definitions") {
      if (!ANNOTATIONS.has(name) && name !== "title" && name !== "description") {
        ledger.drop(`${path}.${name}`);
      }
      continue;
    }
    convertKeyword(written, name, value, { schema, path, ledger });
  }
  return schema["nullable"] === true ? asNullable(written) : written;
}

interface Place {
  readonly schema: JsonObject;
  readonly path: string;
  readonly ledger: Ledger;
}

function convertKeyword(written: Record<string, unknown>, name: string, value: unknown, place: Place): void {
  const { schema, path, ledger } = place;
  const at = `${path}.${name}`;
  switch (name) {
    case "properties":
      written[name] = convertMap(value, at, ledger);
      return;
    case "$defs":
    case "definitions":
      written["$defs"] = { ...(isObject(written["$defs"]) ? written["$defs"] : {}), ...convertMap(value, at, ledger) };
      return;
    case "items":
      // Before 2020-12 a list of schemas meant a tuple.
      written[Array.isArray(value) ? "prefixItems" : name] = convertValue(value, at, ledger);
      return;
    case "anyOf":
    case "oneOf":
    case "prefixItems":
    case "additionalProperties":
      written[name] = convertValue(value, at, ledger);
      return;
    case "$ref":
      written[name] = typeof value === "string" ? value.replace(/^#\/definitions\//, "#/$defs/") : value;
      return;
    case "const":
      convertEnum(written, [value], at, ledger);
      return;
    case "enum":
      convertEnum(written, listOf(value), at, ledger);
      return;
    case "exclusiveMinimum":
    case "exclusiveMaximum":
      convertBound(written, name, value, { schema, path: at, ledger });
      return;
    case "nullable":
    case "allOf": // Flattened before, or too odd to be: then it is none.
      return;
    default:
      if (KNOWN.has(name)) {
        written[name] = value;
      } else if (!ANNOTATIONS.has(name) && !name.startsWith("x-")) {
        ledger.drop(at);
      }
  }
}

const convertValue = (value: unknown, path: string, ledger: Ledger): unknown => {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => convertValue(item, `${path}[${index}]`, ledger));
  }
  return isObject(value) ? toGeminiSchema(value, path, ledger) : value;
};

const convertMap = (value: unknown, path: string, ledger: Ledger): JsonObject =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).map(([key, item]) => [
      key,
      convertValue(item, `${path}.${key}`, ledger),
    ]),
  );

/** Texts and numbers may be listed; a list of other values narrows to their type at most. */
function convertEnum(written: Record<string, unknown>, values: readonly unknown[], path: string, ledger: Ledger): void {
  const listed = values.filter((value) => value !== null);
  if (listed.length > 0 && listed.every((value) => typeof value === "string" || typeof value === "number")) {
    written["enum"] = listed;
    written["type"] ??= typeof listed[0];
    if (listed.length < values.length) {
      Object.assign(written, asNullable(written));
    }
  } else if (listed.length > 0) {
    ledger.drop(path);
  } else if (values.length > 0) {
    written["type"] = "null";
  }
}

function convertBound(written: Record<string, unknown>, name: string, value: unknown, place: Place): void {
  const isLower = name === "exclusiveMinimum";
  const bound = isLower ? "minimum" : "maximum";
  if (place.schema["type"] === "integer" && Number.isInteger(value)) {
    written[bound] ??= Number(value) + (isLower ? 1 : -1);
  } else if (value !== false) {
    place.ledger.drop(place.path);
  }
}

function asNullable(schema: JsonObject): JsonObject {
  const { type } = schema;
  if (typeof type === "string") {
    return { ...schema, type: type === "null" ? type : [type, "null"] };
  }
  if (Array.isArray(type)) {
    return { ...schema, type: type.includes("null") ? type : [...(type as readonly unknown[]), "null"] };
  }
  return { anyOf: [schema, { type: "null" }] };
}

/** `allOf` as one schema: the properties of all, and what any requires. */
function flattenAllOf(schema: JsonObject): JsonObject {
  const { allOf, ...own } = schema;
  if (!Array.isArray(allOf)) {
    return schema;
  }
  return mergeSchemas([own, ...allOf.filter(isObject).map(flattenAllOf)]);
}

/** Schemas as one, each read once: the first that says something wins, and what any requires is required. */
function mergeSchemas(parts: readonly JsonObject[]): JsonObject {
  const merged = new Map<string, unknown>();
  const required = new Set<unknown>();
  const maps = new Map<string, Map<string, unknown>>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) {
      if (!merged.has(name)) {
        merged.set(name, value);
      }
      if (MERGED.includes(name) && isObject(value)) {
        addMissing(maps, name, value);
      }
    }
    for (const name of listOf(part["required"])) {
      required.add(name);
    }
  }
  for (const [name, entries] of maps) {
    if (isObject(merged.get(name))) {
      merged.set(name, Object.fromEntries(entries));
    }
  }
  if (required.size > 0) {
    merged.set("required", [...required]);
  }
  return Object.fromEntries(merged);
}

/** Keywords whose values are schemas by name. */
const MERGED: readonly string[] = ["properties", "$defs", "definitions"];

function addMissing(maps: Map<string, Map<string, unknown>>, name: string, value: JsonObject): void {
  const entries = maps.get(name) ?? new Map<string, unknown>();
  maps.set(name, entries);
  for (const [key, schema] of Object.entries(value)) {
    if (!entries.has(key)) {
      entries.set(key, schema);
    }
  }
}
