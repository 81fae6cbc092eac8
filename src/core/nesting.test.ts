import { expect, test } from "bun:test";
import { isNestedDeeper } from "./nesting.ts";

const nested = (levels: number): unknown => JSON.parse(`${"[".repeat(levels)}${"]".repeat(levels)}`);

test.each([
  ["a text", "x", 1, false],
  ["null", null, 1, false],
  ["an empty object", {}, 1, false],
  ["as many levels as may be", nested(4), 3, false],
  ["one more", nested(5), 3, true],
  ["one deep part among flat ones", { a: 1, b: [{ c: { d: { e: {} } } }] }, 3, true],
  ["deeper than any stack", nested(200_000), 1000, true],
] as const)("%s", (_name, value, limit, expected) => {
  expect(isNestedDeeper(value, limit)).toBe(expected);
});
