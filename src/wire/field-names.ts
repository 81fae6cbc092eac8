import { readStringText } from "./json-text.ts";
import { KnownTexts } from "./known-texts.ts";

/** Requests repeat the same few dozen names. */
const NAMES = new KnownTexts(512);

/** The name whose JSON text, quotes included, stands in this range. */
export function readName(bytes: Uint8Array, start: number, end: number): string {
  const known = NAMES.find(bytes, start + 1, end - 1);
  if (known !== undefined) {
    return known;
  }
  const name = readStringText(bytes, start, end);
  // A name with an escape is shorter than its text, one beyond ASCII differs in every byte: neither would be found again.
  if (name.length === end - start - 2) {
    NAMES.keep(name);
  }
  return name;
}
