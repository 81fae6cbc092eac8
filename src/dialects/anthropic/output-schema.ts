import { isObject } from "../../core/json-values.ts";
import type { JsonObject } from "../../core/translation.ts";

/** String formats that Anthropic's structured outputs know. */
const FORMATS: ReadonlySet<unknown> = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "uri",
  "ipv4",
  "ipv6",
  "uuid",
]);

/** Keywords that pass as they are. */
const KEPT: ReadonlySet<string> = new Set(["$ref", "const", "default", "description", "required", "title", "type"]);

/** Keywords whose values are named schemas. */
const MAPS: ReadonlySet<string> = new Set(["$defs", "definitions", "properties"]);

/** Keywords without meaning for the answer. */
const IDLE: ReadonlySet<string> = new Set(["$schema", "$id", "$comment", "examples"]);

/**
 * A JSON Schema within what structured outputs take: objects are closed, and constraints that the vendor does not know
 * are told to the model in the description instead, as the vendor's own SDKs do.
 *
 * `undefined` for schemas that would then mean something else: objects that are open to any property, schemas that
 * contain themselves, references to other documents, enumerations of objects.
 * Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations (read 2026-11-28).
 */
export function toOutputSchema(schema: JsonObject): JsonObject | undefined {
  return isExpressible(schema) && !isRecursive(schema) ? convert(schema) : undefined;
}

const isPrimitive = (value: unknown): boolean => value === null || typeof value !== "object";

function isExpressible(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every(isExpressible);
  }
  if (!isObject(value)) {
    return true;
  }
  const { additionalProperties: open, $ref: reference, enum: choices, patternProperties } = value;
  const isOpen =
    (open !== undefined && open !== false) ||
    patternProperties !== undefined ||
    (value["type"] === "object" && value["properties"] === undefined);
  const isForeign = typeof reference === "string" && !reference.startsWith("#");
  const isComplex = Array.isArray(choices) && !choices.every(isPrimitive);
  if (isOpen || isForeign || isComplex) {
    return false;
  }
  return Object.entries(value).every(([name, inner]) => {
    if (MAPS.has(name)) {
      return !isObject(inner) || Object.values(inner).every(isExpressible);
    }
    return KEPT.has(name) || name === "enum" || isExpressible(inner);
  });
}

/** Whether a definition leads back to itself. */
function isRecursive(schema: JsonObject): boolean {
  const definitions = new Map<string, unknown>([["#", { ...schema, $defs: undefined, definitions: undefined }]]);
  for (const place of ["$defs", "definitions"]) {
    const found = schema[place];
    for (const [name, definition] of isObject(found) ? Object.entries(found) : []) {
      definitions.set(`#/${place}/${name}`, definition);
    }
  }
  const settled = new Set<string>();
  const leadsBack = (reference: string, trail: ReadonlySet<string>): boolean => {
    if (trail.has(reference)) {
      return true;
    }
    if (settled.has(reference)) {
      return false;
    }
    const inner = new Set([...trail, reference]);
    const isBack = referencesIn(definitions.get(reference)).some((next) => leadsBack(next, inner));
    settled.add(reference);
    return isBack;
  };
  return [...definitions.keys()].some((reference) => leadsBack(reference, new Set()));
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(referencesIn);
  }
  if (!isObject(value)) {
    return [];
  }
  const { $ref: own, ...others } = value;
  return [...(typeof own === "string" ? [own] : []), ...Object.values(others).flatMap(referencesIn)];
}

const convertAny = (value: unknown): unknown => (isObject(value) ? convert(value) : value);

function convert(schema: JsonObject): JsonObject {
  const { $ref: reference, $defs, definitions } = schema;
  if (reference !== undefined) {
    return { $ref: reference, ...convert({ ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) }) };
  }
  const kept: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    if (MAPS.has(name) && isObject(value)) {
      kept[name] = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, convertAny(inner)]));
    } else if ((name === "anyOf" || name === "oneOf" || name === "allOf") && Array.isArray(value)) {
      kept[name === "oneOf" ? "anyOf" : name] = value.map(convertAny);
    } else if (name === "items") {
      kept[name] = convertAny(value);
    } else if (isKnown(name, value)) {
      kept[name] = value;
    } else if (!IDLE.has(name) && name !== "additionalProperties" && name !== "strict") {
      told.push(`${name}: ${JSON.stringify(value)}`);
    }
  }
  if (isObjectType(schema)) {
    kept["additionalProperties"] = false;
  }
  if (told.length > 0) {
    const { description } = kept;
    kept["description"] = `${typeof description === "string" ? `${description}\n\n` : ""}{${told.join(", ")}}`;
  }
  return kept;
}

const isObjectType = ({ type, properties }: JsonObject): boolean =>
  type === "object" || (Array.isArray(type) && type.includes("object")) || isObject(properties);

function isKnown(name: string, value: unknown): boolean {
  return (
    KEPT.has(name) ||
    name === "enum" ||
    (name === "format" && FORMATS.has(value)) ||
    (name === "minItems" && (value === 0 || value === 1))
  );
}
