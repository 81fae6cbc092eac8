import { readClaudeError } from "../dialects/anthropic/errors.ts";
import { defineProvider, headerKey } from "./provider.ts";

/** Anthropic: Claude, by the Messages API. */
export const anthropic = defineProvider({
  name: "anthropic",
  source: "https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28)",
  baseUrl: "https://api.anthropic.com",
  baseUrlEnv: ["ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"],
  authorization: headerKey("x-api-key", "ANTHROPIC_API_KEY"),
  headers: { "anthropic-version": "2023-06-01" },
  clientHeaders: ["anthropic-beta"],
  statuses: { 529: 500 },
  routes: { chat: { dialect: "anthropic-messages", path: "/v1/messages" } },
  readError: readClaudeError,
});
