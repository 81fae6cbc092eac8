import { standsAt } from "./stands-at.ts";
import { toBuffer } from "./utf8.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** How much of a `data:` URL is kept: its type tells all that its beginning can. */
const DATA_URL_BYTES = 64;
const DATA_URL = Buffer.from("data:");

/** Longest escape in a string: `\u0041`. */
const ESCAPE_BYTES = 6;

/**
 * A copy of a valid JSON text whose long strings are cut, each with a marker that says how many bytes are missing; the rest
 * stands as it came. Long `data:` URLs keep only their type.
 * @param limitBytes longest string that stays whole, without its quotes
 */
export const cutJsonTexts = (json: Uint8Array, limitBytes: number): Buffer => cutStrings(json, limitBytes, false);

/** The same of long `data:` URLs alone: other strings stay whole. */
export const cutDataUrls = (json: Uint8Array, limitBytes: number): Buffer => cutStrings(json, limitBytes, true);

function cutStrings(json: Uint8Array, limitBytes: number, isOfUrls: boolean): Buffer {
  if (json.length <= limitBytes) {
    return Buffer.from(json); // A view of a small buffer would cost more than the copy.
  }
  const text = toBuffer(json);
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (let open = text.indexOf(QUOTE); open >= 0; ) {
    const close = findClose(text, open + 1);
    if (close < 0) {
      break;
    }
    const isDataUrl = close - open - 1 > limitBytes && standsAt(text, open + 1, DATA_URL);
    if (isDataUrl || (close - open - 1 > limitBytes && !isOfUrls)) {
      const end = findCut(text, open + 1, open + 1 + (isDataUrl ? DATA_URL_BYTES : limitBytes));
      pieces.push(text.subarray(from, end), Buffer.from(` ...[${close - end} bytes cut]`));
      from = close;
    }
    open = text.indexOf(QUOTE, close + 1);
  }
  pieces.push(text.subarray(from));
  return Buffer.concat(pieces);
}

/** The quote that ends the string: one behind an even number of backslashes. */
function findClose(text: Buffer, from: number): number {
  for (let at = text.indexOf(QUOTE, from); at >= 0; at = text.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (at - 1 - slashes >= from && text[at - 1 - slashes] === BACKSLASH) {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return at;
    }
  }
  return -1;
}

/** The last place at or before `wanted` that splits neither a character nor an escape. */
function findCut(text: Buffer, start: number, wanted: number): number {
  let at = wanted;
  while (at > start && ((text[at] ?? 0) & 0xc0) === 0x80) {
    at--;
  }
  const slash = text.lastIndexOf(BACKSLASH, at - 1);
  if (slash < Math.max(start, at - ESCAPE_BYTES)) {
    return at;
  }
  at = slash;
  while (at > start && text[at - 1] === BACKSLASH) {
    at--;
  }
  return at;
}
