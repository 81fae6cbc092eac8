import { expect, test } from "bun:test";
import { fromBillionths, toThreeDecimals, toTwoDecimals } from "./decimal-text.ts";

const VALUES = [
  0, 0.0004, 0.0006, 0.001, 0.01, 0.05, 0.1, 0.5, 0.994, 0.9996, 1, 4.87, 4.8, 12.345, 999.9994, 999.9996, 123456.789,
];

test.each(VALUES)("%p has three decimals", (value) => {
  expect(toThreeDecimals(value)).toBe((Math.round(value * 1000) / 1000).toFixed(3));
});

test.each(VALUES)("%p has two decimals at most, as a number is written", (value) => {
  expect(toTwoDecimals(value)).toBe(String(Math.round(value * 100) / 100));
});

test("ten thousand numbers taken at random", () => {
  let seed = 7;
  for (let count = 0; count < 10_000; count++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    const value = seed / 1009;
    expect(toTwoDecimals(value)).toBe(String(Math.round(value * 100) / 100));
    const digits = fromBillionths(seed);
    expect(Number(digits) * 1e9).toBeCloseTo(seed, 3);
    expect(digits).not.toMatch(/e|\.\d*0$|\.$/);
  }
});

test.each([
  [0, "0"],
  [1, "0.000000001"],
  [1000, "0.000001"],
  [1010, "0.00000101"],
  [1_000_000, "0.001"],
  [100_000_000, "0.1"],
  [120_034_000, "0.120034"],
  [1_500_000_000, "1.5"],
  [2_000_000_000, "2"],
  [3_000_000_001, "3.000000001"],
] as const)("%p billionths are %p", (billionths, text) => {
  expect(fromBillionths(billionths)).toBe(text);
});
