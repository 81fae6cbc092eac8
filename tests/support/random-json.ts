/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export type Random = () => number;

/** A source of repeatable numbers, so that a failing case can be run again by its seed. */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number in [0, limit). */
export function randomBelow(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

/** One of the items. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[randomBelow(random, items.length)];
  if (item === undefined) {
    throw new Error("nothing to pick from");
  }
  return item;
}

const SPACES = ["", "", "", "", " ", "\n", "\t", "\r\n  "];
const NUMBERS = ["0", "-0", "1", "42", "-17", "3.14", "1e5", "-2.50E+3", "1e-7", "12345678901234567890", "0.1e1"];
const NAMES = ["model", "stream", "messages", "a", "b", "", "__proto__", "constructor", "größe", "n\\u0061me", '\\"'];
const TEXTS = [
  "plain",
  "",
  " ",
  "\\n",
  '\\"',
  "\\\\",
  "\\u00e9",
  "\\ud83d\\ude00",
  "\\ud800",
  "é",
  "😀",
  "\u2028",
  "\x7f",
];

/** JSON text of a string literal with escapes, characters of all widths and now and then a long run. */
function randomStringText(random: Random): string {
  let text = "";
  for (let count = randomBelow(random, 5); count > 0; count--) {
    text += pick(random, TEXTS).repeat(random() < 0.05 ? randomBelow(random, 400) : 1);
  }
  return `"${text}"`;
}

/** JSON text of any value, with white space in all lawful places. */
export function randomJsonText(random: Random, depth = 4): string {
  const choice = random();
  if (depth > 0 && choice < 0.2) {
    return randomObjectText(random, depth - 1);
  }
  if (depth > 0 && choice < 0.4) {
    return randomList(random, "[", "]", () => randomJsonText(random, depth - 1));
  }
  return choice < 0.7 ? randomStringText(random) : pick(random, [...NUMBERS, "true", "false", "null"]);
}

/** JSON text of an object; names repeat now and then. */
export function randomObjectText(random: Random, depth = 4): string {
  return randomList(random, "{", "}", () => {
    const key = random() < 0.8 ? `"${pick(random, NAMES)}"` : randomStringText(random);
    return `${key}${pick(random, SPACES)}:${pick(random, SPACES)}${randomJsonText(random, depth)}`;
  });
}

function randomList(random: Random, open: string, close: string, item: () => string): string {
  const items = Array.from({ length: randomBelow(random, 6) }, () => `${pick(random, SPACES)}${item()}`);
  return `${open}${items.join(`${pick(random, SPACES)},`)}${pick(random, SPACES)}${close}`;
}
