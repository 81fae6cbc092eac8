/** What a gateway is to the comparison: a lower bound, the thing measured, or another product. */
export type GatewayRole = "floor" | "ours" | "peer";

/** One gateway under one row at one number of connections; medians over the repeats. */
export interface Cell {
  readonly gateway: string;
  readonly row: string;
  readonly connections: number;
  readonly repeats: number;
  /** Replies counted over all repeats; a stream cut off by the end of the run counts by its part. */
  readonly requests: number;
  /** Replies that were not 2xx, and socket errors. More than a handful make the cell worthless. */
  readonly failures: number;
  readonly cpuMicrosPerRequest: number;
  /** CPU per request of each repeat, in their order. */
  readonly cpuMicrosOfRepeats: readonly number[];
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Largest resident memory of all the gateway's processes together, seen during the load. */
  readonly residentMb: number;
  /** Share of one core that the gateway used, in percent: near 100 means that the gateway itself was the limit. */
  readonly busyPercent: number;
  /** CPU per request over nginx's in the same run; absent when nginx was not measured. */
  readonly cpuRatioToNginx?: number;
}

/** A gateway that took part. */
export interface Participant {
  readonly name: string;
  readonly role: GatewayRole;
  readonly version: string;
  /** Process start to the first 200 on a chat call, each time it was started. */
  readonly firstAnswerMs: readonly number[];
}

/** The machine and the software, as far as they move the figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly kernel: string;
  /** One-minute load average before the run: above about 0.3, something else was running. */
  readonly loadBefore: number;
  readonly isPinned: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

/** The result file. */
export interface BenchResult {
  readonly takenAt: string;
  readonly revision: string;
  readonly command: string;
  readonly mode: "full" | "quick";
  readonly machine: Machine;
  readonly participants: readonly Participant[];
  readonly cells: readonly Cell[];
  /** Gateways or cells left out, each with the reason. */
  readonly leftOut: readonly string[];
}

/** The middle value; the mean of the two middle values of an even count. Throws a RangeError on no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError("median of no values");
  return (lower + upper) / 2;
}

/**
 * CPU of one cell over another's. Where both were measured equally often it is the median of the ratios of the repeats: a
 * machine that was slow for a while was so for both.
 */
export function cpuRatio(cell: Cell, base: Cell): number {
  const ratios = cell.cpuMicrosOfRepeats.map((cpu, repeat) => cpu / (base.cpuMicrosOfRepeats[repeat] ?? Number.NaN));
  return ratios.length > 0 && ratios.length === base.cpuMicrosOfRepeats.length
    ? median(ratios)
    : cell.cpuMicrosPerRequest / base.cpuMicrosPerRequest;
}

/** Finds one cell. */
export function findCell(cells: readonly Cell[], gateway: string, row: string, connections: number): Cell | undefined {
  return cells.find((cell) => cell.gateway === gateway && cell.row === row && cell.connections === connections);
}
