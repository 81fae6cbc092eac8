import type { ByteSpan } from "./byte-arena.ts";
import { skipSpace } from "./json-lexer.ts";
import { scanObject, scanObjectAt } from "./json-scan.ts";
import { JsonScanError } from "./json-scan-error.ts";

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;

/**
 * The `message` (or `text`) of the only choice of an answer in OpenAI's form, in its bytes. `undefined` where
 * there are several choices or none, and for what is no such answer.
 */
export function findAnswer(bytes: Buffer): ByteSpan | undefined {
  try {
    const choices = scanObject(bytes).find("choices");
    if (choices === undefined || bytes[choices.valueStart] !== OPEN_BRACKET) {
      return undefined;
    }
    const start = skipSpace(bytes, choices.valueStart + 1);
    if (bytes[start] !== OPEN_BRACE) {
      return undefined;
    }
    const choice = scanObjectAt(bytes, start);
    const answer = choice.find("message") ?? choice.find("text");
    return answer === undefined || bytes[skipSpace(bytes, choice.end)] !== CLOSE_BRACKET
      ? undefined
      : { bytes, start: answer.valueStart, end: answer.valueEnd };
  } catch (cause) {
    if (cause instanceof JsonScanError) {
      return undefined;
    }
    throw cause;
  }
}
