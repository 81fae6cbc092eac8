import { expect, test } from "bun:test";
import { standsAt } from "./stands-at.ts";

test("bytes are found where they stand, and nowhere else", () => {
  const bytes = Buffer.from("one two");
  const at = (start: number, wanted: string): boolean => standsAt(bytes, start, Buffer.from(wanted));
  expect([at(0, "one"), at(4, "two"), at(7, ""), at(0, "")]).toEqual([true, true, true, true]);
  expect([at(1, "one"), at(4, "twos"), at(5, "two"), at(4, "twa"), at(8, "")]).toEqual(Array(5).fill(false));
});
