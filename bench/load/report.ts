import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { drawCpuPlot } from "./plot.ts";
import { type BenchResult, type Cell, cpuRatio, median } from "./result.ts";
import { ROWS } from "./rows.ts";

const RESULTS = resolve(import.meta.dir, "../results");

/** Adds each cell's ratio to nginx in the same row at the same number of connections. */
export function withRatios(cells: readonly Cell[]): Cell[] {
  return cells.map((cell) => {
    const floor = cells.find(
      (other) => other.gateway === "nginx" && other.row === cell.row && other.connections === cell.connections,
    );
    return floor === undefined ? cell : { ...cell, cpuRatioToNginx: cpuRatio(cell, floor) };
  });
}

const COLUMNS: readonly (readonly [string, (cell: Cell) => string])[] = [
  ["gateway", (cell) => cell.gateway],
  ["conns", (cell) => String(cell.connections)],
  ["CPU us/req", (cell) => cell.cpuMicrosPerRequest.toFixed(0)],
  ["x nginx", (cell) => cell.cpuRatioToNginx?.toFixed(2) ?? "-"],
  ["req/s", (cell) => cell.requestsPerSecond.toFixed(cell.requestsPerSecond < 100 ? 1 : 0)],
  ["p50 ms", (cell) => toLatency(cell.p50Ms)],
  ["p99 ms", (cell) => toLatency(cell.p99Ms)],
  ["RSS MB", (cell) => cell.residentMb.toFixed(0)],
  ["core %", (cell) => cell.busyPercent.toFixed(0)],
  ["failed", (cell) => String(cell.failures)],
];

function toLatency(ms: number): string {
  if (ms === 0) return "-";
  return ms.toFixed(ms < 10 ? 2 : 0);
}

function toTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)));
  return rows.map((row) => `  ${line(row).join("  ")}`).join("\n");
}

/** The result as text: one table per row of traffic, then the cold starts and what was left out. */
export function toText(result: BenchResult): string {
  const { machine } = result;
  const tables = ROWS.flatMap((row) => {
    const cells = result.cells.filter((cell) => cell.row === row.name);
    if (cells.length === 0) return [];
    const ordered = cells.toSorted((left, right) => left.connections - right.connections);
    const lines = ordered.map((cell) => COLUMNS.map(([, read]) => read(cell)));
    return [`${row.title}\n${toTable([COLUMNS.map(([title]) => title), ...lines])}`];
  });
  const starts = result.participants.map(({ name, version, firstAnswerMs }) => [
    name,
    version,
    median(firstAnswerMs).toFixed(0),
  ]);
  return [
    `${result.takenAt}  ${result.revision}  ${result.mode}  ${machine.cpu} x${machine.cores}, Linux ${machine.kernel}, load before ${machine.loadBefore.toFixed(2)}${machine.isPinned ? "" : ", NOT pinned"}`,
    ...tables,
    `start to first answer\n${toTable([["gateway", "version", "ms"], ...starts])}`,
    ...(result.leftOut.length === 0 ? [] : [`left out\n  ${result.leftOut.join("\n  ")}`]),
  ].join("\n\n");
}

/** Writes the dated result and its plot; a run with a `suffix` (quick, partial) never overwrites a full one. Returns the paths. */
export function writeResult(result: BenchResult, suffix: string): { json: string; svg: string } {
  mkdirSync(RESULTS, { recursive: true });
  const base = `${RESULTS}/${result.takenAt.slice(0, 10)}-${result.revision}${suffix}`;
  writeFileSync(`${base}.json`, `${JSON.stringify(result, undefined, 2)}\n`);
  writeFileSync(`${base}.svg`, drawCpuPlot(result));
  return { json: `${base}.json`, svg: `${base}.svg` };
}
