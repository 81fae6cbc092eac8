import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildProgram, listMissingTools, readMachine, readRevision } from "./environment.ts";
import { probeRow, type Started, startGateway, startUpstreams } from "./fleet.ts";
import { GATEWAYS, type Gateway } from "./gateways.ts";
import { estimateCpuSeconds, type Sample, type Subject, type Timing, takeSample, toCell, warmUp } from "./measure.ts";
import type { UpstreamOrigins } from "./nginx-config.ts";
import { type Plan, readPlan, USAGE } from "./plan.ts";
import { killAll } from "./processes.ts";
import { toText, withRatios, writeResult } from "./report.ts";
import type { BenchResult, Cell, Participant } from "./result.ts";
import { CLOSE_CONNECTIONS, type Row } from "./rows.ts";
import { writeScript } from "./wrk.ts";

/** Taken for a gateway that gave no reply within the second in which its cost is estimated. */
const SLOWEST_CPU_SECONDS = 1;

const REASON_LENGTH = 300;

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

const takesPart = ({ onlyRows, role }: Gateway, { name, deployments }: Row): boolean =>
  (onlyRows?.includes(name) ?? true) && !(role === "floor" && deployments !== undefined);

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

/** Gateways that are up, and the loads that can be put on them. */
interface Fleet {
  readonly started: readonly Started[];
  readonly subjects: readonly Subject[];
}

/**
 * Rows with groups of deployments, and those in vendors' formats, get processes of their own: a large model list, and the
 * program and identities of other vendors, are not everybody's memory and start.
 */
function setOf({ deployments, vendorModel }: Row): "groups" | "translated" | "plain" {
  if (deployments !== undefined) return "groups";
  return vendorModel === undefined ? "plain" : "translated";
}

async function startFleet(plan: Plan, place: Omit<Place, "rows">, leftOut: string[]): Promise<Fleet> {
  const sets = Object.values(Object.groupBy(plan.rows, setOf));
  const started: Started[] = [];
  const subjects: Subject[] = [];
  for (const rows of sets) {
    const some = await startAll(plan, { ...place, rows }, leftOut);
    started.push(...some);
    for (const row of rows) subjects.push(...(await toSubjects(some, row, leftOut)));
  }
  return { started, subjects };
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

const isPeer = ({ gateway }: Pick<Subject, "gateway">): boolean =>
  GATEWAYS.some(({ name, role }) => name === gateway && role === "peer");

/**
 * Goes round the subjects once per repeat, beginning with the next one each time: slow drifts of the machine even out, and
 * all have rested for equally long when their turn comes.
 */
async function takeTurns(
  timing: Timing,
  repeats: number,
  { subjects, connections, leftOut }: { subjects: readonly Subject[]; connections: number; leftOut: string[] },
): Promise<Map<Subject, Sample[]>> {
  const samples = new Map<Subject, Sample[]>();
  for (let round = 0; round < repeats; round++) {
    const first = round % Math.max(1, subjects.length);
    for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      if (isPeer(subject) && round > 0) continue;
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
  return samples;
}

/** The close rows at their number of connections, first in the fleet that stands, then in fresh ones. */
async function measureClose(
  plan: Plan,
  standing: Fleet,
  place: Omit<Place, "rows">,
  leftOut: string[],
): Promise<Cell[]> {
  const cells = new Map<string, { readonly subject: Subject; readonly samples: Sample[] }>();
  const rows = plan.rows.filter(({ isClose }) => isClose);
  const gateways = plan.gateways.filter(({ role }) => role !== "peer");
  for (let set = 0; set < (rows.length === 0 ? 0 : plan.closeSets); set++) {
    const runDirectory = join(place.runDirectory, `close-${set}`);
    const fleet =
      set === 0
        ? standing
        : await startFleet({ ...plan, rows, gateways, starts: 1 }, { ...place, runDirectory }, leftOut);
    // Rows of one gateway stand side by side: what is compared most closely is measured within seconds.
    const subjects = fleet.subjects
      .filter(({ row }) => row.isClose)
      .toSorted((left, right) => left.gateway.localeCompare(right.gateway));
    const taken = await takeTurns(plan.closeTiming, plan.closeRepeats, {
      subjects,
      connections: CLOSE_CONNECTIONS,
      leftOut,
    });
    for (const [subject, samples] of taken) {
      const key = `${subject.gateway} ${subject.row.name}`;
      cells.set(key, { subject, samples: [...(cells.get(key)?.samples ?? []), ...samples] });
    }
    if (fleet !== standing) await stopAll(fleet);
  }
  return [...cells.values()].map(({ subject, samples }) => toCell(subject, CLOSE_CONNECTIONS, samples));
}

async function stopAll({ started }: Fleet): Promise<void> {
  for (const { running } of started) await running.stop();
}

async function measureAll(plan: Plan, runDirectory: string): Promise<BenchResult> {
  const takenAt = new Date().toISOString();
  const machine = readMachine();
  const leftOut: string[] = [];
  const origins = await startUpstreams(runDirectory, (message) => {
    say(message);
    process.exit(1);
  });
  const place = { runDirectory, origins };
  const fleet = await startFleet(plan, place, leftOut);
  const cells = await measureClose(plan, fleet, place, leftOut);
  for (const row of plan.rows) {
    const subjects = fleet.subjects.filter((subject) => subject.row === row);
    const counts = plan.connections.filter((count) => row.connections?.includes(count) ?? true);
    for (const connections of counts.filter((count) => !(row.isClose && count === CLOSE_CONNECTIONS))) {
      const taken = await takeTurns(plan.timing, plan.repeats, { subjects, connections, leftOut });
      for (const [subject, samples] of taken) cells.push(toCell(subject, connections, samples));
    }
  }
  await stopAll(fleet);
  const participants = new Map<string, Participant>();
  for (const { participant } of fleet.started) {
    if (!participants.has(participant.name)) participants.set(participant.name, participant);
  }
  return {
    takenAt,
    revision: readRevision(),
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    mode: plan.mode,
    machine,
    participants: [...participants.values()],
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
  const fault = buildProgram();
  if (fault !== undefined) {
    say(fault);
    return 1;
  }
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
