import { MAX_CONTENT_BYTES, MAX_TEXT_BYTES } from "../core/call-details.ts";
import { cutJsonTexts } from "../wire/cut-json-texts.ts";
import type { ScannedField, ScannedObject } from "../wire/scanned-object.ts";
import { toBuffer } from "../wire/utf8.ts";

const OPEN = Buffer.from("{");
const COMMA = Buffer.from(",");
const COLON = Buffer.from(":");
const CLOSE = Buffer.from("}");
const EMPTY = Buffer.from("{}");
const TOO_LONG = Buffer.from(`{"cut":"longer than ${MAX_CONTENT_BYTES} bytes"}`);

/** The text of an object with only the fields of these names, their long texts cut. A copy. */
export function copyContent(body: ScannedObject, names: ReadonlySet<string>): Uint8Array {
  const fields = body.fields.filter(({ name }) => names.has(name));
  if (fields.length === 0) {
    return EMPTY;
  }
  const copy = fields.some((field) => sizeOf(field) > MAX_TEXT_BYTES)
    ? copyCut(body.bytes, fields)
    : copyWhole(toBuffer(body.bytes), fields);
  return copy.length <= MAX_CONTENT_BYTES ? copy : TOO_LONG;
}

const sizeOf = ({ valueStart, valueEnd }: ScannedField): number => valueEnd - valueStart;

/** Without views, which cost more than copies where a body is small. */
function copyWhole(bytes: Buffer, fields: readonly ScannedField[]): Buffer {
  let size = CLOSE.length;
  for (const { keyStart, keyEnd, valueStart, valueEnd } of fields) {
    size += COMMA.length + keyEnd - keyStart + COLON.length + valueEnd - valueStart;
  }
  const copy = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { keyStart, keyEnd, valueStart, valueEnd } of fields) {
    at += (at === 0 ? OPEN : COMMA).copy(copy, at);
    at += bytes.copy(copy, at, keyStart, keyEnd);
    at += COLON.copy(copy, at);
    at += bytes.copy(copy, at, valueStart, valueEnd);
  }
  CLOSE.copy(copy, at);
  return copy;
}

function copyCut(bytes: Uint8Array, fields: readonly ScannedField[]): Buffer {
  const pieces = fields.flatMap(({ keyStart, keyEnd, valueStart, valueEnd }, index) => [
    index === 0 ? OPEN : COMMA,
    bytes.subarray(keyStart, keyEnd),
    COLON,
    cutJsonTexts(bytes.subarray(valueStart, valueEnd), MAX_TEXT_BYTES),
  ]);
  return Buffer.concat([...pieces, CLOSE]);
}
