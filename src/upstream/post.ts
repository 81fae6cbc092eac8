import { isHeaderName, toHeaderLine } from "../wire/header-line.ts";
import { type Origin, readBaseUrl } from "./origin.ts";
import { toDecodingSink } from "./reply-encoding.ts";
import { readRetryAfter } from "./retry-after.ts";
import type { BodySink, Transport, UpstreamReply } from "./transport.ts";

/** One request to a server that the operator configured: a log store, a webhook. Never to a host that a caller chose. */
export interface PostRequest {
  /** `http` or `https`. */
  readonly url: string;
  /** Not to be changed once given: the same object means the same headers. Those that {@link CARRYING_HEADERS} names are left out. */
  readonly headers: Readonly<Record<string, string>>;
  /** One after the other. Bytes are good until the answer, or the failure: they are not copied, and may be used again then. */
  readonly body: string | Uint8Array | readonly Uint8Array[];
  readonly timeoutMs: number;
  readonly method?: "POST" | "PUT";
  /** Gives up earlier. */
  readonly signal?: AbortSignal;
}

/** What came back. */
export interface PostReply {
  readonly status: number;
  /** The beginning of the body; of an answer of 2xx, which has taken the request, as much as came before it broke off. */
  readonly bytes: Buffer;
  /** The same as text, where it is one. */
  readonly text: string;
  /** The body is longer than that. */
  readonly isCut?: boolean;
  /** The body of a 2xx broke off, or stood still. */
  readonly isBroken?: boolean;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Sends one request. @throws Error when there is no answer in time, or the body of one that is not of 2xx breaks off */
export type Post = (request: PostRequest) => Promise<PostReply>;

/** How much of an answer is read, in bytes. */
const MAX_REPLY_BYTES = 256 * 1024;

/**
 * Posts by a transport of its own, as vendors' connections are counted and closed by themselves. Redirects are not followed:
 * credentials go to the configured host alone.
 */
export const toPost =
  (transport: Transport): Post =>
  async ({ url, headers, body, timeoutMs, method = "POST", signal }) => {
    signal?.throwIfAborted();
    const { origin, head } = prepare(url, method, headers);
    const exchange = transport.open({
      origin,
      head,
      ownLines: "",
      body: toPieces(body),
      limits: { connectMs: timeoutMs, firstByteMs: timeoutMs, gapMs: timeoutMs, totalMs: timeoutMs },
    });
    const abort = (): void => exchange.abort();
    signal?.addEventListener("abort", abort);
    try {
      const reply = await exchange.reply;
      return {
        status: reply.status,
        ...(await readBeginning(reply, abort)),
        retryAfterMs: readRetryAfter(reply),
      };
    } finally {
      signal?.removeEventListener("abort", abort);
      abort(); // What has not been read to its end is not waited for.
    }
  };

/** What requests to one place have in common. */
interface Prepared {
  readonly url: string;
  readonly method: string;
  readonly origin: Origin;
  readonly head: Uint8Array;
}

/** What was prepared last with these headers: who sends often has them ready. */
const prepared = new WeakMap<PostRequest["headers"], Prepared>();

function prepare(url: string, method: string, headers: PostRequest["headers"]): Prepared {
  const before = prepared.get(headers);
  if (before?.url === url && before.method === method) {
    return before;
  }
  const made = { url, method, origin: readBaseUrl(url).origin, head: toHead(method, new URL(url), headers) };
  prepared.set(headers, made);
  return made;
}

/** Headers that say how a request is carried: whoever sends it writes them, so none is taken from a caller. */
export const CARRYING_HEADERS: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** A header that stands there twice, in whatever case, goes out once: the last. @throws TypeError where a header is none */
function toHead(
  method: string,
  { pathname, search, host }: URL,
  headers: Readonly<Record<string, string>>,
): Uint8Array {
  const lines = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (!isHeaderName(name)) {
      throw new TypeError(`a header's name has a character that none may have, or is empty`);
    }
    const lowerCase = name.toLowerCase();
    if (!CARRYING_HEADERS.has(lowerCase)) {
      lines.set(lowerCase, toHeaderLine(name, value));
    }
  }
  const own = `${toHeaderLine("host", host)}accept-encoding: identity\r\n`;
  return Buffer.from(`${method} ${pathname}${search} HTTP/1.1\r\n${own}${[...lines.values()].join("")}`, "latin1");
}

function toPieces(body: PostRequest["body"]): readonly Uint8Array[] {
  return typeof body === "string" ? [Buffer.from(body)] : body instanceof Uint8Array ? [body] : body;
}

type Beginning = Pick<PostReply, "bytes" | "text" | "isCut" | "isBroken">;

function readBeginning(reply: UpstreamReply, stop: () => void): Promise<Beginning> {
  const isTaken = reply.status >= 200 && reply.status < 300;
  return new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let size = 0;
    const toBeginning = (): Beginning => {
      const bytes = Buffer.concat(pieces, Math.min(size, MAX_REPLY_BYTES));
      return { bytes, text: bytes.toString("utf8") };
    };
    const end = (): void => resolve(size > MAX_REPLY_BYTES ? { ...toBeginning(), isCut: true } : toBeginning());
    const sink: BodySink = {
      chunk: (bytes) => {
        pieces.push(bytes);
        size += bytes.length;
        if (size > MAX_REPLY_BYTES) {
          end();
          stop();
        }
      },
      end,
      fail: (cause) => (isTaken ? resolve({ ...toBeginning(), isBroken: true }) : reject(cause)),
    };
    reply.streamTo(toDecodingSink(reply, sink));
  });
}
