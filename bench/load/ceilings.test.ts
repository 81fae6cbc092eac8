import { expect, test } from "bun:test";
import { type Ceilings, checkCeilings } from "./ceilings.ts";
import type { BenchResult, Cell } from "./result.ts";

const CEILINGS: Ceilings = {
  cpuRatioToNginx: [{ row: "small-chat", connections: 64, most: 2.5 }],
  cpuRatioToBareBun: [],
  cpuRatioToOneDeployment: [],
  cpuMsPerRequest: [],
  residentMb: [{ row: "small-chat", connections: 64, most: 100 }],
  residentRatioToBareBun: [],
  cpuRatioOfWatched: [],
  firstAnswerMs: 500,
};

function cell(gateway: string, changes: Partial<Cell> = {}): Cell {
  const base = { row: "small-chat", connections: 64, repeats: 3, requests: 90_000, failures: 0 };
  const figures = {
    cpuMicrosPerRequest: 40,
    cpuMicrosOfRepeats: [],
    requestsPerSecond: 1,
    p50Ms: 1,
    p99Ms: 1,
    residentMb: 60,
    busyPercent: 99,
  };
  return { gateway, ...base, ...figures, ...changes };
}

function result(cells: readonly Cell[], firstAnswerMs: readonly number[] = [200]): BenchResult {
  const machine = { cpu: "x", cores: 2, memoryMb: 1, kernel: "6", loadBefore: 0, isPinned: true, versions: {} };
  const participants = [{ name: "portolan", role: "ours" as const, version: "0.1.0", firstAnswerMs }];
  const about = { takenAt: "2026-11-23T10:00:00Z", revision: "abc", command: "npm run bench", mode: "full" as const };
  return { ...about, machine, participants, cells, leftOut: [] };
}

function outcomes(bench: BenchResult): string[] {
  return checkCeilings(bench, CEILINGS).map(({ outcome }) => outcome);
}

test("passes at the ceiling and fails above it", () => {
  const at = cell("portolan", { cpuMicrosPerRequest: 100, residentMb: 100.5 });
  expect(outcomes(result([cell("nginx"), at]))).toEqual(["pass", "fail", "pass"]);
});

test("takes the median of the starts", () => {
  expect(outcomes(result([cell("nginx"), cell("portolan")], [300, 900, 800])).at(-1)).toBe("fail");
});

test("says missing instead of passing what was not measured", () => {
  expect(outcomes(result([cell("portolan")], []))).toEqual(["missing", "pass", "missing"]);
});

test("fails a cell whose replies failed", () => {
  const failing = cell("portolan", { failures: 500 });
  expect(outcomes(result([cell("nginx"), failing]))).toEqual(["fail", "fail", "pass"]);
});

test("judges memory by what the bare pass-through takes in the same run", () => {
  const ceiling = { row: "small-chat", connections: 64, most: 1 };
  const judge = (residentMb: number): string | undefined => {
    const bench = result([cell("nginx"), cell("bare-bun"), cell("portolan", { residentMb })]);
    return checkCeilings(bench, { ...CEILINGS, residentRatioToBareBun: [ceiling] }).at(-2)?.outcome;
  };
  expect([judge(60), judge(61)]).toEqual(["pass", "fail"]);
});

test("groups and failures are judged by the one deployment in the same processes", () => {
  const faulty = cell("portolan", { row: "faulty", cpuMicrosPerRequest: 44 });
  const judge = (most: number): string | undefined =>
    checkCeilings(result([cell("portolan"), cell("portolan", { row: "one-deployment" }), faulty]), {
      ...CEILINGS,
      cpuRatioToNginx: [],
      cpuRatioToOneDeployment: [{ row: "faulty", connections: 64, most }],
    })[0]?.outcome;
  expect([judge(1.1), judge(1.09)]).toEqual(["pass", "fail"]);
});

test("observers are judged by the process that has none", () => {
  const bench = result([cell("portolan"), cell("portolan-watched", { cpuMicrosPerRequest: 46 })]);
  const judge = (most: number): string | undefined =>
    checkCeilings(bench, {
      ...CEILINGS,
      cpuRatioToNginx: [],
      residentMb: [],
      cpuRatioOfWatched: [{ row: "small-chat", connections: 64, most }],
    })[0]?.outcome;
  expect([judge(1.15), judge(1.14)]).toEqual(["pass", "fail"]);
});
