import { expect, test } from "bun:test";
import { translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import { GatewayError } from "../../core/errors.ts";

const tool = (name: string, more: object = {}, outer: object = {}): unknown => ({
  type: "function",
  function: { name, parameters: { type: "object", properties: { at: { type: "string" } } }, ...more },
  ...outer,
});
const schema = { type: "object", properties: { at: { type: "string" } } };

test("functions, with what Anthropic knows of them beside", () => {
  const { body, dropped } = translateToAnthropic({
    tools: [
      tool("look", { description: "Looks" }, { cache_control: { type: "ephemeral" } }),
      tool("mcp.look", { strict: true }),
      { type: "function", function: { name: "bare" } },
    ],
    functions: [{ name: "old", parameters: { properties: {} } }],
  });
  expect(body["tools"]).toEqual([
    { name: "look", description: "Looks", input_schema: schema, cache_control: { type: "ephemeral" } },
    { name: "mcp_look", input_schema: { ...schema, additionalProperties: false }, strict: true },
    { name: "bare", input_schema: { type: "object", properties: {} } },
    { name: "old", input_schema: { type: "object", properties: {} } },
  ]);
  expect(dropped).toEqual([]);
});

test("strictness that the model or the schema cannot keep is named", () => {
  const open = { parameters: { type: "object", properties: {}, additionalProperties: true }, strict: true };
  expect(translateToAnthropic({ tools: [tool("a", open)] }).dropped).toEqual(["tools[0].function.strict"]);
  const { dropped } = translateToAnthropic(
    { tools: [tool("a", { strict: true })] },
    { model: "claude-sonnet-4-20250514" },
  );
  expect(dropped).toEqual(["tools[0].function.strict"]);
});

test("Anthropic's own tools pass, wrapped into functions or not", () => {
  const bash = { type: "bash_20250124", name: "bash" };
  const computer = {
    type: "computer_20250124",
    function: { name: "computer", parameters: { display_width_px: 10, display_height_px: 20 } },
  };
  const { body, refused } = translateToAnthropic({ tools: [bash, computer, { type: "code_interpreter" }] });
  expect(body["tools"]).toEqual([
    bash,
    { type: "computer_20250124", name: "computer", display_width_px: 10, display_height_px: 20 },
  ]);
  expect(refused).toEqual(["tools[2]"]);
});

test("web search", () => {
  const approximate = { city: "Berlin", country: "DE" };
  const options = { search_context_size: "medium", user_location: { type: "approximate", approximate } };
  expect(translateToAnthropic({ web_search_options: options }).body["tools"]).toEqual([
    {
      type: "web_search_20250305",
      name: "web_search",
      max_uses: 5,
      user_location: { type: "approximate", ...approximate },
    },
  ]);
});

test.each<[object, unknown]>([
  [{}, undefined],
  [{ tool_choice: "auto" }, { type: "auto" }],
  [{ tool_choice: "none" }, { type: "none" }],
  [{ tool_choice: "required" }, { type: "any" }],
  [{ tool_choice: { type: "any", disable_parallel_tool_use: true } }, { type: "any", disable_parallel_tool_use: true }],
  [{ tool_choice: { type: "function", function: { name: "a.b" } } }, { type: "tool", name: "a_b" }],
  [{ tool_choice: { type: "tool", name: "a.b" } }, { type: "tool", name: "a_b" }],
  [{ function_call: { name: "a.b" } }, { type: "tool", name: "a_b" }],
  [{ parallel_tool_calls: false }, { type: "auto", disable_parallel_tool_use: true }],
  [
    { parallel_tool_calls: false, tool_choice: "required" },
    { type: "any", disable_parallel_tool_use: true },
  ],
  [{ parallel_tool_calls: false, tool_choice: "none" }, { type: "none" }],
  [{ parallel_tool_calls: true }, undefined],
])("the choice %j", (fields, expected) => {
  expect(translateToAnthropic({ tools: [tool("a.b")], ...fields }).body["tool_choice"]).toEqual(expected);
});

test("a choice without tools is none", () => {
  expect(translateToAnthropic({ tool_choice: "auto", parallel_tool_calls: false }).body["tool_choice"]).toBeUndefined();
  expect(() =>
    translateToAnthropic({ tools: [tool("a")], tool_choice: { type: "function", function: { name: "b" } } }),
  ).toThrow(GatewayError);
});

test("forced calls are refused where Anthropic refuses them", () => {
  const forced = { tools: [tool("a")], tool_choice: "required" };
  expect(translateToAnthropic(forced, { model: "claude-opus-5-5" })).toMatchObject({
    refused: ["tool_choice"],
    body: { tool_choice: { type: "auto" } },
  });
  expect(translateToAnthropic({ ...forced, reasoning_effort: "low" }).refused).toEqual(["tool_choice"]);
  expect(translateToAnthropic({ ...forced, reasoning_effort: "low" }, { model: "claude-opus-5" }).refused).toEqual([]);
});

test("a conversation with calls needs tools, even those that nobody declares any more", () => {
  const messages = [
    { role: "user", content: "?" },
    { role: "assistant", tool_calls: [{ id: "a", type: "function", function: { name: "gone", arguments: "{}" } }] },
    { role: "tool", tool_call_id: "a", content: "1" },
  ];
  expect(translateToAnthropic({ messages }).body).toMatchObject({
    tools: [{ name: "gone", input_schema: { type: "object", properties: {} } }],
    tool_choice: { type: "none" },
  });
});

test("names that would fall together stay apart", () => {
  const names = ["a.b", "a_b", "a/b", "x".repeat(130), `${"x".repeat(128)}yz`];
  const { body } = translateToAnthropic({ tools: names.map((name) => tool(name)) });
  const written = (body["tools"] as readonly { readonly name: string }[]).map(({ name }) => name);
  expect(written.slice(0, 3)).toEqual(["a_b_2", "a_b", "a_b_3"]);
  expect(new Set(written).size).toBe(5);
});
