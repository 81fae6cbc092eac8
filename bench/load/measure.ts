import type { Running } from "./processes.ts";
import { type Cell, median } from "./result.ts";
import type { Row } from "./rows.ts";
import { runWrk } from "./wrk.ts";

/** A started gateway with what is needed to put one row's load on it. */
export interface Subject {
  readonly gateway: string;
  readonly running: Running;
  readonly script: string;
  readonly url: string;
  readonly row: Row;
  /** Size of one reply on the wire, from the probe. */
  readonly replyBytes: number;
  /** CPU time of one request, roughly, from `estimateCpuSeconds`. */
  readonly cpuSecondsPerRequest: number;
}

/** Lengths of one measurement, whole seconds as wrk wants them. */
export interface Timing {
  readonly warmUpSeconds: number;
  readonly loadSeconds: number;
  /** Limit for gateways so slow that `loadSeconds` would end before each connection had its turn. */
  readonly longestLoadSeconds: number;
}

/** One measurement of one subject. */
export type Sample = Omit<
  Cell,
  "gateway" | "row" | "connections" | "repeats" | "cpuMicrosOfRepeats" | "cpuRatioToNginx"
>;

const MEMORY_EVERY_MS = 200;
const MIN_REQUESTS = 5;
/** Replies per connection that a load should last for: what is cut off at the end then weighs at most a tenth. */
const TURNS = 5;
const QUIET_EVERY_MS = 100;
const QUIET_CPU_MS = 20;
const QUIET_LIMIT_MS = 10_000;

/** One short look over one connection: CPU seconds per request, or undefined when no reply came. */
export async function estimateCpuSeconds(subject: Omit<Subject, "cpuSecondsPerRequest">): Promise<number | undefined> {
  const before = subject.running.footprint();
  const seen = await runWrk(subject.script, subject.url, 1, 1);
  const cpuMs = subject.running.footprint().cpuMs - before.cpuMs;
  const requests = countReplies(subject, seen.requests, seen.bytes);
  return requests > 0 ? cpuMs / 1000 / requests : undefined;
}

function chooseLoadSeconds(subject: Subject, connections: number, timing: Timing): number {
  const wanted = Math.ceil(TURNS * connections * subject.cpuSecondsPerRequest);
  return Math.min(Math.max(wanted, timing.loadSeconds), timing.longestLoadSeconds);
}

/** Waits until calls that the load generator gave up no longer cost CPU, so that the next load does not pay for them. */
async function untilQuiet(running: Running): Promise<void> {
  const startedAt = performance.now();
  let before = running.footprint().cpuMs;
  while (performance.now() - startedAt < QUIET_LIMIT_MS) {
    await Bun.sleep(QUIET_EVERY_MS);
    const now = running.footprint().cpuMs;
    if (now - before < QUIET_CPU_MS) return;
    before = now;
  }
}

/** Puts one load on the subject and reads what it cost. */
async function measureLoad(subject: Subject, connections: number, seconds: number): Promise<Sample> {
  const { running, script, url } = subject;
  const before = running.footprint();
  let residentMb = before.residentMb;
  const sampler = setInterval(() => {
    residentMb = Math.max(residentMb, running.footprint().residentMb);
  }, MEMORY_EVERY_MS);
  try {
    const seen = await runWrk(script, url, connections, seconds);
    const cpuMs = running.footprint().cpuMs - before.cpuMs;
    const requests = countReplies(subject, seen.requests, seen.bytes);
    return {
      requests,
      failures: seen.failures,
      cpuMicrosPerRequest: (cpuMs * 1000) / requests,
      requestsPerSecond: (requests * 1000) / seen.durationMs,
      p50Ms: seen.p50Ms,
      p99Ms: seen.p99Ms,
      residentMb,
      busyPercent: (cpuMs * 100) / seen.durationMs,
    };
  } finally {
    clearInterval(sampler);
  }
}

/** Puts this very load on the gateway, so that its code is compiled and its pools are filled, and lets it come to rest. */
export async function warmUp(subject: Subject, connections: number, timing: Timing): Promise<void> {
  await runWrk(subject.script, subject.url, connections, timing.warmUpSeconds);
  await untilQuiet(subject.running);
}

/** Measures one load and lets the gateway come to rest. Throws if it answered next to nothing. */
export async function takeSample(subject: Subject, connections: number, timing: Timing): Promise<Sample> {
  const seconds = chooseLoadSeconds(subject, connections, timing);
  const sample = await measureLoad(subject, connections, seconds);
  await untilQuiet(subject.running);
  if (sample.requests < MIN_REQUESTS) throw new Error(`only ${sample.requests.toFixed(1)} replies in ${seconds} s`);
  return sample;
}

/** wrk counts whole replies. Streams still running at the end cost CPU as well, so a stream counts by its bytes. */
function countReplies(subject: Pick<Subject, "row" | "replyBytes">, whole: number, bytes: number): number {
  return subject.row.isStream ? bytes / subject.replyBytes : whole;
}

/** Folds the repeats of one cell into medians, failures and requests summed, memory at its largest. */
export function toCell(subject: Subject, connections: number, samples: readonly Sample[]): Cell {
  const middle = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const sum = (pick: (sample: Sample) => number): number => samples.reduce((total, sample) => total + pick(sample), 0);
  return {
    gateway: subject.gateway,
    row: subject.row.name,
    connections,
    repeats: samples.length,
    requests: Math.round(sum((sample) => sample.requests)),
    failures: sum((sample) => sample.failures),
    cpuMicrosPerRequest: middle((sample) => sample.cpuMicrosPerRequest),
    cpuMicrosOfRepeats: samples.map((sample) => sample.cpuMicrosPerRequest),
    requestsPerSecond: middle((sample) => sample.requestsPerSecond),
    p50Ms: middle((sample) => sample.p50Ms),
    p99Ms: middle((sample) => sample.p99Ms),
    residentMb: Math.max(...samples.map((sample) => sample.residentMb)),
    busyPercent: middle((sample) => sample.busyPercent),
  };
}
