import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { listMissingTools, readMachine, readRevision } from "./environment.ts";
import { probeRow, type Started, startGateway, startUpstreams } from "./fleet.ts";
import { GATEWAYS, type Gateway } from "./gateways.ts";
import { estimateCpuSeconds, type Sample, type Subject, type Timing, takeSample, toCell, warmUp } from "./measure.ts";
import type { UpstreamOrigins } from "./nginx-config.ts";
import { killAll } from "./processes.ts";
import { toText, withRatios, writeResult } from "./report.ts";
import type { BenchResult, Cell, Participant } from "./result.ts";
import { CLOSE_CONNECTIONS, CONNECTIONS, QUICK_CONNECTIONS, ROWS, type Row } from "./rows.ts";
import { writeScript } from "./wrk.ts";

const USAGE = `npm run bench -- [--quick] [--only NAME,...] [--rows ROW,...] [--no-peers]
  --quick      about 4.5 minutes: 64 connections only, shorter loads, no peers unless named by --only
  --only       these gateways beside nginx: ${GATEWAYS.map((gateway) => gateway.name).join(", ")}
  --rows       these rows: ${ROWS.map((row) => row.name).join(", ")}
  --no-peers   leave other products out`;

/** Taken for a gateway that gave no reply within the second in which its cost is estimated. */
const SLOWEST_CPU_SECONDS = 1;

const REASON_LENGTH = 300;

interface Plan {
  readonly mode: "full" | "quick";
  readonly gateways: readonly Gateway[];
  readonly rows: readonly Row[];
  readonly connections: readonly number[];
  readonly timing: Timing;
  /** Repeats for floors and ours. A peer's figures are far from the others', one look is enough. */
  readonly repeats: number;
  /** The same for rows that are close. */
  readonly closeRepeats: number;
  readonly starts: number;
  readonly isPartial: boolean;
}

function split(names: string | undefined, known: readonly string[], option: string): readonly string[] | undefined {
  const wanted = names?.split(",");
  const wrong = wanted?.find((name) => !known.includes(name));
  if (wrong !== undefined) throw new Error(`${option}: '${wrong}' is none of ${known.join(", ")}`);
  return wanted;
}

function readPlan(args: readonly string[]): Plan {
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
  return {
    mode: values.quick ? "quick" : "full",
    gateways: GATEWAYS.filter(
      ({ name, role }) => name === "nginx" || (only?.includes(name) ?? !(hasNoPeers && role === "peer")),
    ),
    rows: ROWS.filter((row) => rows?.includes(row.name) ?? true),
    connections: values.quick ? QUICK_CONNECTIONS : CONNECTIONS,
    timing: {
      warmUpSeconds: values.quick ? 2 : 6,
      loadSeconds: values.quick ? 1 : 2,
      longestLoadSeconds: values.quick ? 5 : 12,
    },
    repeats: values.quick ? 2 : 3,
    closeRepeats: values.quick ? 3 : 12,
    starts: values.quick ? 1 : 5,
    isPartial: only !== undefined || rows !== undefined || values["no-peers"],
  };
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

function toReason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, " ").slice(0, REASON_LENGTH);
}

interface Place {
  readonly runDirectory: string;
  readonly origins: UpstreamOrigins;
  readonly rows: readonly Row[];
}

const takesPart = ({ onlyRows }: Gateway, { name }: Row): boolean => onlyRows?.includes(name) ?? true;

async function startAll(plan: Plan, place: Place, leftOut: string[]): Promise<Started[]> {
  const started: Started[] = [];
  for (const gateway of plan.gateways.filter((one) => place.rows.some((row) => takesPart(one, row)))) {
    const version = gateway.findVersion();
    if (version === undefined) {
      leftOut.push(`${gateway.name}: not installed`);
      continue;
    }
    say(`starting ${gateway.name} ${version}`);
    const times = gateway.role === "peer" ? 1 : plan.starts;
    try {
      started.push(await startGateway(gateway, version, place, times));
    } catch (error) {
      leftOut.push(`${gateway.name}: ${toReason(error)}`);
    }
  }
  return started;
}

async function toSubjects(fleet: readonly Started[], row: Row, leftOut: string[]): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const started of fleet.filter(({ gateway }) => takesPart(gateway, row))) {
    const { gateway, site, running } = started;
    try {
      const replyBytes = await probeRow(started, row);
      const script = join(site.directory, `${row.name}.lua`);
      const request = gateway.request(site, row);
      writeScript(script, request);
      const subject = { gateway: gateway.name, running, script, url: request.url, row, replyBytes };
      const cpuSecondsPerRequest = (await estimateCpuSeconds(subject)) ?? SLOWEST_CPU_SECONDS;
      subjects.push({ ...subject, cpuSecondsPerRequest });
    } catch (error) {
      leftOut.push(`${gateway.name}, ${row.name}: ${toReason(error)}`);
    }
  }
  return subjects;
}

