import { expect, test } from "bun:test";
import { Outages } from "./outages.ts";

const LIMITS = { windowMs: 1000, minorCount: 3, majorCount: 5 };

const failTimes = (outages: Outages<string>, times: readonly number[], deployment = "d1"): readonly unknown[] =>
  times.map((atMs) => outages.failed("key", "d1", { atMs, kind: "Timeout", deployment })?.state);

test("an outage is told once as minor, once as major, once as over", () => {
  const outages = new Outages<string>(LIMITS);
  expect(failTimes(outages, [0, 1, 2, 3, 4, 5, 6])).toEqual([
    undefined,
    undefined,
    "minor",
    undefined,
    "major",
    undefined,
    undefined,
  ]);
  outages.succeeded("key", 500);
  expect(outages.recovered(900)).toEqual([]); // It failed too lately.
  expect(outages.recovered(1100).map(({ state }) => state)).toEqual(["over"]);
  expect(outages.recovered(1200)).toEqual([]);
});

test("failures further apart than the window are none", () => {
  expect(failTimes(new Outages<string>(LIMITS), [0, 600, 1200, 1800, 2400])).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test("it is not over while nothing has been answered", () => {
  const outages = new Outages<string>(LIMITS);
  failTimes(outages, [0, 1, 2]);
  expect(outages.recovered(10_000)).toEqual([]);
  outages.succeeded("key", 11_000);
  expect(outages.recovered(11_001)).toHaveLength(1);
});

test("of a provider, only failures of several deployments are one", () => {
  const outages = new Outages<string>(LIMITS, 2);
  expect(failTimes(outages, [0, 1, 2, 3])).not.toContain("minor");
  expect(failTimes(outages, [4], "d2")).toEqual(["major"]);
});

test("kinds are counted, and what is remembered is bounded", () => {
  const outages = new Outages<string>(LIMITS);
  failTimes(outages, [0, 1]);
  const change = outages.failed("key", "d1", { atMs: 2, kind: "RateLimitError", deployment: "d1" });
  expect([...(change?.kinds ?? [])]).toEqual([
    ["Timeout", 2],
    ["RateLimitError", 1],
  ]);
  for (let index = 0; index < 20_000; index++) {
    outages.failed(`key-${index}`, "d", { atMs: 3, kind: "Timeout", deployment: "d" });
  }
  expect(failTimes(outages, [4, 5])).toEqual([undefined, undefined]); // Forgotten.
});
