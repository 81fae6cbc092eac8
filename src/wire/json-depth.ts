import { toBuffer } from "./utf8.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether JSON text has objects and lists inside one another more than `limit` deep. Parsing such text is quick, but
 * writing its value again takes seconds before it fails (Bun 1.4.5, 100,000 levels). Text that is no JSON gets some answer.
 */
export function isDeeperThan(bytes: Uint8Array, limit: number): boolean {
  if (bytes.length <= limit) {
    return false; // A level costs a byte at least.
  }
  const buffer = toBuffer(bytes);
  let depth = 0;
  for (let at = 0; at < buffer.length; at++) {
    switch (buffer[at]) {
      case QUOTE:
        at = findStringEnd(buffer, at + 1);
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > limit) {
          return true;
        }
        break;
      case 0x5d:
      case 0x7d:
        depth--;
        break;
    }
  }
  return false;
}

/** Offset of the quote that ends a string. */
function findStringEnd(buffer: Buffer, start: number): number {
  for (let at = buffer.indexOf(QUOTE, start); at >= 0; at = buffer.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (buffer[at - 1 - slashes] === BACKSLASH && at - 1 - slashes >= start) {
      slashes++;
    }
    if (slashes % 2 === 0) {
      return at;
    }
  }
  return buffer.length;
}

/** Deepest JSON that is taken apart and written again; tool schemas are a dozen levels. */
export const MAX_JSON_DEPTH = 512;

/**
 * Parses JSON that stood as text within other JSON, or came in pieces, where nobody has looked at its depth yet.
 * @throws SyntaxError on what is no JSON, or is nested more than {@link MAX_JSON_DEPTH} levels deep
 */
export function parseJsonText(text: string, reviver?: Parameters<typeof JSON.parse>[1]): unknown {
  if (isTextTooDeep(text)) {
    throw new SyntaxError(`JSON is nested more than ${MAX_JSON_DEPTH} levels deep`);
  }
  return JSON.parse(text, reviver);
}

/** Whether JSON is nested deeper than is taken; text that has no room for so many brackets is not looked at. */
export const isTextTooDeep = (text: string): boolean =>
  text.length > 2 * MAX_JSON_DEPTH && isDeeperThan(Buffer.from(text), MAX_JSON_DEPTH);
