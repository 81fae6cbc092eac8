import type { PostReply, PostRequest } from "./post.ts";

/** What a request would send, in memory of its own: its bytes are good until the answer. */
export function bodyOf({ body }: PostRequest): Buffer {
  return typeof body === "string" || body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(body);
}

/** An answer as it comes back. */
export function replyOf(status: number, body: string | Uint8Array = "", retryAfterMs?: number): PostReply {
  const bytes = Buffer.from(body as string);
  return { status, bytes, text: bytes.toString("utf8"), retryAfterMs };
}
