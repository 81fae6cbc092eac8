import type { UpstreamReply } from "./transport.ts";

/** Longest wait that is believed, in milliseconds. */
export const MAX_RETRY_AFTER_MS = 24 * 3600 * 1000;

/**
 * How long a server asks to wait, in milliseconds, a day at most: `retry-after-ms`, or `retry-after` in seconds or as a date.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after (2026-11-28).
 */
export function readRetryAfter(reply: Pick<UpstreamReply, "header">): number | undefined {
  const exact = Number(reply.header("retry-after-ms") ?? Number.NaN);
  if (exact >= 0) {
    return Math.min(exact, MAX_RETRY_AFTER_MS);
  }
  const text = reply.header("retry-after");
  if (text === undefined) {
    return undefined;
  }
  const seconds = Number(text);
  const waitMs = Number.isNaN(seconds) ? Date.parse(text) - Date.now() : seconds * 1000;
  return waitMs >= 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : undefined;
}
