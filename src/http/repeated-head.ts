/** What an event without its head begins with. */
const OPENING = Buffer.from('data: {"choices":');
const CHOICES = Buffer.from('"choices":');
/** Longest head, in bytes. */
const MAX_HEAD_BYTES = 1024;
/** Events that are looked at for a head: the first may be a comment. */
const MAX_TRIES = 8;
const NO_HEAD = Buffer.alloc(0);
const LF = 10;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Finds what the events of an OpenAI stream have in common: all before `choices`, which says the same in each (`id`, `created`,
 * `model`, ...) and is half of what a stream weighs.
 */
export class RepeatedHead {
  /** What each event then begins with instead. */
  readonly opening: Buffer = OPENING;
  #head: Buffer = NO_HEAD;
  #triesLeft = MAX_TRIES;
  #isAtStart = true;

  /** The head of the first event that has one, up to `"choices":`; empty where none has. */
  get bytes(): Uint8Array {
    return this.#head;
  }

  /**
   * Looks at the next piece of the stream.
   * @returns how many of its first bytes are that head again; 0 where they are not
   */
  sizeIn(piece: Buffer): number {
    const isAtStart = this.#isAtStart;
    this.#isAtStart = piece[piece.length - 1] === LF && piece[piece.length - 2] === LF;
    if (!isAtStart) {
      return 0;
    }
    const size = this.#head.length;
    if (size === 0 && this.#triesLeft > 0) {
      this.#triesLeft--;
      this.#head = findHead(piece);
      return 0;
    }
    return size > 0 && piece.length > size && piece.compare(this.#head, 0, size, 0, size) === 0 ? size : 0;
  }
}

/** A copy of the head of the event that a piece begins with: flat, as it is in OpenAI's chunks. */
function findHead(piece: Buffer): Buffer {
  const end = piece.indexOf(CHOICES) + CHOICES.length;
  const head = piece.subarray(0, end);
  const isHead =
    end > OPENING.length &&
    end <= MAX_HEAD_BYTES &&
    head.indexOf("data: {") === 0 &&
    head.lastIndexOf(OPEN_BRACE) === "data: ".length &&
    !head.includes(OPEN_BRACKET) &&
    !head.includes(LF);
  return isHead ? Buffer.from(head) : NO_HEAD;
}
