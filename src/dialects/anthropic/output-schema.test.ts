import { expect, test } from "bun:test";
import { toOutputSchema } from "./output-schema.ts";

test("objects are closed, constraints that the vendor does not know are told in words", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      age: { type: "integer", minimum: 0, description: "In years" },
      mail: { type: "string", format: "email", maxLength: 9 },
      odd: { type: "string", format: "odd" },
      tags: { type: "array", items: { type: "string", pattern: "^a" }, minItems: 1, maxItems: 3 },
      one: { oneOf: [{ type: "string" }, { type: "null" }] },
      pick: { enum: ["a", "b"] },
      node: { $ref: "#/$defs/node", description: "lost beside a reference" },
    },
    required: ["age"],
    $defs: { node: { type: "object", properties: { a: { const: 1 } } } },
  };
  expect(toOutputSchema(schema)).toEqual({
    type: "object",
    properties: {
      age: { type: "integer", description: "In years\n\n{minimum: 0}" },
      mail: { type: "string", format: "email", description: "{maxLength: 9}" },
      odd: { type: "string", description: '{format: "odd"}' },
      tags: {
        type: "array",
        items: { type: "string", description: '{pattern: "^a"}' },
        minItems: 1,
        description: "{maxItems: 3}",
      },
      one: { anyOf: [{ type: "string" }, { type: "null" }] },
      pick: { enum: ["a", "b"] },
      node: { $ref: "#/$defs/node" },
    },
    required: ["age"],
    $defs: { node: { type: "object", properties: { a: { const: 1 } }, additionalProperties: false } },
    additionalProperties: false,
  });
});

test.each([
  [{ type: "object" }],
  [{ type: "object", properties: {}, additionalProperties: true }],
  [{ type: "object", properties: { a: { type: "object", additionalProperties: { type: "string" } } } }],
  [{ type: "object", properties: { a: { $ref: "https://a.example/schema" } } }],
  [{ enum: [{ a: 1 }] }],
  [{ type: "object", properties: { next: { $ref: "#" } } }],
  [{ $ref: "#/$defs/a", $defs: { a: { type: "array", items: { $ref: "#/$defs/a" } } } }],
])("%j would mean something else", (schema) => {
  expect(toOutputSchema(schema)).toBeUndefined();
});
