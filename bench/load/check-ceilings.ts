import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import ceilings from "../ceilings.json" with { type: "json" };
import { checkCeilings } from "./ceilings.ts";
import type { BenchResult } from "./result.ts";

const RESULTS = resolve(import.meta.dir, "../results");

/** The newest result file that `npm run bench` wrote. */
function findNewest(): string | undefined {
  if (!existsSync(RESULTS)) return undefined;
  return readdirSync(RESULTS)
    .filter((name) => name.endsWith(".json"))
    .map((name) => join(RESULTS, name))
    .toSorted((left, right) => statSync(left).mtimeMs - statSync(right).mtimeMs)
    .at(-1);
}

/** Prints one line per ceiling; 0 when all pass, 1 when one fails or was not measured. */
async function main(): Promise<number> {
  const path = process.argv[2] ?? findNewest();
  if (path === undefined) {
    process.stderr.write("no result in bench/results: run npm run bench\n");
    return 1;
  }
  // The file is our own, written by report.ts, hence trusted as it is.
  const result: BenchResult = await Bun.file(path).json();
  const verdicts = checkCeilings(result, ceilings);
  const lines = verdicts.map(({ outcome, text }) => `${outcome.padEnd(7)} ${text}`);
  process.stdout.write(`${path}\n${lines.join("\n")}\n`);
  return verdicts.every(({ outcome }) => outcome === "pass") ? 0 : 1;
}

if (import.meta.main) process.exit(await main());
