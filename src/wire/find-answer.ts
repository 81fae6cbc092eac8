import type { ByteSpan } from "./byte-arena.ts";
import { skipKey, skipSpace, skipValue } from "./json-lexer.ts";
import { openSource } from "./json-scan.ts";
import { JsonScanError } from "./json-scan-error.ts";
import type { JsonSource } from "./json-source.ts";
import { standsAt } from "./stands-at.ts";

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Keys are compared as they are written: one with an escape is no key of a vendor. */
const CHOICES = Buffer.from('"choices"');
const MESSAGE = Buffer.from('"message"');
const TEXT = Buffer.from('"text"');

/**
 * The `message` (or `text`) of the only choice of an answer in OpenAI's form, in its bytes, which are valid JSON.
 * `undefined` where there are several choices or none, and for what is no such answer. The text is walked up to the end of
 * the choices; what stands behind them (usage and the like) is not looked at.
 */
export function findAnswer(bytes: Buffer): ByteSpan | undefined {
  const start = skipSpace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) {
    return undefined;
  }
  try {
    const source = openSource(bytes);
    const choices = findChoices(source, start);
    return choices === undefined ? undefined : readOnlyChoice(source, choices);
  } catch (cause) {
    if (cause instanceof JsonScanError) {
      return undefined;
    }
    throw cause;
  }
}

/** Where the list of choices begins; a field of the name that holds something else is passed over. */
function findChoices(source: JsonSource, open: number): number | undefined {
  const { bytes } = source;
  let at = open;
  do {
    const key = skipSpace(bytes, at + 1);
    const value = skipKey(source, key);
    if (bytes[value] === OPEN_BRACKET && standsAt(bytes, key, CHOICES)) {
      return value;
    }
    at = skipSpace(bytes, skipValue(source, value));
  } while (bytes[at] === COMMA);
  return undefined;
}

function readOnlyChoice(source: JsonSource, open: number): ByteSpan | undefined {
  const bytes = source.bytes as Buffer;
  const choice = skipSpace(bytes, open + 1);
  if (bytes[choice] !== OPEN_BRACE) {
    return undefined;
  }
  let answer: ByteSpan | undefined;
  let hasMessage = false;
  let at = choice;
  do {
    const key = skipSpace(bytes, at + 1);
    const start = skipKey(source, key);
    const end = skipValue(source, start);
    const isMessage = standsAt(bytes, key, MESSAGE);
    if (isMessage || (!hasMessage && standsAt(bytes, key, TEXT))) {
      hasMessage ||= isMessage;
      answer = { bytes, start, end }; // Of two fields of the name the last one counts.
    }
    at = skipSpace(bytes, end);
  } while (bytes[at] === COMMA);
  const isOnly = bytes[at] === CLOSE_BRACE && bytes[skipSpace(bytes, at + 1)] === CLOSE_BRACKET;
  return isOnly ? answer : undefined;
}
