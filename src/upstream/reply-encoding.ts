import zlib from "node:zlib";
import { GatewayError } from "../core/errors.ts";
import { decodeContent, isKnownEncoding } from "../wire/content-encoding.ts";
import type { BodySink, UpstreamReply } from "./transport.ts";

/**
 * Undoes the encoding of a vendor that compresses although it was asked not to.
 * @throws GatewayError `upstream-malformed` when it cannot be undone.
 */
export function decodeReply(
  reply: UpstreamReply,
  bytes: Uint8Array,
  limitBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const encoding = reply.header("content-encoding");
  return encoding === undefined || encoding === "identity" ? bytes : decode(bytes, encoding, limitBytes);
}

async function decode(bytes: Uint8Array, encoding: string, limitBytes: number): Promise<Uint8Array> {
  if (!isKnownEncoding(encoding)) {
    throw new GatewayError("upstream-malformed", `the reply has the unknown content-encoding '${encoding}'`);
  }
  try {
    return await decodeContent(bytes, encoding, limitBytes);
  } catch (cause) {
    throw new GatewayError("upstream-malformed", `the reply is not valid ${encoding}`, { cause });
  }
}

const STREAM_DECODERS: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/**
 * {@link decodeReply} for streams: what is pushed into the returned sink reaches `sink` decoded, piece by piece.
 * @throws GatewayError `upstream-malformed` for an encoding that is not known.
 */
export function toDecodingSink(reply: UpstreamReply, sink: BodySink): BodySink {
  const encoding = reply.header("content-encoding")?.toLowerCase();
  if (encoding === undefined || encoding === "identity") {
    return sink;
  }
  const decoder = Object.hasOwn(STREAM_DECODERS, encoding) ? STREAM_DECODERS[encoding]?.() : undefined;
  if (decoder === undefined) {
    throw new GatewayError("upstream-malformed", `the reply has the unknown content-encoding '${encoding}'`);
  }
  decoder.on("data", (bytes: Uint8Array) => sink.chunk(bytes));
  decoder.on("end", () => sink.end());
  decoder.on("error", (cause) => {
    sink.fail(new GatewayError("upstream-malformed", `the stream is not valid ${encoding}`, { cause }));
  });
  return {
    chunk: (bytes) => {
      decoder.write(bytes);
    },
    end: () => {
      decoder.end();
    },
    fail: (error) => {
      decoder.removeAllListeners();
      decoder.on("error", () => undefined); // What is still being decoded may prove broken after all.
      sink.fail(error);
    },
  };
}
