import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { readProcStat, readSchedstatMs } from "./proc-files.ts";

/** How to start a process. */
export interface Launch {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File that takes what it prints; overwritten. */
  readonly log: string;
  /** CPU it is pinned to, where pinning is possible. */
  readonly core: number;
}

/** CPU time and memory of a process with all its descendants. */
interface Footprint {
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** A running process group of ours. */
export interface Running {
  readonly pid: number;
  /** Resolves when it has ended by itself or by `stop`. */
  readonly exited: Promise<number>;
  footprint(): Footprint;
  stop(): Promise<void>;
}

const TICK_MS = 10;
const PAGE_BYTES = 4096;
const STOP_GRACE_MS = 3_000;

/** Core of the gateway under test, and core of load generator and upstreams. */
export const GATEWAY_CORE = 0;
export const LOAD_CORE = 1;

/** Whether processes can be pinned: two cores and `taskset`. */
export const isPinned: boolean = cpus().length > 1 && Bun.which("taskset") !== null;

function pin(core: number, command: readonly string[]): string[] {
  return isPinned ? ["taskset", "-c", String(core), ...command] : [...command];
}

const groups = new Set<number>();

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended already.
  }
}

/** Kills, at once, every process group that was started here and still runs. For the way out, wanted or not. */
export function killAll(): void {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
}

/** Starts a process in a session of its own, so that it and its descendants are counted and ended together. */
export function start(launch: Launch): Running {
  const log = openSync(launch.log, "w");
  const child = Bun.spawn(pin(launch.core, launch.command), {
    detached: true,
    stdin: "ignore",
    stdout: log,
    stderr: log,
    env: { ...process.env, ...launch.env },
    ...(launch.cwd === undefined ? {} : { cwd: launch.cwd }),
  });
  closeSync(log);
  const { pid } = child;
  groups.add(pid);
  return { pid, exited: child.exited, footprint: () => readFootprint(pid), stop: () => stopGroup(pid, child.exited) };
}

/** Runs a command to its end on one core; resolves with what it printed. Throws if its exit code is not 0. */
export async function runToEnd(core: number, command: readonly string[]): Promise<string> {
  const child = Bun.spawn(pin(core, command), { detached: true, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  groups.add(child.pid);
  const [output, errors, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  groups.delete(child.pid);
  if (code !== 0) throw new Error(`${command[0]} ended with code ${code}: ${errors}${output}`);
  return output;
}

async function stopGroup(pid: number, exited: Promise<number>): Promise<void> {
  signalGroup(pid, "SIGTERM");
  await Promise.race([exited, Bun.sleep(STOP_GRACE_MS)]);
  signalGroup(pid, "SIGKILL");
  await exited;
  groups.delete(pid);
}

/**
 * Sums CPU time and memory over the session that `pid` leads. `/proc/PID/stat` counts in steps of 10 ms, too coarse for
 * a few streams, while `schedstat` is exact but forgets ended threads: the larger of the two is nearest below the truth.
 */
function readFootprint(pid: number): Footprint {
  let cpuMs = 0;
  let pages = 0;
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const text = readIfThere(`/proc/${entry}/stat`);
    if (text === undefined) continue;
    const stat = readProcStat(text);
    if (stat.session !== pid) continue;
    cpuMs += Math.max(stat.cpuTicks * TICK_MS, readThreadsMs(entry));
    pages += stat.residentPages;
  }
  return { cpuMs, residentMb: (pages * PAGE_BYTES) / 1e6 };
}

function readThreadsMs(pid: string): number {
  let totalMs = 0;
  for (const thread of readThreads(pid)) {
    totalMs += readSchedstatMs(readIfThere(`/proc/${pid}/task/${thread}/schedstat`) ?? "") ?? 0;
  }
  return totalMs;
}

function readThreads(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

/** A loopback port that the system had free a moment ago. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
