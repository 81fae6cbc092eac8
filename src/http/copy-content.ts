import { MAX_CONTENT_BYTES, MAX_COUNTABLE_BYTES, MAX_TEXT_BYTES } from "../core/call-details.ts";
import { copyBytes } from "../wire/copy-bytes.ts";
import { cutDataUrls, cutJsonTexts } from "../wire/cut-json-texts.ts";
import type { ScannedObject } from "../wire/scanned-object.ts";

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
/** Bytes that stand around a field: what opens the object or separates, and the colon. */
const MARKS = 2;
const EMPTY = Buffer.from("{}");
const TOO_LONG = Buffer.from(`{"cut":"longer than ${MAX_CONTENT_BYTES} bytes"}`);

/** The text of an object with only the fields of these names, their long texts cut. A copy. */
export const copyContent = (body: ScannedObject, names: ReadonlySet<string>): Uint8Array =>
  copyFields(body, names, FOR_READERS) ?? TOO_LONG;

/**
 * The text of an object with only the fields of these names, for counting: all but long `data:` URLs, whose length says nothing
 * of their tokens. A copy; `undefined` where that is longer than {@link MAX_COUNTABLE_BYTES}.
 */
export const copyCountable = (body: ScannedObject, names: ReadonlySet<string>): Uint8Array | undefined =>
  copyFields(body, names, FOR_COUNTING);

/** What of long fields is left out, and how much may remain. */
interface Copying {
  readonly cut: (json: Uint8Array, limitBytes: number) => Buffer;
  readonly maxBytes: number;
}

const FOR_READERS: Copying = { cut: cutJsonTexts, maxBytes: MAX_CONTENT_BYTES };
const FOR_COUNTING: Copying = { cut: cutDataUrls, maxBytes: MAX_COUNTABLE_BYTES };

function copyFields(body: ScannedObject, names: ReadonlySet<string>, copying: Copying): Uint8Array | undefined {
  let size = 0;
  let longest = 0;
  for (const { name, keyStart, keyEnd, valueStart, valueEnd } of body.fields) {
    if (names.has(name)) {
      size += keyEnd - keyStart + valueEnd - valueStart + MARKS;
      longest = Math.max(longest, valueEnd - valueStart);
    }
  }
  if (size === 0) {
    return EMPTY;
  }
  const copy = longest > MAX_TEXT_BYTES ? copyCut(body, names, copying) : copyWhole(body, names, size + 1);
  return copy.length <= copying.maxBytes ? copy : undefined;
}

/** Without views, which cost more than copies where a body is small. */
function copyWhole({ bytes, fields }: ScannedObject, names: ReadonlySet<string>, size: number): Buffer {
  const copy = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { name, keyStart, keyEnd, valueStart, valueEnd } of fields) {
    if (names.has(name)) {
      copy[at] = at === 0 ? OPEN_BRACE : COMMA;
      at = copyBytes(bytes, keyStart, keyEnd, copy, at + 1);
      copy[at] = COLON;
      at = copyBytes(bytes, valueStart, valueEnd, copy, at + 1);
    }
  }
  copy[at] = CLOSE_BRACE;
  return copy;
}

function copyCut({ bytes, fields }: ScannedObject, names: ReadonlySet<string>, { cut }: Copying): Buffer {
  const pieces = fields
    .filter(({ name }) => names.has(name))
    .flatMap(({ keyStart, keyEnd, valueStart, valueEnd }, index) => [
      Buffer.of(index === 0 ? OPEN_BRACE : COMMA),
      bytes.subarray(keyStart, keyEnd),
      Buffer.of(COLON),
      cut(bytes.subarray(valueStart, valueEnd), MAX_TEXT_BYTES),
    ]);
  return Buffer.concat([...pieces, Buffer.of(CLOSE_BRACE)]);
}