/**
 * Goes round the subjects once per repeat, beginning with the next one each time: slow drifts of the machine even out, and
 * all have rested for equally long when their turn comes.
 */
async function measureByTurns(
  { timing }: Plan,
  repeats: number,
  { subjects, connections, leftOut }: { subjects: readonly Subject[]; connections: number; leftOut: string[] },
): Promise<Cell[]> {
  const samples = new Map<Subject, Sample[]>();
  for (let round = 0; round < repeats; round++) {
    const first = round % Math.max(1, subjects.length);
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      const isPeer = GATEWAYS.some(({ name, role }) => name === subject.gateway && role === "peer");
      if (isPeer && round > 0) continue;
      try {
        if (round === 0) await warmUp(subject, connections, timing);
        const sample = await takeSample(subject, connections, timing);
        samples.set(subject, [...(samples.get(subject) ?? []), sample]);
        say(`${subject.row.name} ${connections} ${subject.gateway}: ${sample.cpuMicrosPerRequest.toFixed(0)} us CPU`);
      } catch (error) {
        leftOut.push(`${subject.gateway}, ${subject.row.name}, ${connections} connections: ${toReason(error)}`);
      }
    }
  }
  return subjects.flatMap((subject) => {
    const taken = samples.get(subject);
    return taken === undefined ? [] : [toCell(subject, connections, taken)];
  });
}

async function measureAll(plan: Plan, runDirectory: string): Promise<BenchResult> {
  const takenAt = new Date().toISOString();
  const machine = readMachine();
  const leftOut: string[] = [];
  const origins = await startUpstreams(runDirectory, (message) => {
    say(message);
    process.exit(1);
  });
  const participants: Participant[] = [];
  const cells: Cell[] = [];
  // Rows with groups of deployments get processes of their own: a large model list is not everybody's memory and start.
  const sets = Object.values(Object.groupBy(plan.rows, (row) => (row.deployments === undefined ? "plain" : "groups")));
  const all: Subject[] = [];
  const fleets: Started[][] = [];
  for (const rows of sets) {
    const fleet = await startAll(plan, { runDirectory, origins, rows }, leftOut);
    fleets.push(fleet);
    for (const row of rows) all.push(...(await toSubjects(fleet, row, leftOut)));
  }
  // Rows of one gateway stand side by side: what is compared most closely is measured within seconds.
  const close = all
    .filter(({ row }) => row.isClose)
    .toSorted((left, right) => left.gateway.localeCompare(right.gateway));
  cells.push(
    ...(await measureByTurns(plan, plan.closeRepeats, { subjects: close, connections: CLOSE_CONNECTIONS, leftOut })),
  );
  for (const row of plan.rows) {
    const subjects = all.filter((subject) => subject.row === row);
    const counts = plan.connections.filter((count) => row.connections?.includes(count) ?? true);
    for (const connections of counts.filter((count) => !(row.isClose && count === CLOSE_CONNECTIONS))) {
      cells.push(...(await measureByTurns(plan, plan.repeats, { subjects, connections, leftOut })));
    }
  }
  for (const { running, participant } of fleets.flat()) {
    await running.stop();
    if (!participants.some(({ name }) => name === participant.name)) participants.push(participant);
  }
  return {
    takenAt,
    revision: readRevision(),
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    mode: plan.mode,
    machine,
    participants,
    cells: withRatios(cells),
    leftOut,
  };
}

async function main(): Promise<number> {
  const missing = listMissingTools();
  if (missing.length > 0) {
    say(missing.join("\n"));
    return 1;
  }
  const plan = readPlan(process.argv.slice(2));
  const scratch = resolve(import.meta.dir, "../../.bench");
  mkdirSync(scratch, { recursive: true });
  const runDirectory = mkdtempSync(join(scratch, "run-"));
  process.on("exit", killAll);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => process.exit(130));
  const result = await measureAll(plan, runDirectory);
  process.stdout.write(`${toText(result)}\n`);
  const suffix = `${plan.mode === "quick" ? "-quick" : ""}${plan.isPartial ? "-partial" : ""}`;
  const { json, svg } = writeResult(result, suffix);
  process.stdout.write(`\nwritten: ${json}\n         ${svg}\n`);
  if (result.leftOut.length === 0) rmSync(runDirectory, { recursive: true, force: true });
  else say(`output of the gateways: ${runDirectory}`);
  return 0;
}

try {
  process.exit(await main());
} catch (error) {
  say(`${toReason(error)}\n\n${USAGE}`);
  process.exit(1);
}
