import { expect, test } from "bun:test";
import { readDigits } from "./digits.ts";

test.each([
  ["0", 0],
  ["007", 7],
  ["123456789012345", 123_456_789_012_345],
  ["1234567890123456", -1],
  ["", -1],
  ["+1", -1],
  ["1.0", -1],
  ["1e3", -1],
  [" 1", -1],
  ["1 ", -1],
  ["\u0661", -1],
] as const)("%p is %p", (text, number) => {
  expect(readDigits(text)).toBe(number);
});

test("a part of a text", () => {
  expect(readDigits("HTTP/1.1 200 OK", 9, 12)).toBe(200);
  expect(readDigits("HTTP/1.1 20", 9, 12)).toBe(-1);
});
