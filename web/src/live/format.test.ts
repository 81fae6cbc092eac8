import { expect, test } from "bun:test";
import { formatCost, formatMs, formatShare } from "./format.ts";

test.each([
  [null, "–"],
  [0, "$0.00"],
  [1, "$0.000000001"],
  [1234, "$0.0000012"],
  [25_000_000, "$0.025"],
  [12_340_000_000, "$12.34"],
] as const)("%p nano-dollars are %s", (nanoUsd, text) => expect(formatCost(nanoUsd)).toBe(text));

test.each([
  [null, "–"],
  [0, "0 ms"],
  [0.25, "0.25 ms"],
  [9.94, "9.9 ms"],
  [640.4, "640 ms"],
  [1234, "1.23 s"],
  [45_600, "45.6 s"],
  [90_000, "1.5 min"],
] as const)("%p ms are %s", (ms, text) => expect(formatMs(ms)).toBe(text));

test("shares are percents", () => {
  expect([formatShare(0, 0), formatShare(1, 300), formatShare(1, 2)]).toEqual(["0%", "0.3%", "50%"]);
});
