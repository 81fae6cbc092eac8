import { promisify } from "node:util";
import zlib from "node:zlib";
import { GatewayError } from "../core/errors.ts";

type Decode = (bytes: Uint8Array, options: { readonly maxOutputLength: number }) => Promise<Uint8Array>;

const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: promisify(zlib.gunzip),
  "x-gzip": promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
  zstd: promisify(zlib.zstdDecompress),
  identity: (bytes) => Promise.resolve(bytes),
};

/** Whether a `content-encoding` value, maybe a list, can be undone. */
export function isKnownEncoding(value: string): boolean {
  return split(value).every((name) => Object.hasOwn(DECODERS, name));
}

/**
 * Undoes a content encoding, the last applied first.
 * @throws GatewayError `body-too-large` when it unfolds beyond the limit, `invalid-request` when it is broken.
 */
export async function decodeContent(bytes: Uint8Array, value: string, limitBytes: number): Promise<Uint8Array> {
  let decoded = bytes;
  for (const name of split(value).reverse()) {
    try {
      decoded = (await DECODERS[name]?.(decoded, { maxOutputLength: limitBytes })) ?? decoded;
    } catch (cause) {
      if (cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") {
        throw new GatewayError("body-too-large", `The ${name} body unfolds to more than ${limitBytes} bytes.`);
      }
      throw new GatewayError("invalid-request", `The body is not valid ${name}, which content-encoding says it is.`, {
        param: "content-encoding",
        cause,
      });
    }
  }
  return decoded;
}

function split(value: string): string[] {
  return value
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
