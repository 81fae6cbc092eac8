import { readUtf8 } from "./utf8.ts";

const BACKSLASH = 0x5c;

/** Strings up to this many bytes are searched for escapes before they are decoded; longer ones go to the parser at once. */
const MAX_BYTES_SEARCHED = 256;

/** The string whose JSON text, quotes included, stands in this range and is known as valid. */
export function readStringText(bytes: Uint8Array, start: number, end: number): string {
  return end - start <= MAX_BYTES_SEARCHED && !hasEscape(bytes, start, end)
    ? readUtf8(bytes, start + 1, end - 1)
    : String(JSON.parse(readUtf8(bytes, start, end)));
}

function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (bytes[at] === BACKSLASH) {
      return true;
    }
  }
  return false;
}
