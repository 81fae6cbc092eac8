import { expect, test } from "bun:test";
import { WeightedLru } from "./weighted-lru.ts";

test("keeps up to its weight, the latest used longest", () => {
  const kept = new WeightedLru<number>(10);
  kept.set("a", 1, 4);
  kept.set("b", 2, 4);
  expect(kept.get("a")).toBe(1);
  kept.set("c", 3, 4);
  expect([kept.get("a"), kept.get("b"), kept.get("c")]).toEqual([1, undefined, 3]);
  expect([kept.size, kept.weight]).toEqual([2, 8]);
});

test("makes room for a heavy value by as many as it takes, and for one beyond its weight by none", () => {
  const kept = new WeightedLru<number>(10);
  for (const key of ["a", "b", "c"]) kept.set(key, 0, 3);
  kept.set("heavy", 1, 11);
  expect([kept.size, kept.get("heavy")]).toEqual([3, undefined]);
  kept.set("full", 2, 10);
  expect([kept.size, kept.weight, kept.get("full")]).toEqual([1, 10, 2]);
});

test("a key that is set again weighs what it weighs now", () => {
  const kept = new WeightedLru<number>(10);
  kept.set("a", 1, 9);
  kept.set("a", 2, 2);
  expect([kept.size, kept.weight, kept.get("a")]).toEqual([1, 2, 2]);
});
