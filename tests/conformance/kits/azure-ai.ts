import { anthropicError, checkAnthropicRequest } from "../../support/anthropic-rules.ts";
import { CLAUDE_ANSWERS } from "./anthropic.ts";
import { defineKit } from "./vendor-kit.ts";

const PATH = "/anthropic/v1/messages";

/** Claude on Azure AI Foundry. Source: `client.js` of npm @anthropic-ai/foundry-sdk 1.1.1 (read 2026-11-28). */
export const azureAiClaudeKit = defineKit({
  ...CLAUDE_ANSWERS,
  providers: ["azure_ai"],
  model: "claude-sonnet-4-5",
  check: (request) =>
    request.path.endsWith(PATH)
      ? checkAnthropicRequest(request)
      : anthropicError(404, "not_found_error", `not found: ${request.path}`),
});
