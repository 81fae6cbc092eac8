import { expect, test } from "bun:test";
import { CHAT_REPLY, streamEvents } from "./replies.ts";
import { withRatios } from "./report.ts";
import { type Cell, median } from "./result.ts";

function cell(gateway: string, connections: number, cpuMicrosPerRequest: number): Cell {
  const counts = { repeats: 1, requests: 10, failures: 0, requestsPerSecond: 1 };
  const figures = { p50Ms: 1, p99Ms: 1, residentMb: 1, busyPercent: 1 };
  return { gateway, row: "stream", connections, cpuMicrosPerRequest, ...counts, ...figures };
}

test("compares with nginx at the same number of connections only", () => {
  const cells = [cell("nginx", 64, 40), cell("portolan", 64, 100), cell("portolan", 256, 100)];
  expect(withRatios(cells).map((each) => each.cpuRatioToNginx)).toEqual([1, 2.5, undefined]);
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
