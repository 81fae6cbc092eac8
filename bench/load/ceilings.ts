import { type BenchResult, type Cell, cpuRatio, findCell, median } from "./result.ts";

/** The most that one cell of ours may reach. */
export interface CellCeiling {
  readonly row: string;
  readonly connections: number;
  readonly most: number;
}

/** `bench/ceilings.json`. */
export interface Ceilings {
  readonly cpuRatioToNginx: readonly CellCeiling[];
  readonly cpuRatioToBareBun: readonly CellCeiling[];
  /** Over one deployment that answers every call, in the same processes at as many connections. */
  readonly cpuRatioToOneDeployment: readonly CellCeiling[];
  readonly cpuMsPerRequest: readonly CellCeiling[];
  readonly residentMb: readonly CellCeiling[];
  readonly residentRatioToBareBun: readonly CellCeiling[];
  /** Of the process with observers, over the one without. */
  readonly cpuRatioOfWatched: readonly CellCeiling[];
  readonly firstAnswerMs: number;
}

/** What became of one ceiling: `missing` when the result does not hold the cells to judge it by. */
export interface Verdict {
  readonly outcome: "pass" | "fail" | "missing";
  readonly text: string;
}

const OURS = "portolan";
const WATCHED = "portolan-watched";

/** The share of failed replies above which a cell proves nothing. */
const FAILURE_SHARE = 0.001;

type Measure = (ours: Cell, result: BenchResult) => number | undefined;

const MEASURES: Readonly<Record<Exclude<keyof Ceilings, "firstAnswerMs">, readonly [string, Measure]>> = {
  cpuRatioToNginx: ["CPU over nginx", (ours, result) => ratioTo("nginx", ours, result)],
  cpuRatioToBareBun: ["CPU over bare Bun", (ours, result) => ratioTo("bare-bun", ours, result)],
  cpuRatioToOneDeployment: ["CPU over one-deployment", (ours, result) => oneDeploymentRatio(ours, result)],
  cpuMsPerRequest: ["CPU ms per request", (ours) => ours.cpuMicrosPerRequest / 1000],
  residentMb: ["resident MB", (ours) => ours.residentMb],
  residentRatioToBareBun: ["memory over bare Bun", (ours, result) => residentRatio(ours, result)],
  cpuRatioOfWatched: ["CPU with observers over without", (ours, result) => watchedRatio(ours, result)],
};

function residentRatio(ours: Cell, result: BenchResult): number | undefined {
  const cell = findCell(result.cells, "bare-bun", ours.row, ours.connections);
  return cell === undefined ? undefined : ours.residentMb / cell.residentMb;
}

function ratioTo(base: string, ours: Cell, result: BenchResult): number | undefined {
  const cell = findCell(result.cells, base, ours.row, ours.connections);
  return cell === undefined ? undefined : cpuRatio(ours, cell);
}

function oneDeploymentRatio(ours: Cell, result: BenchResult): number | undefined {
  const cell = findCell(result.cells, OURS, "one-deployment", ours.connections);
  return cell === undefined ? undefined : cpuRatio(ours, cell);
}

function watchedRatio(ours: Cell, result: BenchResult): number | undefined {
  const cell = findCell(result.cells, WATCHED, ours.row, ours.connections);
  return cell === undefined ? undefined : cpuRatio(cell, ours);
}

function judge(title: string, value: number | undefined, most: number): Verdict {
  if (value === undefined) return { outcome: "missing", text: `${title}: not measured (ceiling ${most})` };
  return { outcome: value <= most ? "pass" : "fail", text: `${title}: ${value.toFixed(2)} (ceiling ${most})` };
}

function judgeCell(result: BenchResult, [name, measure]: readonly [string, Measure], ceiling: CellCeiling): Verdict {
  const { row, connections, most } = ceiling;
  const title = `${row} at ${connections} connections, ${name}`;
  const ours = findCell(result.cells, OURS, row, connections);
  if (ours !== undefined && ours.failures > ours.requests * FAILURE_SHARE) {
    return { outcome: "fail", text: `${title}: ${ours.failures} of ${ours.requests} replies failed` };
  }
  return judge(title, ours === undefined ? undefined : measure(ours, result), most);
}

/** Judges every ceiling by one result, in the order of the file. */
export function checkCeilings(result: BenchResult, ceilings: Ceilings): Verdict[] {
  const starts = result.participants.find(({ name }) => name === OURS)?.firstAnswerMs ?? [];
  return [
    ...ceilings.cpuRatioToNginx.map((ceiling) => judgeCell(result, MEASURES.cpuRatioToNginx, ceiling)),
    ...ceilings.cpuRatioToBareBun.map((ceiling) => judgeCell(result, MEASURES.cpuRatioToBareBun, ceiling)),
    ...ceilings.cpuRatioToOneDeployment.map((ceiling) => judgeCell(result, MEASURES.cpuRatioToOneDeployment, ceiling)),
    ...ceilings.cpuMsPerRequest.map((ceiling) => judgeCell(result, MEASURES.cpuMsPerRequest, ceiling)),
    ...ceilings.residentMb.map((ceiling) => judgeCell(result, MEASURES.residentMb, ceiling)),
    ...ceilings.residentRatioToBareBun.map((ceiling) => judgeCell(result, MEASURES.residentRatioToBareBun, ceiling)),
    ...ceilings.cpuRatioOfWatched.map((ceiling) => judgeCell(result, MEASURES.cpuRatioOfWatched, ceiling)),
    judge("first answer, ms", starts.length === 0 ? undefined : median(starts), ceilings.firstAnswerMs),
  ];
}
