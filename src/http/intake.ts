import type { Server } from "bun";
import { GatewayError } from "../core/errors.ts";
import { scanObject } from "../wire/json-scan.ts";
import { JsonScanError } from "../wire/json-scan-error.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";
import { decodeContent, isKnownEncoding } from "./content-encoding.ts";

/** A body that stands still this long is given up, in seconds. */
export const BODY_IDLE_SECONDS = 20;

/**
 * Reads a request's body whole, within the limit, and undoes its content encoding.
 * @throws GatewayError `body-too-large`, `unsupported-encoding`, `client-closed` or `invalid-request` (broken encoding).
 */
export async function readRequestBody(
  request: Request,
  server: Server<undefined>,
  limitBytes: number,
): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > limitBytes) {
    throw tooLarge(limitBytes);
  }
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && !isKnownEncoding(encoding)) {
    throw new GatewayError(
      "unsupported-encoding",
      `content-encoding '${encoding.slice(0, 60)}' is not understood; send identity, gzip, deflate, br or zstd.`,
    );
  }
  server.timeout(request, BODY_IDLE_SECONDS);
  const bytes = declared === null ? await readCounted(request, limitBytes) : await readAll(request);
  server.timeout(request, 0); // From here on the vendor's time limits rule.
  return encoding === null ? bytes : decodeContent(bytes, encoding, limitBytes);
}

async function readAll(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (cause) {
    throw clientGone(cause);
  }
}

/** A body without a declared length is counted as it comes. */
async function readCounted(request: Request, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const piece of request.body ?? []) {
      total += piece.length;
      if (total > limitBytes) {
        throw tooLarge(limitBytes);
      }
      pieces.push(piece);
    }
  } catch (cause) {
    throw cause instanceof GatewayError ? cause : clientGone(cause);
  }
  return Buffer.concat(pieces, total);
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

function tooLarge(limitBytes: number): GatewayError {
  return new GatewayError(
    "body-too-large",
    `The request body is larger than ${limitBytes} bytes, the limit set by general_settings.max_request_size_mb.`,
    { param: "content-length" },
  );
}

function clientGone(cause: unknown): GatewayError {
  return new GatewayError("client-closed", "The caller closed the connection before the whole body had come.", {
    cause,
  });
}
