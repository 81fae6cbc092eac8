/** Control characters, which forge lines and colour terminals, and those that turn the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be found
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with spaces for what could make it read as another line, or as another text. */
export const toOneLine = (text: string): string => text.replace(UNSEEN, " ");

/** The same with escapes as JSON writes them, so that all of the text can be told. */
export const escapeToOneLine = (text: string): string => text.replace(UNSEEN, toEscape);

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const toEscape = (character: string): string =>
  SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
