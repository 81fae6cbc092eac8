import { GatewayError } from "../core/errors.ts";
import { BodyError, type InboundRequest } from "../inbound/inbound.ts";
import { decodeContent, isKnownEncoding } from "../wire/content-encoding.ts";
import { scanObject } from "../wire/json-scan.ts";
import { JsonScanError } from "../wire/json-scan-error.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";

/**
 * Reads a request's body whole, within the limit, and undoes its content encoding.
 * @throws GatewayError `body-too-large`, `unsupported-encoding`, `client-too-slow`, `client-closed` or `invalid-request`
 */
export function readRequestBody(
  request: Pick<InboundRequest, "headers" | "readBody">,
  limitBytes: number,
): Uint8Array | Promise<Uint8Array> {
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && !isKnownEncoding(encoding)) {
    throw new GatewayError(
      "unsupported-encoding",
      `content-encoding '${encoding.slice(0, 60)}' is not understood; send identity, gzip, deflate, br or zstd.`,
    );
  }
  const fail = (error: unknown): never => {
    throw error instanceof BodyError ? toBodyFailure(error, limitBytes) : error;
  };
  const decode = (bytes: Uint8Array): Uint8Array | Promise<Uint8Array> =>
    encoding === null ? bytes : decodeContent(bytes, encoding, limitBytes);
  try {
    const bytes = request.readBody(limitBytes); // Small bodies come with their head: then nothing is waited for.
    return bytes instanceof Promise ? bytes.then(decode, fail) : decode(bytes);
  } catch (error) {
    return fail(error);
  }
}

/**
 * Finds the top-level fields of a JSON body, whatever its declared type (curl says `x-www-form-urlencoded` by default).
 * An empty body counts as `{}`, so that the answer names the missing field.
 * @throws GatewayError `invalid-request` naming what is wrong and where.
 */
export function scanBody(bytes: Uint8Array): ScannedObject {
  try {
    return scanObject(bytes.length === 0 ? EMPTY_OBJECT : bytes);
  } catch (error) {
    if (error instanceof JsonScanError) {
      throw new GatewayError("invalid-request", `Invalid JSON payload: ${error.message}.`, { param: "request_body" });
    }
    throw error;
  }
}

const EMPTY_OBJECT = Buffer.from("{}");

function toBodyFailure(error: BodyError, limitBytes: number): GatewayError {
  switch (error.fault) {
    case "too-large":
      return new GatewayError(
        "body-too-large",
        `The request body is larger than ${limitBytes} bytes, the limit set by general_settings.max_request_size_mb.`,
        { param: "content-length" },
      );
    case "too-slow":
      return new GatewayError("client-too-slow", `The request body did not come in time: ${error.message}.`);
    case "malformed":
      return new GatewayError("invalid-request", `The chunked request body is malformed: ${error.message}.`);
    case "gone":
      return new GatewayError("client-closed", "The caller closed the connection before the whole body had come.");
    default:
      return error.fault satisfies never;
  }
}
