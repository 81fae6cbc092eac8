import { anthropicError, checkAnthropicRequest } from "../../support/anthropic-rules.ts";
import {
  anthropicBlock,
  anthropicEvent,
  anthropicMessage,
  anthropicStart,
  anthropicStream,
} from "../../support/anthropic-stream.ts";
import { defineKit, type VendorKit } from "./vendor-kit.ts";

/** The vendor's types by status. Source: https://platform.claude.com/docs/en/api/errors (read 2026-11-28). */
const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  500: "api_error",
  504: "timeout_error",
  529: "overloaded_error",
};

const text = anthropicBlock(0, { type: "text", text: "" }, [
  { type: "text_delta", text: "ca" },
  { type: "text_delta", text: "f\u00e9" },
]);

const CALL = { type: "tool_use", id: "toolu_01A09q90qw90lq917835lq9", name: "look" };

const call = anthropicBlock(0, { ...CALL, input: {} }, [
  { type: "input_json_delta", partial_json: "" },
  { type: "input_json_delta", partial_json: '{"at":' },
  { type: "input_json_delta", partial_json: '"sea"}' },
]);

/** What Claude answers, whoever serves it in Anthropic's format. */
export const CLAUDE_ANSWERS = {
  operation: "chat",
  simple: { body: anthropicMessage([{ type: "text", text: "caf\u00e9" }]) },
  stream: { chunks: anthropicStream("end_turn", text) },
  tool: { body: anthropicMessage([{ ...CALL, input: { at: "sea" } }], { stop_reason: "tool_use" }) },
  toolStream: { chunks: anthropicStream("tool_use", call) },
  error: (status: number, message: string) =>
    anthropicError(status, ERROR_TYPES[status] ?? "invalid_request_error", message),
  failingStream: {
    chunks: [
      anthropicStart(),
      ...text.slice(0, 2),
      anthropicEvent("error", { error: { type: "overloaded_error", message: "overloaded" } }),
    ],
  },
  contextWindow: { status: 400, message: "prompt is too long: 212345 tokens > 200000 maximum" },
  contentPolicy: { status: 400, message: "Output blocked by content filtering policy" },
} satisfies Partial<VendorKit>;

/** Anthropic's Messages API. */
export const anthropicKit = defineKit({
  ...CLAUDE_ANSWERS,
  providers: ["anthropic"],
  model: "claude-sonnet-4-5",
  check: checkAnthropicRequest,
});
