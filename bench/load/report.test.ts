import { expect, test } from "bun:test";
import { CHAT_REPLY, streamEvents } from "./replies.ts";
import { withRatios } from "./report.ts";
import { type Cell, cpuRatio, median } from "./result.ts";

function cell(gateway: string, connections: number, cpuMicrosPerRequest: number): Cell {
  const counts = {
    repeats: 1,
    cpuMicrosOfRepeats: [cpuMicrosPerRequest],
    requests: 10,
    failures: 0,
    requestsPerSecond: 1,
  };
  const figures = { p50Ms: 1, p99Ms: 1, residentMb: 1, busyPercent: 1 };
  return { gateway, row: "stream", connections, cpuMicrosPerRequest, ...counts, ...figures };
}

test("compares with nginx at the same number of connections only", () => {
  const cells = [cell("nginx", 64, 40), cell("portolan", 64, 100), cell("portolan", 256, 100)];
  expect(withRatios(cells).map((each) => each.cpuRatioToNginx)).toEqual([1, 2.5, undefined]);
});

test("compares repeat by repeat, and medians where one was measured more often", () => {
  const ours = { ...cell("portolan", 64, 30), cpuMicrosOfRepeats: [20, 30, 90] };
  const floor = { ...cell("nginx", 64, 20), cpuMicrosOfRepeats: [10, 20, 60] };
  expect(cpuRatio(ours, floor)).toBe(1.5);
  expect(cpuRatio(ours, { ...floor, cpuMicrosOfRepeats: [20] })).toBe(1.5);
  expect(cpuRatio({ ...ours, cpuMicrosOfRepeats: [90, 20, 30] }, floor)).toBe(1);
});

test("takes the middle of odd and even counts", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([1, 9, 5, 7])).toBe(6);
  expect(() => median([])).toThrow(RangeError);
});

test("sends replies of the stated sizes", () => {
  expect(CHAT_REPLY).toHaveLength(550);
  expect(streamEvents()).toHaveLength(102);
});
