import { failExpected } from "./json-scan-error.ts";
import type { JsonSource } from "./json-source.ts";

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** So much of every string, and all of a string this near the end of the text, is walked byte by byte... */
const SHORT_STRING_BYTES = 64;
/** ...because making the view (0.3 us for a small buffer) costs more than it saves on short bodies. */
const SHORT_TEXT_BYTES = 1024;

/** Offset behind the closing quote of the string whose content begins at `start`. */
export function skipString(source: JsonSource, start: number): number {
  const bytes = source.bytes;
  const shortEnd = bytes.length - start < SHORT_TEXT_BYTES ? bytes.length : start + SHORT_STRING_BYTES;
  let at = start;
  while (at < shortEnd) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      return at + 1;
    }
    if (byte === BACKSLASH) {
      at = skipEscape(bytes, at);
    } else if (byte < SPACE) {
      failExpected(bytes, at, "no control character inside a string");
    } else {
      at++;
    }
  }
  return at < bytes.length ? skipLongString(source, at) : failExpected(bytes, at, "'\"'");
}

/**
 * As `skipString`, four bytes at a time. A byte is of interest when it is `"`, `\` or a control character: `^ 0x02`
 * maps `"` to 0x20 and the control characters onto themselves, so "less than 0x21" catches both; a borrow can only
 * start at a hit, so the lowest flag is always a true one.
 */
function skipLongString(source: JsonSource, start: number): number {
  const bytes = source.bytes;
  source.view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const view = source.view;
  const last = bytes.length - 8;
  let at = start;
  for (;;) {
    let hits = 0;
    while (at <= last) {
      const first = view.getInt32(at, true);
      hits = (((first ^ 0x02020202) - 0x21212121) | ((first ^ 0x5c5c5c5c) - 0x01010101)) & ~first & 0x80808080;
      if (hits !== 0) {
        break;
      }
      const second = view.getInt32(at + 4, true);
      hits = (((second ^ 0x02020202) - 0x21212121) | ((second ^ 0x5c5c5c5c) - 0x01010101)) & ~second & 0x80808080;
      if (hits !== 0) {
        at += 4;
        break;
      }
      at += 8;
    }
    if (hits !== 0) {
      at += (31 - Math.clz32(hits & -hits)) >> 3;
    }
    const byte = bytes[at] ?? 0;
    if (byte === BACKSLASH) {
      at = skipEscape(bytes, at);
    } else if (byte === QUOTE) {
      return at + 1;
    } else if (byte < SPACE) {
      failExpected(bytes, at, at < bytes.length ? "no control character inside a string" : "'\"'");
    } else {
      at++;
    }
  }
}

/** Offset behind the escape whose backslash is at `start`. Lone surrogates are valid JSON and pass. */
function skipEscape(bytes: Uint8Array, start: number): number {
  switch (bytes[start + 1]) {
    case 0x6e: // n
    case QUOTE:
    case BACKSLASH:
    case 0x2f: // slash
    case 0x62: // b
    case 0x66: // f
    case 0x72: // r
    case 0x74: // t
      return start + 2;
    case 0x75: // u
      for (let at = start + 2; at < start + 6; at++) {
        if (!isHexDigit(bytes[at] ?? 0)) {
          failExpected(bytes, at, "a hexadecimal digit");
        }
      }
      return start + 6;
    default:
      return failExpected(bytes, start + 1, "an escape character");
  }
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x66);
}
