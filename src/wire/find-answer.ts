import type { ByteSpan } from "./byte-arena.ts";
import { skipKey, skipSpace, skipValue, walkItems } from "./json-lexer.ts";
import { openSource } from "./json-scan.ts";
import { JsonScanError } from "./json-scan-error.ts";
import type { JsonSource } from "./json-source.ts";

const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

const CHOICES = Buffer.from('"choices"');
const MESSAGE = Buffer.from('"message"');
const TEXT = Buffer.from('"text"');

/**
 * The `message` (or `text`) of the only choice of an answer in OpenAI's form, in its bytes. `undefined` where
 * there are several choices or none, and for what is no such answer. One pass over the text, which checks all of it.
 */
export function findAnswer(bytes: Buffer): ByteSpan | undefined {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) {
    return undefined;
  }
  try {
    const source = openSource(bytes);
    let answer: ByteSpan | undefined;
    const end = walkItems(source, start, (at) => {
      const value = skipKey(source, at);
      if (!isAt(bytes, at, CHOICES)) {
        return skipValue(source, value);
      }
      answer = undefined; // Of two fields of the name the last one counts.
      return bytes[value] === OPEN_BRACKET
        ? walkChoices(source, value, (found) => {
            answer = found;
          })
        : skipValue(source, value);
    });
    return skipSpace(bytes, end) === bytes.length ? answer : undefined;
  } catch (cause) {
    if (cause instanceof JsonScanError) {
      return undefined;
    }
    throw cause;
  }
}

type Tell = (answer: ByteSpan | undefined) => void;

function walkChoices(source: JsonSource, open: number, tell: Tell): number {
  let count = 0;
  return walkItems(source, open, (at) => {
    count++;
    if (count === 1 && source.bytes[at] === OPEN_BRACE) {
      return walkChoice(source, at, tell);
    }
    tell(undefined);
    return skipValue(source, at);
  });
}

function walkChoice(source: JsonSource, open: number, tell: Tell): number {
  const bytes = source.bytes as Buffer;
  let hasMessage = false;
  return walkItems(source, open, (at) => {
    const start = skipKey(source, at);
    const end = skipValue(source, start);
    const isMessage = isAt(bytes, at, MESSAGE);
    if (isMessage || (!hasMessage && isAt(bytes, at, TEXT))) {
      hasMessage ||= isMessage;
      tell({ bytes, start, end });
    }
    return end;
  });
}

/** Keys are compared as they are written: one with an escape is no key of a vendor. */
function isAt(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index++) {
    if (bytes[start + index] !== text[index]) {
      return false;
    }
  }
  return true;
}
