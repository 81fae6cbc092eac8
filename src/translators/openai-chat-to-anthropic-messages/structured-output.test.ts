import { expect, test } from "bun:test";
import { translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import type { JsonObject } from "../../core/translation.ts";

const OBJECT = { type: "object", properties: { a: { type: "number" } }, required: ["a"], additionalProperties: false };
const OPEN = { type: "object", additionalProperties: true };
const format = (schema: JsonObject): JsonObject => ({
  response_format: { type: "json_schema", json_schema: { name: "x", schema, strict: true } },
});
const JSON_OBJECT = { response_format: { type: "json_object" } };
const TOOLS = { tools: [{ type: "function", function: { name: "look" } }] };

const ask = (fields: JsonObject, model: string, options: JsonObject = {}): JsonObject =>
  translateToAnthropic(fields, { model, options }).body;

test("the vendor's own structured outputs, with tools beside them", () => {
  const body = ask({ ...format(OBJECT), ...TOOLS }, "claude-sonnet-4-5");
  expect(body["output_config"]).toEqual({ format: { type: "json_schema", schema: OBJECT } });
  expect(body["tools"]).toHaveLength(1);
  expect(body["tool_choice"]).toBeUndefined();
  const both = ask(
    { ...format(OBJECT), reasoning_effort: "low", output_config: { task_budget: {} } },
    "claude-opus-5-5",
  );
  expect(both["output_config"]).toMatchObject({ effort: "low", format: { type: "json_schema" }, task_budget: {} });
});

test.each<[string, JsonObject, string, JsonObject]>([
  ["an older model", format(OBJECT), "claude-sonnet-4-20250514", { type: "tool", name: "json_tool_call" }],
  ["an open schema", format(OPEN), "claude-sonnet-4-5", { type: "tool", name: "json_tool_call" }],
  ["any object", JSON_OBJECT, "claude-sonnet-4-5", { type: "tool", name: "json_tool_call" }],
  ["the caller's tools", { ...format(OPEN), ...TOOLS }, "claude-sonnet-4-5", { type: "any" }],
  [
    "no call of them",
    { ...format(OPEN), ...TOOLS, tool_choice: "none" },
    "claude-sonnet-4-5",
    { type: "tool", name: "json_tool_call" },
  ],
  ["thinking", { ...format(OPEN), reasoning_effort: "low" }, "claude-sonnet-4-5", { type: "auto" }],
  ["a model that cannot be forced", format(OPEN), "claude-opus-5-5", { type: "auto" }],
])("%s: a tool holds the answer", (_name, fields, model, choice) => {
  const body = ask(fields, model);
  expect(body["output_config"]).toBeUndefined();
  expect(body["tools"]).toContainEqual(expect.objectContaining({ name: "json_tool_call" }));
  expect(body["tool_choice"]).toEqual(choice);
});

test("a cloud without structured outputs", () => {
  expect(ask(format(OBJECT), "claude-sonnet-4-5", { structuredOutputs: false })["tools"]).toHaveLength(1);
});

test("where nothing can be forced, any object is asked for in words", () => {
  for (const fields of [
    { ...JSON_OBJECT, ...TOOLS },
    { ...JSON_OBJECT, reasoning_effort: "low" },
  ]) {
    const body = ask(fields, "claude-sonnet-4-5");
    expect(JSON.stringify(body["system"])).toContain("one valid JSON object");
  }
});

test("answers that are no objects are wrapped, with their definitions at the root", () => {
  const schema = { $defs: { n: { type: "number" } }, type: "array", items: { $ref: "#/$defs/n" } };
  expect(ask(format(schema), "claude-3-haiku-20240307")["tools"]).toEqual([
    expect.objectContaining({
      input_schema: {
        type: "object",
        properties: { answer: { type: "array", items: { $ref: "#/$defs/n" } } },
        required: ["answer"],
        $defs: { n: { type: "number" } },
      },
    }),
  ]);
});

test("text asks for nothing", () => {
  expect(ask({ response_format: { type: "text" } }, "claude-sonnet-4-5")).not.toContainKey("output_config");
});
