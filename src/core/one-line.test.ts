import { expect, test } from "bun:test";
import { escapeToOneLine, toOneLine } from "./one-line.ts";

test.each([
  ["a\nb", "a b", "a\\nb"],
  ["a\u001b[31mb", "a [31mb", "a\\u001b[31mb"],
  ["a\u009b31mb", "a 31mb", "a\\u009b31mb"],
  ["gpt\u202eevil\u2066x\u061c", "gpt evil x ", "gpt\\u202eevil\\u2066x\\u061c"],
  ["a\u2028b\u2029c", "a b c", "a\\u2028b\\u2029c"],
  ["é 😀 世", "é 😀 世", "é 😀 世"],
])("%j is one line", (text, line, escaped) => {
  expect(toOneLine(text)).toBe(line);
  expect(escapeToOneLine(text)).toBe(escaped);
});
