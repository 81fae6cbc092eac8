import { parseArgs } from "node:util";
import { GATEWAYS, type Gateway } from "./gateways.ts";
import type { Timing } from "./measure.ts";
import { CONNECTIONS, QUICK_CONNECTIONS, ROWS, type Row } from "./rows.ts";

export const USAGE = `npm run bench -- [--quick] [--only NAME,...] [--rows ROW,...] [--no-peers]
  --quick      about 5 minutes: 64 connections only, shorter loads, no peers unless named by --only
  --only       these gateways beside nginx: ${GATEWAYS.map((gateway) => gateway.name).join(", ")}
  --rows       these rows: ${ROWS.map((row) => row.name).join(", ")}
  --no-peers   leave other products out`;

/** What a run measures, how often and for how long. */
export interface Plan {
  readonly mode: "full" | "quick";
  readonly gateways: readonly Gateway[];
  readonly rows: readonly Row[];
  readonly connections: readonly number[];
  readonly timing: Timing;
  /** The same for rows that are close: how long a compiler is at work differs from row to row, too. */
  readonly closeTiming: Timing;
  /** Repeats for floors and ours. A peer's figures are far from the others', one look is enough. */
  readonly repeats: number;
  /** The same for rows that are close, in each set of processes. */
  readonly closeRepeats: number;
  /** Sets of processes in which close rows are measured: what a compiler does differs from one start to the next. */
  readonly closeSets: number;
  readonly starts: number;
  readonly isPartial: boolean;
}

function split(names: string | undefined, known: readonly string[], option: string): readonly string[] | undefined {
  const wanted = names?.split(",");
  const wrong = wanted?.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`${option}: '${wrong}' is none of ${known.join(", ")}`);
  return wanted;
}

/** Reads the command line. @throws Error that names what is none of what there is */
export function readPlan(args: readonly string[]): Plan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      rows: { type: "string" },
      "no-peers": { type: "boolean", default: false },
    },
  });
  const gatewayNames = GATEWAYS.map((gateway) => gateway.name);
  const rowNames = ROWS.map((row) => row.name);
  const only = split(values.only, gatewayNames, "--only");
  const rows = split(values.rows, rowNames, "--rows");
  const hasNoPeers = values["no-peers"] || values.quick;
  const timing: Timing = {
    warmUpSeconds: values.quick ? 2 : 6,
    loadSeconds: values.quick ? 1 : 2,
    longestLoadSeconds: values.quick ? 5 : 12,
  };
  return {
    mode: values.quick ? "quick" : "full",
    gateways: GATEWAYS.filter(
      ({ name, role }) => name === "nginx" || (only?.includes(name) ?? !(hasNoPeers && role === "peer")),
    ),
    rows: ROWS.filter((row) => rows?.includes(row.name) ?? true),
    connections: values.quick ? QUICK_CONNECTIONS : CONNECTIONS,
    timing,
    closeTiming: { ...timing, warmUpSeconds: values.quick ? 4 : 15 },
    repeats: values.quick ? 2 : 3,
    closeRepeats: values.quick ? 3 : 12,
    closeSets: values.quick ? 1 : 2,
    starts: values.quick ? 1 : 5,
    isPartial: only !== undefined || rows !== undefined || values["no-peers"],
  };
}
