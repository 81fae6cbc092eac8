import { readClaudeError } from "../dialects/anthropic/errors.ts";
import { defineProvider, headerKey } from "./provider.ts";

/**
 * Anthropic: Claude, by the Messages API in its version 2023-06-01: the next one, 2026-10-21, has no `temperature` for any
 * model (https://platform.claude.com/docs/en/api/versioning, read 2026-11-28).
 */
export const anthropic = defineProvider({
  name: "anthropic",
  source: "https://platform.claude.com/docs/en/api/messages/create (read 2026-11-28)",
  baseUrl: "https://api.anthropic.com",
  baseUrlEnv: ["ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL"],
  authorization: headerKey("x-api-key", "ANTHROPIC_API_KEY"),
  headers: { "anthropic-version": "2023-06-01" },
  clientHeaders: ["anthropic-beta"],
  statuses: { 529: 500 },
  // Callers write the base with or without what Anthropic's own clients append to it.
  url: ({ base, path }) => base.replace(/\/v1(?:\/messages)?$/, "") + path,
  routes: { chat: { dialect: "anthropic-messages", path: "/v1/messages" } },
  readError: readClaudeError,
});
