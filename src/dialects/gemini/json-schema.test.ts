import { expect, test } from "bun:test";
import type { JsonObject } from "../../core/translation.ts";
import { toGeminiSchema } from "./json-schema.ts";

const convert = (schema: JsonObject): { readonly schema: JsonObject; readonly dropped: readonly string[] } => {
  const dropped: string[] = [];
  const ledger = { drop: (path: string) => void dropped.push(path), refuse: () => undefined };
  return { schema: toGeminiSchema(schema, "s", ledger), dropped };
};

const object = (properties: JsonObject): JsonObject => ({ type: "object", properties });

test.each([
  ["an empty object", { type: "object", properties: {} }, { type: "object", properties: {} }],
  ["lists of types", { type: ["string", "null"] }, { type: ["string", "null"] }],
  ["additionalProperties", { additionalProperties: { type: "string" } }, { additionalProperties: { type: "string" } }],
  ["const", { const: "a" }, { enum: ["a"], type: "string" }],
  ["const null", { const: null }, { type: "null" }],
  ["an enum with null", { enum: ["a", null] }, { enum: ["a"], type: ["string", "null"] }],
  ["nullable", { type: "integer", nullable: true }, { type: ["integer", "null"] }],
  [
    "nullable of a choice",
    { anyOf: [{ type: "string" }], nullable: true },
    { anyOf: [{ anyOf: [{ type: "string" }] }, { type: "null" }] },
  ],
  [
    "bounds of integers",
    { type: "integer", exclusiveMinimum: 0, exclusiveMaximum: 9 },
    { type: "integer", minimum: 1, maximum: 8 },
  ],
  ["annotations", { $schema: "x", default: 1, examples: [1], "x-a": 1, type: "number" }, { type: "number" }],
  ["tuples of old", { items: [{ const: 1 }] }, { prefixItems: [{ enum: [1], type: "number" }] }],
  [
    "definitions",
    { $ref: "#/definitions/A", definitions: { A: { type: "string", default: "" } } },
    { $ref: "#/$defs/A", $defs: { A: { type: "string" } } },
  ],
  [
    "what stands beside a reference",
    object({ a: { $ref: "#/$defs/A", description: "d" } }),
    object({ a: { $ref: "#/$defs/A" } }),
  ],
  ["one of allOf", { allOf: [{ $ref: "#/$defs/A" }], description: "d" }, { $ref: "#/$defs/A" }],
  [
    "several of allOf",
    {
      allOf: [{ ...object({ a: { type: "string" } }), required: ["a"] }, object({ b: { type: "number" } })],
      required: ["b"],
    },
    { ...object({ b: { type: "number" }, a: { type: "string" } }), required: ["b", "a"] },
  ],
  [
    "properties with names of keywords",
    object({ pattern: { type: "string" }, default: { const: 1 } }),
    object({ pattern: { type: "string" }, default: { enum: [1], type: "number" } }),
  ],
])("%s", (_, given, expected) => {
  expect(convert(given)).toEqual({ schema: expected as JsonObject, dropped: [] });
});

test.each([
  [{ type: "string", pattern: "^a", minLength: 1 }, { type: "string" }, ["s.pattern", "s.minLength"]],
  [{ type: "number", exclusiveMinimum: 0 }, { type: "number" }, ["s.exclusiveMinimum"]],
  [{ const: true }, {}, ["s.const"]],
  [object({ a: { not: {} } }), object({ a: {} }), ["s.properties.a.not"]],
  [{ anyOf: [{ uniqueItems: true }] }, { anyOf: [{}] }, ["s.anyOf[0].uniqueItems"]],
  [{ $ref: "#", minimum: 1 }, { $ref: "#" }, ["s.minimum"]],
])("what narrows values and cannot be said is told: %j", (given, schema, dropped) => {
  expect(convert(given)).toEqual({ schema: schema as JsonObject, dropped });
});
