import { createHash } from "node:crypto";

/** What names of tools and ids of their calls may be made of, and how long they may be. */
const MAX_LENGTH = 64;
const REFUSED = /[^a-zA-Z0-9_-]/g;

/** Hexadecimal digits that keep names apart which look alike once changed. */
const MARK_LENGTH = 8;

/**
 * A tool's name, or a call's id, as Bedrock takes it: the same text, or where that has other characters or is too long, always
 * the same one made of it.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html (read 2026-11-28).
 */
export function toBedrockName(text: string): string {
  const safe = text.replace(REFUSED, "_");
  if (safe === text && text !== "" && text.length <= MAX_LENGTH) {
    return text;
  }
  const mark = createHash("sha256").update(text).digest("hex").slice(0, MARK_LENGTH);
  return `${safe.slice(0, MAX_LENGTH - MARK_LENGTH - 1)}_${mark}`;
}
