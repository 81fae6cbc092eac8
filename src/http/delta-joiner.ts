/** What stands before the text of a chunk. */
const TEXT_FIELDS: readonly Buffer[] = ['"content":"', '"text":"', '"reasoning_content":"'].map((field) =>
  Buffer.from(field),
);
const EVENT_BEGIN = Buffer.from("data: {");
const EVENT_END = Buffer.from("\n\n");
const NOTHING: Buffer = Buffer.alloc(0);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Longest event that is taken for a pattern, in bytes. */
const MAX_PATTERN_BYTES = 2048;
/** How often another pattern is taken: a stream of which each event looks different is kept as it is. */
const MAX_PATTERNS = 8;

/** Where a record is written: the bytes from `start` to before `end`. */
type Record = (bytes: Buffer, start: number, end: number) => void;

/**
 * Puts the events of an OpenAI stream that differ in one text alone together: a hundred events of a word each become one
 * event of a hundred words, a twentieth of the bytes. Whoever reads the answer finds the same text. All other bytes pass.
 */
export class DeltaJoiner {
  readonly #record: Record;
  /** The bytes around the text, of the events that are put together. */
  #before = NOTHING;
  #after = NOTHING;
  #patternsLeft = MAX_PATTERNS;
  /** The record ends within an event's text. */
  #isOpen = false;
  #isAtStart = true;

  constructor(record: Record) {
    this.#record = record;
  }

  /** Takes the next piece of the stream. */
  push(piece: Buffer): void {
    const isAtStart = this.#isAtStart;
    this.#isAtStart = piece[piece.length - 1] === EVENT_END[1] && piece[piece.length - 2] === EVENT_END[0];
    if (!isAtStart || !this.#isAtStart) {
      this.#pass(piece);
    } else if (this.#fits(piece)) {
      this.#record(piece, this.#isOpen ? this.#before.length : 0, piece.length - this.#after.length);
      this.#isOpen = true;
    } else {
      this.#pass(piece);
      this.#learn(piece);
    }
  }

  /** Ends the event that the record ends within, so that it can be read. */
  close(): void {
    if (this.#isOpen) {
      this.#isOpen = false;
      this.#record(this.#after, 0, this.#after.length);
    }
  }

  #pass(piece: Buffer): void {
    this.close();
    this.#record(piece, 0, piece.length);
  }

  /** Whether a piece is the pattern around a text without quotes, which is a whole one therefore. */
  #fits(piece: Buffer): boolean {
    const { length } = this.#before;
    const end = piece.length - this.#after.length;
    return (
      length > 0 &&
      end >= length &&
      piece.compare(this.#before, 0, length, 0, length) === 0 &&
      piece.compare(this.#after, 0, this.#after.length, end) === 0 &&
      piece.indexOf(QUOTE, length) === end &&
      piece[end - 1] !== BACKSLASH
    );
  }

  /** Takes an event for the pattern of the next ones. */
  #learn(piece: Buffer): void {
    if (this.#patternsLeft === 0 || piece.length > MAX_PATTERN_BYTES) {
      return;
    }
    const start = startOfText(piece);
    const end = piece.indexOf(QUOTE, start);
    const isOneEvent = piece.indexOf(EVENT_BEGIN) === 0 && piece.indexOf(EVENT_END) === piece.length - EVENT_END.length;
    if (start > 0 && end > 0 && isOneEvent && piece[end - 1] !== BACKSLASH) {
      this.#patternsLeft--;
      this.#before = Buffer.from(piece.subarray(0, start));
      this.#after = Buffer.from(piece.subarray(end));
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
