import { expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { GatewayError } from "../core/errors.ts";
import { decodeContent, isKnownEncoding } from "./content-encoding.ts";

const TEXT = Buffer.from("héllo ".repeat(100));
const kindOf = async (promise: Promise<unknown>): Promise<string | undefined> => {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.kind : "other";
  }
};

test.each([
  ["gzip", gzipSync(TEXT)],
  ["x-gzip", gzipSync(TEXT)],
  ["GZIP", gzipSync(TEXT)],
  ["deflate", deflateSync(TEXT)],
  ["br", brotliCompressSync(TEXT)],
  ["zstd", zstdCompressSync(TEXT)],
  ["identity", TEXT],
  ["", TEXT],
  [" gzip , br ", brotliCompressSync(gzipSync(TEXT))],
])("%p is undone", async (encoding, bytes) => {
  expect(isKnownEncoding(encoding)).toBe(true);
  expect(Buffer.from(await decodeContent(bytes, encoding, 10_000)).equals(TEXT)).toBe(true);
});

test.each(["rot13", "gzip, rot13", "__proto__", "constructor", "gzip;q=1"])("%p is not known", (encoding) => {
  expect(isKnownEncoding(encoding)).toBe(false);
});

test.each(["gzip", "deflate", "br", "zstd"])("broken %s is the sender's fault", async (encoding) => {
  expect(await kindOf(decodeContent(TEXT, encoding, 10_000))).toBe("invalid-request");
});

test.each([
  ["gzip", gzipSync(TEXT)],
  ["deflate", deflateSync(TEXT)],
  ["br", brotliCompressSync(TEXT)],
  ["zstd", zstdCompressSync(TEXT)],
])("%s beyond the limit is too large, at the limit it is not", async (encoding, bytes) => {
  expect(await kindOf(decodeContent(bytes, encoding, TEXT.length - 1))).toBe("body-too-large");
  expect(await kindOf(decodeContent(bytes, encoding, TEXT.length))).toBeUndefined();
});
