import { toBoundedMap } from "../core/bounded-map.ts";

/**
 * The header fields of one message. A gateway asks for a dozen names of a head that holds two dozen: each is searched for
 * in the text when it is asked for, which costs less than taking every line apart.
 */
export class HeaderBlock {
  readonly #text: string;
  /** The same text in lower case; every header line begins behind a line end. */
  readonly #lower: string;

  /** @param text a head without its final blank line, checked, of latin-1 characters alone (their case has one length) */
  private constructor(text: string) {
    this.#text = text;
    this.#lower = text.toLowerCase();
  }

  /**
   * Reads the header lines of a head strictly as RFC 9112 has them: a token, a colon, and no control character that
   * could split the head.
   * @param head the start line and the header lines, without the final blank line, as latin-1
   * @param startLineEnd where the start line ends
   * @throws Error with a plain message naming the line that is wrong
   */
  static read(head: string, startLineEnd: number): HeaderBlock {
    HEADER_LINES.lastIndex = startLineEnd;
    if (!HEADER_LINES.test(head)) {
      throw new Error(describeFault(head.slice(startLineEnd + 2)));
    }
    return new HeaderBlock(head);
  }

  /** The value of a header by its lower-case name, those of repeated lines joined by `, `; `null` when absent. */
  get(name: string): string | null {
    const needle = lineBeginning(name);
    let at = this.#lower.indexOf(needle);
    if (at < 0) {
      return null;
    }
    let found = this.#valueAt(at + needle.length);
    at = this.#lower.indexOf(needle, at + needle.length);
    while (at >= 0) {
      found += `, ${this.#valueAt(at + needle.length)}`;
      at = this.#lower.indexOf(needle, at + needle.length);
    }
    return found;
  }

  /** Whether this text in lower case stands anywhere in the head, in a name or a value. */
  mentions(text: string): boolean {
    return this.#lower.includes(text);
  }

  /** How many lines have this lower-case name. */
  count(name: string): number {
    const needle = lineBeginning(name);
    let count = 0;
    for (let at = this.#lower.indexOf(needle); at >= 0; at = this.#lower.indexOf(needle, at + needle.length)) {
      count++;
    }
    return count;
  }

  /** Visits every line in the order they came, names in lower case. */
  forEachLine(visit: (name: string, value: string) => void): void {
    let start = this.#text.indexOf("\r\n");
    while (start >= 0) {
      const colon = this.#text.indexOf(":", start);
      visit(this.#lower.slice(start + 2, colon), this.#valueAt(colon + 1));
      start = this.#text.indexOf("\r\n", colon);
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

  /** Most values stand behind one space and end with their line. */
  #valueAt(start: number): string {
    const found = this.#text.indexOf("\r\n", start);
    const end = found < 0 ? this.#text.length : found;
    const isPlain =
      this.#text.charCodeAt(start) === SPACE &&
      this.#text.charCodeAt(start + 1) > SPACE &&
      this.#text.charCodeAt(end - 1) > SPACE;
    return isPlain ? this.#text.slice(start + 1, end) : this.#text.slice(start, end).trim();
  }
}

const SPACE = 32;
const NAME = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const HEADER_LINES = new RegExp(`(?:\\r\\n${NAME}:[^\\0\\r\\n]*)*$`, "y");
const HEADER_NAME = new RegExp(`^${NAME}:`);

/** The gateway asks for names of its own, so there are few. */
const lineBeginning = toBoundedMap(256, (name): string => `\r\n${name}:`);

function describeFault(lines: string): string {
  const bad = lines.split("\r\n").find((line) => !HEADER_NAME.test(line));
  return bad === undefined ? "a header value holds a control character" : `bad header line '${bad.slice(0, 60)}'`;
}
