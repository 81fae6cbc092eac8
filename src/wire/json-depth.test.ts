import { expect, test } from "bun:test";
import { isDeeperThan } from "./json-depth.ts";

const isDeeper = (text: string, limit: number): boolean => isDeeperThan(Buffer.from(text), limit);

test.each([
  ["1", 0, false],
  ["[]", 0, true],
  ["[]", 1, false],
  ['{"a":[{"b":1}]}', 2, true],
  ['{"a":[{"b":1}]}', 3, false],
  ["[[],[],[],[]]", 2, false],
  ['"[[[["', 0, false],
  ['"\\"[[["', 0, false],
  ['["\\\\",[[]]]', 2, true],
  ['["\\\\\\"",[[]]]', 3, false],
  ['"[[[', 0, false],
] as const)("%s is deeper than %d: %p", (text, limit, verdict) => {
  expect(isDeeper(text, limit)).toBe(verdict);
});

test("a hundred thousand levels are told at once", () => {
  expect(isDeeper("[".repeat(100_000), 512)).toBe(true);
});
