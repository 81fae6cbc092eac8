import type { RawConnection } from "./raw-http-server.ts";
import type { ParsedRequest } from "./request-reader.ts";

/** How a reply is over: in order, by closing or resetting the connection too early, or not at all. */
type Ending = "clean" | "cut" | "reset" | "stall";

/** What a request is answered with, and how it is put on the wire. */
export interface ScriptedReply {
  /** Default 200. */
  readonly status?: number;
  /** Sent as written, after the defaults; a pair list may repeat a name (`set-cookie`). */
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  /** A text or bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown;
  /** Body pieces instead of `body`: sent chunked, each piece its own chunk and its own write. */
  readonly chunks?: readonly (string | Uint8Array)[];
  /** Exact bytes of the whole reply, head included, for malformed ones; everything but the times and the ending is ignored. */
  readonly raw?: string | Uint8Array;
  /** The first byte waits for this. */
  readonly after?: Promise<unknown>;
  /** Chunk `index` (from 0) waits for what this returns; the ending does too, as one more chunk. */
  readonly beforeChunk?: (index: number) => Promise<unknown> | undefined;
  /**
   * `cut`: the connection is closed after what was written, before the body is complete (half of `body`, all of
   * `chunks`, all of `raw`). `reset`: the same with a TCP reset, which may overtake bytes the client has not read yet.
   * `stall`: the same place, but silent and open until the client leaves. Default `clean`.
   */
  readonly ending?: Ending;
  /** Compresses the body and says so. */
  readonly isGzipped?: boolean;
  /** Closes the kept-alive connection after the reply without having announced it. */
  readonly closesAfter?: boolean;
}

const encode = (data: string | Uint8Array): Uint8Array =>
  typeof data === "string" ? new TextEncoder().encode(data) : data;

const encodeBody = (body: unknown): Uint8Array =>
  typeof body === "string" || body instanceof Uint8Array ? encode(body) : encode(JSON.stringify(body));

const headerPairs = (headers: ScriptedReply["headers"]): readonly (readonly [string, string])[] => {
  if (headers === undefined) return [];
  return isPairs(headers) ? headers : Object.entries(headers);
};

const isPairs = (headers: NonNullable<ScriptedReply["headers"]>): headers is readonly (readonly [string, string])[] =>
  Array.isArray(headers);

/** Status line and headers; a scripted header takes the place of the default one of its name. */
const headOf = (reply: ScriptedReply, defaults: Readonly<Record<string, string>>): string => {
  const scripted = headerPairs(reply.headers);
  const names = new Set(scripted.map(([name]) => name.toLowerCase()));
  const kept = Object.entries(defaults).filter(([name]) => !names.has(name));
  const lines = [...kept, ...scripted].map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${reply.status ?? 200} Scripted\r\n${lines.join("")}\r\n`;
};

const writeWhole = async (reply: ScriptedReply, request: ParsedRequest, connection: RawConnection): Promise<void> => {
  const plain = encodeBody(reply.body ?? "");
  const body = reply.isGzipped ? Bun.gzipSync(Uint8Array.from(plain)) : plain;
  const head = headOf(reply, {
    "content-type": "application/json",
    ...(reply.isGzipped ? { "content-encoding": "gzip" } : {}),
    "content-length": String(body.byteLength),
  });
  if (request.method === "HEAD") return connection.write(head);
  const isWhole = (reply.ending ?? "clean") === "clean";
  const sent = isWhole ? body : body.subarray(0, Math.floor(body.byteLength / 2));
  await connection.write(Buffer.concat([encode(head), sent]));
};

/** Compresses pieces one by one into a stream that is flushed after each, as a compressing proxy does. */
const gzipPieces = (pieces: readonly Uint8Array[]): readonly Uint8Array[] =>
  // Concatenated gzip members are one valid gzip body, and each piece stays readable on its own.
  pieces.map((piece) => Bun.gzipSync(Uint8Array.from(piece)));

const writeChunked = async (
  reply: ScriptedReply,
  chunks: readonly (string | Uint8Array)[],
  connection: RawConnection,
): Promise<void> => {
  const head = headOf(reply, {
    "content-type": "text/event-stream",
    ...(reply.isGzipped ? { "content-encoding": "gzip" } : {}),
    "transfer-encoding": "chunked",
  });
  await connection.write(head);
  const pieces = chunks.map(encode);
  for (const [index, piece] of (reply.isGzipped ? gzipPieces(pieces) : pieces).entries()) {
    await reply.beforeChunk?.(index);
    if (connection.isClosed) return;
    await connection.write(Buffer.concat([encode(`${piece.byteLength.toString(16)}\r\n`), piece, encode("\r\n")]));
  }
  await reply.beforeChunk?.(pieces.length);
  if ((reply.ending ?? "clean") === "clean") await connection.write("0\r\n\r\n");
};

/**
 * Puts a reply on the wire.
 * @returns whether the reply was sent as scripted with the client still there.
 */
export const writeReply = async (
  reply: ScriptedReply,
  request: ParsedRequest,
  connection: RawConnection,
): Promise<boolean> => {
  await Promise.race([reply.after, connection.closed]);
  if (connection.isClosed) return false;
  if (reply.raw !== undefined) await connection.write(reply.raw);
  else if (reply.chunks !== undefined) await writeChunked(reply, reply.chunks, connection);
  else await writeWhole(reply, request, connection);
  if (connection.isClosed) return false;
  if (reply.ending === "stall") {
    await connection.closed;
    return false;
  }
  if (reply.ending === "reset") connection.reset();
  else if (reply.ending === "cut" || reply.closesAfter) connection.end();
  return true;
};
