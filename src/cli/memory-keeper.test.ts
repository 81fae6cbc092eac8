import { expect, test } from "bun:test";
import { HIGH_WATER_BYTES, MemoryKeeper } from "./memory-keeper.ts";

const ABOVE = HIGH_WATER_BYTES * 1.2;

/** A process whose memory falls to `floor` when it is collected; returns the times of its collections. */
function watch(floor: number, seconds: number, rssAt: (second: number) => number): number[] {
  const collected: number[] = [];
  let second = 0;
  let isCollected = false;
  const keeper = new MemoryKeeper({
    rss: () => (isCollected ? Math.min(floor, rssAt(second)) : rssAt(second)),
    collect: () => {
      isCollected = true;
      collected.push(second);
    },
    now: () => second * 1000,
  });
  for (; second < seconds; second++) {
    isCollected = false;
    keeper.look();
  }
  return collected;
}

test("below the mark nothing is collected", () => {
  expect(watch(0, 60, () => HIGH_WATER_BYTES)).toEqual([]);
});

test("above it, at most every 1.5 seconds while that helps", () => {
  expect(watch(HIGH_WATER_BYTES, 6, () => ABOVE)).toEqual([0, 2, 4]);
});

test("memory in real use is tried ever less often", () => {
  expect(watch(ABOVE, 600, () => ABOVE)).toEqual([0, 3, 9, 21, 45, 93, 189, 309, 429, 549]);
});

test("after a quiet time it starts anew", () => {
  const times = watch(ABOVE, 300, (second) => (second > 130 && second < 250 ? HIGH_WATER_BYTES : ABOVE));
  expect(times.filter((second) => second >= 250)).toEqual([250, 253, 259, 271, 295]);
});
