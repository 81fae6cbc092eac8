import { expect, test } from "bun:test";
import { translateToAnthropic } from "../../../tests/support/translate-to-anthropic.ts";
import { GatewayError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/translation.ts";
import { openaiChatToAnthropicMessages as translator } from "../openai-chat-to-anthropic-messages.ts";

test("the smallest request", () => {
  expect(translateToAnthropic({}).body).toEqual({
    model: "claude-sonnet-4-5",
    max_tokens: 64_000,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
  });
  expect(translateToAnthropic({}, { isStream: true }).body["stream"]).toBe(true);
});

test.each<[object, object]>([
  [{ max_tokens: 5 }, { max_tokens: 5 }],
  [{ max_completion_tokens: 6, max_tokens: 5 }, { max_tokens: 6 }],
  [{ temperature: 0.5 }, { temperature: 0.5 }],
  [{ temperature: 1, top_p: 0.5 }, { top_p: 0.5 }],
  [{ stop: "END" }, { stop_sequences: ["END"] }],
  [{ stop: ["a", "b"] }, { stop_sequences: ["a", "b"] }],
  [{ user: "u-1" }, { metadata: { user_id: "u-1" } }],
  [{ safety_identifier: "hash" }, { metadata: { user_id: "hash" } }],
  [{ service_tier: "default" }, { service_tier: "standard_only" }],
  [{ modalities: ["text"] }, {}],
  [{ top_k: 5 }, { top_k: 5 }],
  [
    { container: "c", inference_geo: "us" },
    { container: "c", inference_geo: "us" },
  ],
  [{ cache_control: { type: "ephemeral" } }, { cache_control: { type: "ephemeral" } }],
  [{ system: "own" }, { system: [{ type: "text", text: "own" }] }],
  [{ betas: ["context-1m-2025-08-07"] }, {}],
])("%j", (fields, expected) => {
  const { body, dropped, refused } = translateToAnthropic(fields as JsonObject);
  const { model: _model, messages: _messages, max_tokens: limit, ...rest } = body;
  expect({ ...rest, ...("max_tokens" in expected ? { max_tokens: limit } : {}) }).toEqual(expected);
  expect([dropped, refused]).toEqual([[], []]);
});

test.each<[object, string, readonly string[], readonly string[]]>([
  [{ temperature: 1.5 }, "claude-sonnet-4-5", ["temperature"], []],
  [{ temperature: 0.5, top_p: 0.5 }, "claude-sonnet-4-5", ["top_p"], []],
  [{ temperature: 0.5, top_p: 0.5 }, "claude-3-5-haiku-20241022", [], []],
  [{ temperature: 0 }, "claude-opus-4-8", ["temperature"], []],
  [{ temperature: 1, top_p: 1 }, "claude-opus-4-8", [], []],
  [{ top_p: 0.9, top_k: 4 }, "claude-haiku-5-5", ["top_p", "top_k"], []],
  [{ temperature: 0.5, top_k: 4, reasoning_effort: "low" }, "claude-sonnet-4-5", ["temperature", "top_k"], []],
  [{ top_p: 0.96, reasoning_effort: "low" }, "claude-sonnet-4-5", [], []],
  [{ stop: ["\n", "END"] }, "claude-sonnet-4-5", ["stop"], []],
  [{ service_tier: "flex" }, "claude-sonnet-4-5", ["service_tier"], []],
  [{ modalities: ["text", "audio"] }, "claude-sonnet-4-5", ["modalities"], []],
  [{ user: "ann@example.com" }, "claude-sonnet-4-5", [], ["user"]],
  [{ user: "+49 30 1234567" }, "claude-sonnet-4-5", [], ["user"]],
])("%j for %s", (fields, model, refused, dropped) => {
  const translated = translateToAnthropic(fields as JsonObject, { model });
  expect([translated.refused, translated.dropped]).toEqual([refused, dropped]);
});

test.each([
  [{ max_tokens: -1 }],
  [{ max_tokens: "x" }],
  [{ temperature: "x" }],
  [{ stop: [1] }],
  [{ betas: "x" }],
  [{ thinking: 1 }],
])("%j is refused in words", (fields) => {
  const run = (): unknown => [translateToAnthropic(fields as JsonObject)];
  expect(run).toThrow(GatewayError);
});

test("variants of clouds", () => {
  const options = { anthropicVersion: "bedrock-2023-05-31", omitsModel: true, omitsStream: true, betasInBody: true };
  const fields = { betas: ["context-1m-2025-08-07"] };
  expect(translateToAnthropic(fields, { options, isStream: true, model: "anthropic.claude-sonnet-4-5" }).body).toEqual({
    anthropic_version: "bedrock-2023-05-31",
    max_tokens: 64_000,
    messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    anthropic_beta: ["context-1m-2025-08-07"],
  });
  expect(translator.headers?.(fields, options)).toEqual({});
});

test.each<[object, string | undefined]>([
  [{}, undefined],
  [{ betas: ["a-1"] }, "a-1"],
  [{ tools: [{ type: "computer_20250124", name: "computer" }, { type: "bash_20250124" }] }, "computer-use-2025-01-24"],
  [{ mcp_servers: [{}] }, "mcp-client-2025-04-04"],
  [{ mcp_servers: [{}], tools: [{ type: "mcp_toolset" }] }, "mcp-client-2025-11-20"],
  [{ context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } }, "context-management-2025-06-27"],
  [{ context_management: { edits: [{ type: "compact_20260112" }] } }, "compact-2026-01-12"],
  [{ speed: "fast" }, "fast-mode-2026-02-01"],
  [{ output_config: { task_budget: {} } }, "task-budgets-2026-03-13"],
  [{ messages: [{ content: [{ type: "file", file: { file_id: "file_1" } }] }] }, "files-api-2025-04-14"],
  [
    { betas: ["compact-2026-01-12"], context_management: { edits: [{ type: "compact_20260112" }] } },
    "compact-2026-01-12",
  ],
])("betas of %j", (body, expected) => {
  expect(translator.headers?.(body as JsonObject, {})).toEqual(
    expected === undefined ? {} : { "anthropic-beta": expected },
  );
});
