/** One request to a server that the operator configured: a log store, a webhook. Never to a host that a caller chose. */
export interface PostRequest {
  /** `http` or `https`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes are good until the answer: who sends them may use them again then. */
  readonly body: string | Uint8Array;
  readonly timeoutMs: number;
  readonly method?: "POST" | "PUT";
  /** Gives up earlier. */
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface PostReply {
  readonly status: number;
  /** The beginning of the body. */
  readonly text: string;
  /** What `retry-after` says, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Sends one request. @throws Error when there is no answer in time */
export type Post = (request: PostRequest) => Promise<PostReply>;

/** How much of an answer is read, in bytes. */
const MAX_REPLY_BYTES = 256 * 1024;

/** The real one. Redirects are not followed: credentials go to the configured host alone. */
export const post: Post = async ({ url, headers, body, timeoutMs, method = "POST", signal }) => {
  const limit = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    method,
    headers,
    body,
    redirect: "manual",
    signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
  });
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    status: response.status,
    text: await readBeginning(response),
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  };
};

async function readBeginning(response: Response): Promise<string> {
  if (response.body === null) {
    return "";
  }
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) {
      return Buffer.concat(pieces).toString("utf8");
    }
    pieces.push(value);
    size += value.length;
    if (size >= MAX_REPLY_BYTES) {
      await reader.cancel();
      return Buffer.concat(pieces).toString("utf8", 0, MAX_REPLY_BYTES);
    }
  }
}
