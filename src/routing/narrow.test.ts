import { expect, test } from "bun:test";
import { seededRandom } from "./deployments-for-tests.ts";
import { narrow } from "./narrow.ts";

test("the list itself when all pass, untouched when some do not", () => {
  const items = [1, 2, 3, 4];
  const scratch: number[] = [9, 9, 9, 9, 9, 9];
  expect(narrow(items, scratch, () => true)).toBe(items);
  expect(narrow(items, scratch, (item) => item % 2 === 0)).toEqual([2, 4]);
  expect(items).toEqual([1, 2, 3, 4]);
});

test("any lists, narrowed again and again: as filters would", () => {
  const random = seededRandom(23);
  const scratch: number[] = [];
  for (let round = 0; round < 500; round++) {
    let expected = Array.from({ length: Math.floor(random() * 12) }, () => Math.floor(random() * 10));
    let actual: readonly number[] = expected;
    for (const banned of [3, 0, 9, 5]) {
      expected = expected.filter((item) => item !== banned);
      actual = narrow(actual, scratch, (item) => item !== banned);
    }
    expect([...actual]).toEqual(expected);
  }
});
