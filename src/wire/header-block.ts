import { readDigits } from "./digits.ts";

/**
 * The header fields of one message. A gateway asks for a dozen names of a head that holds a dozen lines: one pass over the
 * bytes checks the lines and notes where they are, and most names are then told apart by their lengths.
 */
export class HeaderBlock {
  readonly #text: string;
  /** For each line: the hash of its name, where the name starts and where it ends. */
  readonly #lines: readonly number[];
  readonly #initials: number;

  private constructor(text: string, { lines, initials }: FoundLines) {
    this.#text = text;
    this.#lines = lines;
    this.#initials = initials;
  }

  /**
   * Reads the header lines of a head strictly as RFC 9112 has them: a token, a colon, and no control character that
   * could split the head.
   * @param bytes begin with the head; what stands behind it is not looked at
   * @param head the start line and the header lines, without the final blank line, as latin-1
   * @param startLineEnd where the start line ends
   * @throws Error with a plain message naming the line that is wrong
   */
  static read(bytes: Uint8Array, head: string, startLineEnd: number): HeaderBlock {
    return new HeaderBlock(head, findLines(bytes, head, startLineEnd));
  }

  /** The lines of another head, whose text differs from this one in digits of a value alone. */
  withText(head: string): HeaderBlock {
    return new HeaderBlock(head, { lines: this.#lines, initials: this.#initials });
  }

  /** Where the digits of a header stand in the head, if there is one line of the name and it holds nothing else. */
  digitsRange(name: string): { readonly start: number; readonly end: number } | undefined {
    let found: { readonly start: number; readonly end: number } | undefined;
    for (let at = 0; at < this.#lines.length; at += LINE_SIZE) {
      if (this.#isNamed(at, name)) {
        if (found !== undefined || this.#digitsAt(at) < 0) {
          return undefined;
        }
        const start = this.#valueStart(at);
        found = { start, end: this.#valueEnd(at, start) };
      }
    }
    return found;
  }

  /** The value of a header by its lower-case name, those of repeated lines joined by `, `; `null` when absent. */
  get(name: string): string | null {
    let found: string | null = null;
    for (let at = 0; at < this.#lines.length; at += LINE_SIZE) {
      if (this.#isNamed(at, name)) {
        const value = this.#valueAt(at);
        found = found === null ? value : `${found}, ${value}`;
      }
    }
    return found;
  }

  /**
   * The number that a header of decimal digits is, 15 of them at most: -1 for any other value and for several lines, `null`
   * without one.
   */
  digits(name: string): number | null {
    let found: number | null = null;
    for (let at = 0; at < this.#lines.length; at += LINE_SIZE) {
      if (this.#isNamed(at, name)) {
        found = found === null ? this.#digitsAt(at) : -1;
      }
    }
    return found;
  }

  /** How many lines have this lower-case name. */
  count(name: string): number {
    let count = 0;
    for (let at = 0; at < this.#lines.length; at += LINE_SIZE) {
      count += this.#isNamed(at, name) ? 1 : 0;
    }
    return count;
  }

  /** False where surely no name begins with this letter, or with `x-` and this letter (in lower case). */
  mayHaveNames(letter: string): boolean {
    return (this.#initials & initialBit(letter.charCodeAt(0))) !== 0;
  }

  /** Visits every line in the order they came, names in lower case. */
  forEachLine(visit: (name: string, value: string) => void): void {
    this.forEachRange((name, head, start, end) => visit(name, head.slice(start, end)));
  }

  /** As {@link forEachLine}; tells where in the head a value stands instead of cutting it out. */
  forEachRange(visit: (name: string, head: string, start: number, end: number) => void): void {
    for (let at = 0; at < this.#lines.length; at += LINE_SIZE) {
      const start = this.#valueStart(at);
      visit(this.#nameAt(at), this.#text, start, this.#valueEnd(at, start));
    }
  }

  /** Visits every name once, with its {@link get}. */
  forEach(visit: (value: string, name: string) => void): void {
    const names = new Set<string>();
    this.forEachLine((name) => names.add(name));
    for (const name of names) {
      visit(this.get(name) ?? "", name);
    }
  }

  #isNamed(at: number, name: string): boolean {
    const start = this.#lines[at + NAME_START] as number;
    if ((this.#lines[at + NAME_END] as number) - start !== name.length) {
      return false;
    }
    for (let index = 0; index < name.length; index++) {
      if (LOWER[this.#text.charCodeAt(start + index)] !== name.charCodeAt(index)) {
        return false;
      }
    }
    return true;
  }

  /** Names repeat from message to message, so each is put into lower case once; two of one hash take turns. */
  #nameAt(at: number): string {
    const hash = this.#lines[at] as number;
    const known = knownNames.get(hash);
    if (known !== undefined && this.#isNamed(at, known)) {
      return known;
    }
    const name = this.#text.slice(this.#lines[at + NAME_START], this.#lines[at + NAME_END]).toLowerCase();
    if (knownNames.size >= MAX_KNOWN_NAMES) {
      knownNames.clear();
    }
    knownNames.set(hash, name);
    return name;
  }

  #digitsAt(at: number): number {
    const start = this.#valueStart(at);
    return readDigits(this.#text, start, this.#valueEnd(at, start));
  }

  #endOf(at: number): number {
    const next = this.#lines[at + LINE_SIZE + NAME_START];
    return next === undefined ? this.#text.length : next - LINE_END_SIZE;
  }

  #valueAt(at: number): string {
    const start = this.#valueStart(at);
    return this.#text.slice(start, this.#valueEnd(at, start));
  }

  #valueStart(at: number): number {
    const end = this.#endOf(at);
    let start = (this.#lines[at + NAME_END] as number) + 1;
    while (start < end && isBlank(this.#text.charCodeAt(start))) {
      start++;
    }
    return start;
  }

  #valueEnd(at: number, start: number): number {
    let end = this.#endOf(at);
    while (end > start && isBlank(this.#text.charCodeAt(end - 1))) {
      end--;
    }
    return end;
  }
}

/** What may stand around a value (RFC 9110 5.6.3). */
const isBlank = (code: number): boolean => code === SPACE || code === TAB;

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const HYPHEN = 45;
const COLON = 58;
const LETTER_X = 120;
const LINE_END_SIZE = 2;

/** Numbers kept of a line, and their places. */
const LINE_SIZE = 3;
const NAME_START = 1;
const NAME_END = 2;

/** Lower-case codes of the characters that a name may have, by their own codes; 0 for all others (RFC 9110 5.6.2). */
const LOWER = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  LOWER[char.charCodeAt(0)] = char.toLowerCase().charCodeAt(0);
}

/** 1 for the bytes that a value may have. */
const IN_VALUE = new Uint8Array(256).fill(1);
for (const byte of [0, CR, LF]) {
  IN_VALUE[byte] = 0;
}

/** Names that are remembered in lower case; messages use the same few hundred. */
const MAX_KNOWN_NAMES = 1024;
const knownNames = new Map<number, string>();

interface FoundLines {
  readonly lines: readonly number[];
  /** A bit for each letter that a name begins with, a leading `x-` aside. */
  readonly initials: number;
}

function findLines(bytes: Uint8Array, head: string, startLineEnd: number): FoundLines {
  const end = head.length;
  const lines: number[] = [];
  let initials = 0;
  let at = startLineEnd;
  while (at < end) {
    const start = at + LINE_END_SIZE;
    const isLineEnd = bytes[at] === CR && bytes[at + 1] === LF;
    at = start;
    let hash = 0;
    for (let char = LOWER[bytes[at] as number] as number; char !== 0; char = LOWER[bytes[at] as number] as number) {
      hash = nextHash(hash, char);
      at++;
    }
    if (!isLineEnd || at === start || at >= end || bytes[at] !== COLON) {
      throw new Error(describeFault(head.slice(startLineEnd + LINE_END_SIZE)));
    }
    lines.push(hash, start, at);
    initials |= initialOf(bytes, start);
    do {
      at++;
    } while (at < end && IN_VALUE[bytes[at] as number] === 1);
  }
  return { lines, initials };
}

const nextHash = (hash: number, char: number): number => (Math.imul(hash, 31) + char) | 0;

function initialOf(bytes: Uint8Array, start: number): number {
  const first = LOWER[bytes[start] as number] as number;
  const isPrefixed = first === LETTER_X && bytes[start + 1] === HYPHEN;
  return initialBit(isPrefixed ? (LOWER[bytes[start + 2] as number] as number) : first);
}

/** Letters have bits of their own; other characters share them. */
const initialBit = (code: number): number => 1 << (code & 31);

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:/;

function describeFault(lines: string): string {
  const bad = lines.split("\r\n").find((line) => !HEADER_NAME.test(line));
  return bad === undefined ? "a header value holds a control character" : `bad header line '${bad.slice(0, 60)}'`;
}
