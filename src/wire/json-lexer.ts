import { failExpected, JsonScanError } from "./json-scan-error.ts";
import type { JsonSource } from "./json-source.ts";
import { skipString } from "./json-string.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;
/** `}` and `]` each stand this far behind their opening byte. */
const CLOSE_DISTANCE = 2;

/** Offset of the first byte that is not JSON whitespace. Reads past the end yield 0, which no rule accepts. */
export function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  let byte = bytes[at] ?? 0;
  while (byte <= SPACE && (byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09)) {
    at++;
    byte = bytes[at] ?? 0;
  }
  return at;
}

/** Offset of the value that belongs to the key at `start`. */
export function skipKey(source: JsonSource, start: number): number {
  if (source.bytes[start] !== QUOTE) {
    failExpected(source.bytes, start, "a string as key");
  }
  return skipColon(source.bytes, skipString(source, start + 1));
}

/** Offset of the value behind the colon that must follow a key. */
export function skipColon(bytes: Uint8Array, start: number): number {
  const at = skipSpace(bytes, start);
  if (bytes[at] !== COLON) {
    failExpected(bytes, at, "':'");
  }
  return skipSpace(bytes, at + 1);
}

/** Offset behind the value that begins at `start`. Iterative: nesting costs a byte of the source's stack, no call. */
export function skipValue(source: JsonSource, start: number): number {
  const byte = source.bytes[start] ?? 0;
  if (byte === QUOTE) {
    return skipString(source, start + 1);
  }
  return byte === OPEN_BRACE || byte === OPEN_BRACKET
    ? skipContainer(source, start)
    : skipScalar(source.bytes, start, byte);
}

/**
 * Walks what stands in the object or list that begins at `open`, a comma between each two.
 * @param visit is told where a field (its key) or an item begins, and says where it ends
 * @returns the offset behind the closing byte
 */
export function walkItems({ bytes }: JsonSource, open: number, visit: (at: number) => number): number {
  const close = (bytes[open] ?? 0) + CLOSE_DISTANCE;
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === close) {
    return at + 1;
  }
  for (;;) {
    at = skipSpace(bytes, visit(at));
    if (bytes[at] !== COMMA) {
      return bytes[at] === close ? at + 1 : failExpected(bytes, at, `',' or '${String.fromCharCode(close)}'`);
    }
    at = skipSpace(bytes, at + 1);
  }
}

function skipContainer(source: JsonSource, start: number): number {
  const { bytes, stack } = source;
  let depth = 0;
  let at = start;
  for (;;) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      at = skipString(source, at + 1);
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth >= source.maxDepth) {
        throw new JsonScanError("too-deep", `nested deeper than the limit at byte ${at}`, at);
      }
      stack[depth++] = byte;
      at = skipSpace(bytes, at + 1);
      if (bytes[at] !== byte + CLOSE_DISTANCE) {
        at = byte === OPEN_BRACE ? skipKey(source, at) : at;
        continue;
      }
    } else {
      at = skipScalar(bytes, at, byte);
    }
    // Behind a value: close what closes here, then a comma leads to the next value.
    for (;;) {
      at = skipSpace(bytes, at);
      const open = stack[depth - 1] ?? 0;
      if (bytes[at] === COMMA) {
        at = skipSpace(bytes, at + 1);
        at = open === OPEN_BRACE ? skipKey(source, at) : at;
        break;
      }
      if (bytes[at] !== open + CLOSE_DISTANCE) {
        failExpected(bytes, at, open === OPEN_BRACE ? "',' or '}'" : "',' or ']'");
      }
      at++;
      depth--;
      if (depth === 0) {
        return at;
      }
    }
  }
}

function skipScalar(bytes: Uint8Array, start: number, byte: number): number {
  switch (byte) {
    case 0x74: // t
      return skipWord(bytes, start, "true");
    case 0x66: // f
      return skipWord(bytes, start, "false");
    case 0x6e: // n
      return skipWord(bytes, start, "null");
    default:
      return skipNumber(bytes, start);
  }
}

function skipWord(bytes: Uint8Array, start: number, word: string): number {
  for (let index = 1; index < word.length; index++) {
    if (bytes[start + index] !== word.charCodeAt(index)) {
      failExpected(bytes, start + index, `'${word}'`);
    }
  }
  return start + word.length;
}

function skipNumber(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === 0x2d ? start + 1 : start; // minus
  if (bytes[at] === 0x30) {
    at++; // a leading zero stands alone
  } else if (isDigit(bytes[at] ?? 0)) {
    at = skipDigits(bytes, at);
  } else {
    failExpected(bytes, at, at === start ? "a value" : "a digit");
  }
  if (bytes[at] === 0x2e) {
    at = skipDigits(bytes, at + 1);
  }
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    at = skipDigits(bytes, sign === 0x2b || sign === 0x2d ? at + 2 : at + 1);
  }
  return at;
}

/** Offset behind one or more digits. */
function skipDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at] ?? 0)) {
    at++;
  }
  return at === start ? failExpected(bytes, at, "a digit") : at;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
