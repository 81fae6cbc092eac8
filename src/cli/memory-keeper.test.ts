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

test("above it, at every look while that helps, looks being more than half a second apart", () => {
  expect(watch(HIGH_WATER_BYTES, 6, () => ABOVE)).toEqual([0, 1, 2, 3, 4, 5]);
});

test("what brings memory below the mark has helped, however little that is", () => {
  expect(watch(HIGH_WATER_BYTES, 4, () => HIGH_WATER_BYTES * 1.01)).toEqual([0, 1, 2, 3]);
});

test("memory in real use is tried ever less often", () => {
  expect(watch(ABOVE, 600, () => ABOVE)).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 247, 367, 487]);
});

test("after a quiet time it starts anew", () => {
  const times = watch(ABOVE, 300, (second) => (second > 130 && second < 250 ? HIGH_WATER_BYTES : ABOVE));
  expect(times.filter((second) => second >= 250)).toEqual([250, 251, 253, 257, 265, 281]);
});
