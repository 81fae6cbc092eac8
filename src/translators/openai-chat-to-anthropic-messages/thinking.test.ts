import { expect, test } from "bun:test";
import { translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/translation.ts";

const plan = (fields: JsonObject, model: string): unknown => {
  const { body, refused, dropped } = translateToAnthropic(fields, { model });
  const { thinking, max_tokens, output_config } = body;
  return { thinking, max_tokens, output_config, refused, dropped };
};

const enabled = (budget_tokens: number): unknown => ({ type: "enabled", budget_tokens });
const adaptive = { type: "adaptive", display: "summarized" };

test.each<[string, object, string, object]>([
  ["budgets", { reasoning_effort: "low" }, "claude-sonnet-4-5", { thinking: enabled(1024), max_tokens: 64_000 }],
  ["budgets", { reasoning_effort: "medium" }, "claude-sonnet-4-5", { thinking: enabled(2048) }],
  ["budgets", { reasoning_effort: "high" }, "claude-opus-4-5", { thinking: enabled(4096), output_config: undefined }],
  ["the least budget", { reasoning_effort: "minimal" }, "claude-sonnet-4-5", { thinking: enabled(1024) }],
  [
    "room",
    { reasoning_effort: "high", max_tokens: 2000 },
    "claude-sonnet-4-5",
    { thinking: enabled(1999), max_tokens: 2000 },
  ],
  [
    "no room",
    { reasoning_effort: "low", max_tokens: 500 },
    "claude-sonnet-4-5",
    { thinking: undefined, dropped: ["reasoning_effort"] },
  ],
  [
    "effort",
    { reasoning_effort: "medium" },
    "claude-opus-4-6",
    { thinking: adaptive, output_config: { effort: "medium" } },
  ],
  ["an effort that it lacks", { reasoning_effort: "xhigh" }, "claude-opus-4-6", { output_config: { effort: "high" } }],
  [
    "effort",
    { reasoning_effort: "xhigh" },
    "claude-opus-5-5",
    { thinking: adaptive, output_config: { effort: "xhigh" } },
  ],
  [
    "effort as an object",
    { reasoning_effort: { effort: "low" } },
    "claude-opus-5",
    { output_config: { effort: "low" } },
  ],
  [
    "no thinking model",
    { reasoning_effort: "low" },
    "claude-3-5-haiku-20241022",
    { thinking: undefined, refused: ["reasoning_effort"] },
  ],
  ["off", { reasoning_effort: "none" }, "claude-sonnet-4-5", { thinking: undefined }],
  ["off", { reasoning_effort: "none" }, "claude-opus-5", { thinking: { type: "disabled" } }],
  ["off", { reasoning_effort: "none" }, "claude-sonnet-5-5", { thinking: { type: "between_tools" } }],
  [
    "nearly off",
    { reasoning_effort: "none" },
    "claude-opus-5-5",
    { thinking: undefined, output_config: { effort: "low" } },
  ],
  ["own", { thinking: enabled(3000) }, "claude-sonnet-4-5", { thinking: enabled(3000) }],
  [
    "own, with a small limit",
    { thinking: enabled(3000), max_tokens: 2000 },
    "claude-sonnet-4-5",
    { thinking: enabled(1999) },
  ],
  [
    "own, of an older kind",
    { thinking: enabled(3000) },
    "claude-opus-5",
    { thinking: adaptive, output_config: { effort: "medium" } },
  ],
  ["own, of a newer kind", { thinking: { type: "adaptive" } }, "claude-sonnet-4-5", { thinking: enabled(2048) }],
  [
    "own",
    { thinking: { type: "adaptive" }, reasoning_effort: "low" },
    "claude-opus-5",
    { thinking: { type: "adaptive" }, output_config: { effort: "low" } },
  ],
  ["own, off", { thinking: { type: "disabled" } }, "claude-opus-5", { thinking: { type: "disabled" } }],
  ["own, off", { thinking: { type: "disabled" } }, "claude-sonnet-5-5", { thinking: { type: "between_tools" } }],
  ["own, off", { thinking: { type: "disabled" } }, "claude-opus-5-5", { thinking: undefined, refused: ["thinking"] }],
  [
    "own, off, with much effort",
    { thinking: { type: "disabled" }, reasoning_effort: "max" },
    "claude-opus-5",
    { output_config: { effort: "high" } },
  ],
  ["own", { thinking: enabled(3000) }, "claude-3-haiku-20240307", { thinking: undefined, refused: ["thinking"] }],
])("%s: %j for %s", (_name, fields, model, expected) => {
  expect(plan(fields as JsonObject, model)).toMatchObject(expected as Record<string, unknown>);
});

test.each([
  [{ reasoning_effort: "odd" }],
  [{ reasoning_effort: 7 }],
  [{ thinking: { type: "enabled" } }],
  [{ thinking: { type: "enabled", budget_tokens: 5 } }],
])("%j is refused in words", (fields) => {
  expect(() => plan(fields as JsonObject, "claude-sonnet-4-5")).toThrow(GatewayError);
});

test("a turn that began without thoughts goes on without", () => {
  const thought = { type: "thinking", thinking: "hm", signature: "sig" };
  const turn = (more: object): readonly unknown[] => [
    { role: "user", content: "?" },
    {
      role: "assistant",
      tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }],
      ...more,
    },
    { role: "tool", tool_call_id: "a", content: "1" },
  ];
  const ask = (messages: readonly unknown[], model: string): unknown =>
    plan({ messages, reasoning_effort: "low" }, model);
  expect(ask(turn({}), "claude-sonnet-4-5")).toMatchObject({ thinking: undefined, dropped: ["reasoning_effort"] });
  expect(ask(turn({ thinking_blocks: [thought] }), "claude-sonnet-4-5")).toMatchObject({ thinking: enabled(1024) });
  expect(ask([...turn({}), { role: "user", content: "!" }], "claude-sonnet-4-5")).toMatchObject({
    thinking: enabled(1024),
  });
  expect(ask(turn({}), "claude-opus-4-6")).toMatchObject({ thinking: adaptive });
});
