import { standsAt } from "../wire/stands-at.ts";

/** What stands before the text of a chunk. */
const TEXT_FIELDS: readonly Buffer[] = ['"content":"', '"text":"', '"reasoning_content":"'].map((field) =>
  Buffer.from(field),
);
const EVENT_BEGIN = Buffer.from("data: {");
const EVENT_END = Buffer.from("\n\n");
const NOTHING: Buffer = Buffer.alloc(0);
const LF = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Longest event that is taken for a pattern, in bytes. */
const MAX_PATTERN_BYTES = 2048;
/**
 * Longer pieces are kept as they are: a vendor that sends many events at once is soon done, and to compare each costs more
 * than to copy all.
 */
const MAX_JOINED_PIECE_BYTES = 1024;
/** How often another pattern is taken: a stream of which each event looks different is kept as it is. */
const MAX_PATTERNS = 8;

/** Where a record is written: the bytes from `start` to before `end`. */
type Write = (bytes: Buffer, start: number, end: number) => void;

/**
 * Puts the events of an OpenAI stream that differ in one text alone together: a hundred events of a word each become one
 * event of a hundred words, a twentieth of the bytes. Whoever reads the answer finds the same text. All other bytes pass.
 */
export class DeltaJoiner {
  readonly #record: Write;
  /** The bytes around the text, of the events that are put together. */
  #before = NOTHING;
  #after = NOTHING;
  #patternsLeft = MAX_PATTERNS;
  /** The record ends within an event's text. */
  #isOpen = false;
  #isAtStart = true;

  constructor(record: Write) {
    this.#record = record;
  }

  /** Takes the next piece of the stream, from `start` to before `end`: a part of an event, or several of them. */
  push(piece: Buffer, start = 0, end = piece.length): void {
    if (end - start > MAX_JOINED_PIECE_BYTES) {
      this.close();
      this.#record(piece, start, end);
      this.#isAtStart = piece[end - 1] === LF && piece[end - 2] === LF;
      return;
    }
    let at = start;
    while (at < end) {
      const textEnd = this.#isAtStart ? this.#findText(piece, at, end) : -1;
      if (textEnd >= 0) {
        this.#record(piece, this.#isOpen ? at + this.#before.length : at, textEnd);
        this.#isOpen = true;
        at = textEnd + this.#after.length;
      } else {
        at = this.#pass(piece, at, end);
      }
    }
  }

  /** Ends the event that the record ends within, so that it can be read. */
  close(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#record(this.#after, 0, this.#after.length);
    }
  }

  /**
   * Where the text ends of an event that begins here and is the pattern around a text without quotes, a whole one therefore;
   * -1 for any other.
   */
  #findText(piece: Buffer, start: number, end: number): number {
    const textStart = start + this.#before.length;
    if (textStart === start || !standsAt(piece, start, this.#before)) {
      return -1;
    }
    let textEnd = textStart;
    while (textEnd < end && piece[textEnd] !== QUOTE) {
      textEnd++;
    }
    const isWhole = textEnd + this.#after.length <= end && standsAt(piece, textEnd, this.#after);
    return isWhole && piece[textEnd - 1] !== BACKSLASH ? textEnd : -1;
  }

  /** Records the event that begins or goes on here as it is, as far as it has come. @returns where it ends */
  #pass(piece: Buffer, start: number, pieceEnd: number): number {
    const found = piece.indexOf(EVENT_END, start);
    const isEnded = found >= 0 && found + EVENT_END.length <= pieceEnd;
    const end = isEnded ? found + EVENT_END.length : pieceEnd;
    this.close();
    this.#record(piece, start, end);
    if (this.#isAtStart && isEnded) {
      this.#learn(piece, start, end);
    }
    this.#isAtStart = isEnded;
    return end;
  }

  /** Takes an event for the pattern of the next ones. */
  #learn(piece: Buffer, start: number, end: number): void {
    if (this.#patternsLeft === 0 || end - start > MAX_PATTERN_BYTES) {
      return;
    }
    const event = Buffer.from(piece.subarray(start, end));
    const textStart = startOfText(event);
    const textEnd = event.indexOf(QUOTE, textStart);
    if (textStart > 0 && textEnd > 0 && event.indexOf(EVENT_BEGIN) === 0 && event[textEnd - 1] !== BACKSLASH) {
      this.#patternsLeft--;
      this.#before = event.subarray(0, textStart);
      this.#after = event.subarray(textEnd);
    }
  }
}

/** 0 where there is no text. */
function startOfText(piece: Buffer): number {
  for (const field of TEXT_FIELDS) {
    const at = piece.indexOf(field);
    if (at >= 0) {
      return at + field.length;
    }
  }
  return 0;
}
