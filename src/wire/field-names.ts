import { readStringText } from "./json-text.ts";

/** Slots for names seen before; requests repeat the same few dozen. */
const SLOTS = 512;
const MAX_BYTES_KEPT = 32;

const kept: string[] = new Array<string>(SLOTS).fill("");

/**
 * The name whose JSON text, quotes included, stands in this range. Short plain names come from a table of those seen
 * before: comparing bytes is cheaper than making a string.
 */
export function readName(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start - 2;
  if (length === 0 || length > MAX_BYTES_KEPT) {
    return readStringText(bytes, start, end);
  }
  const slot = slotOf(bytes, start + 1, length);
  const known = kept[slot] ?? "";
  if (known.length === length && isSame(bytes, start + 1, known)) {
    return known;
  }
  const name = readStringText(bytes, start, end);
  // A name with an escape is shorter than its text, one beyond ASCII differs in every byte: neither can match above.
  if (name.length === length) {
    kept[slot] = name;
  }
  return name;
}

/** Three bytes and the length tell the parameters of every known API apart well enough; a clash only costs a decode. */
function slotOf(bytes: Uint8Array, start: number, length: number): number {
  const first = bytes[start] ?? 0;
  const middle = bytes[start + (length >> 1)] ?? 0;
  const last = bytes[start + length - 1] ?? 0;
  return (length * 61 + first * 7 + middle * 29 + last * 3) & (SLOTS - 1);
}

function isSame(bytes: Uint8Array, start: number, name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    if (bytes[start + index] !== name.charCodeAt(index)) {
      return false;
    }
  }
  return true;
}
