import { cpus, loadavg, release, totalmem } from "node:os";
import { resolve } from "node:path";
import { isPinned } from "./processes.ts";
import type { Machine } from "./result.ts";

const ROOT = resolve(import.meta.dir, "../..");
const MEASURED_PATHS = ["src", "scripts/bundle.ts", "package.json", "bench/load"];

function output(command: readonly string[]): string {
  const { stdout, stderr } = Bun.spawnSync([...command], { cwd: ROOT });
  return `${stdout}${stderr}`.trim();
}

/** Says which tools are missing and how to get them; empty when the bench can run. */
export function listMissingTools(): string[] {
  const packages = { nginx: "nginx-light", wrk: "wrk" };
  return Object.entries(packages)
    .filter(([tool]) => Bun.which(tool) === null)
    .map(([tool, name]) => `${tool} is not installed: apt-get install ${name}`);
}

/** Makes the program that `npm start` runs out of the sources as they are now. @returns what went wrong */
export function buildProgram(): string | undefined {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, "scripts/bundle.ts"], { cwd: ROOT });
  return exitCode === 0 ? undefined : `dist/server could not be built: ${stderr}`;
}

/** Describes this machine. */
export function readMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 1e6),
    kernel: release(),
    loadBefore: loadavg()[0] ?? 0,
    isPinned,
    versions: {
      bun: Bun.version,
      node: Bun.which("node") === null ? "none" : output(["node", "--version"]),
      nginx: output(["nginx", "-v"]),
      wrk: output(["wrk", "-v"]).split(" Copyright")[0] ?? "",
    },
  };
}

/** Short git revision of the measured sources, or `worktree` when they hold uncommitted changes. */
export function readRevision(): string {
  const head = Bun.spawnSync(["git", "rev-parse", "--short", "HEAD"], { cwd: ROOT, stderr: "ignore" });
  const isClean = output(["git", "status", "--porcelain", "--", ...MEASURED_PATHS]) === "";
  return head.exitCode === 0 && isClean ? head.stdout.toString().trim() : "worktree";
}
