import type { PostRequest } from "./post.ts";

/** What a request would send, in memory of its own: its bytes are good until the answer. */
export function bodyOf({ body }: PostRequest): Buffer {
  return typeof body === "string" || body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat(body);
}
