const SPACE = 32;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A stray control character in a value is how heads are split and smuggled; RFC 9110 5.5 has them refused. */
const FORBIDDEN = /[\0\r\n]/;

/**
 * Reads header lines: names in lower case and values, alternating, in the order they came.
 * @param text a head without its final blank line, as latin-1
 * @param from offset of the first header line
 * @throws Error with a plain message on anything that RFC 9112 does not allow
 */
export function readHeaderLines(text: string, from: number): string[] {
  const headers: string[] = [];
  let start = from;
  while (start < text.length) {
    let end = text.indexOf("\r\n", start);
    if (end < 0) {
      end = text.length;
    }
    const colon = text.indexOf(":", start);
    if (colon <= start || colon >= end) {
      throw new Error(`bad header line '${text.slice(start, Math.min(end, start + 60))}'`);
    }
    headers.push(readName(text.slice(start, colon)), readValue(text, colon + 1, end));
    start = end + 2;
  }
  return headers;
}

/** Nearly every value stands behind one space and ends with its line. */
function readValue(text: string, from: number, end: number): string {
  const isPlain =
    text.charCodeAt(from) === SPACE && text.charCodeAt(from + 1) > SPACE && text.charCodeAt(end - 1) > SPACE;
  const value = isPlain ? text.slice(from + 1, end) : text.slice(from, end).trim();
  if (FORBIDDEN.test(value)) {
    throw new Error("a header value holds a control character");
  }
  return value;
}

/** Peers send the same few dozen names all day: their lower-case forms are remembered, up to this many. */
const MAX_NAMES = 1024;
const knownNames = new Map<string, string>();

function readName(name: string): string {
  const known = knownNames.get(name);
  if (known !== undefined) {
    return known;
  }
  if (!TOKEN.test(name)) {
    throw new Error(`bad header name '${name.slice(0, 60)}'`);
  }
  const lower = name.toLowerCase();
  if (knownNames.size < MAX_NAMES && name.length <= 64) {
    knownNames.set(name, lower);
  }
  return lower;
}
