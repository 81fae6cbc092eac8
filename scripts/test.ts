import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How many tests of a run ended which way, and what the failed ones said. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

/** What a test may take, unless it says otherwise: far more than it needs, as the machine may be busy. */
const TEST_LIMIT_MS = 30_000;

const ROOT = join(import.meta.dir, "..");

/** Folders with tests, quick ones first, so that a plain mistake shows before the real clients have started. */
const STAGES: readonly (readonly string[])[] = [
  ["src", "web", "scripts", "bench", "tests/support"],
  ["tests/conformance", "tests/e2e", "tests/docs"],
  ["tests/compat"],
];

const hasTests = (folder: string): boolean => {
  const [first] = new Bun.Glob(`${folder}/**/*.test.ts`).scanSync(ROOT);
  return first !== undefined;
};

const readAttribute = (element: string, name: string): number =>
  Number(new RegExp(` ${name}="(\\d+)"`).exec(element)?.[1] ?? 0);

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

const decodeText = (text: string): string =>
  text.replace(/&(?:#(\d+)|(\w+));/g, (entity, code: string | undefined, name: string | undefined) =>
    code === undefined ? (ENTITIES[name ?? ""] ?? entity) : String.fromCodePoint(Number(code)),
  );

/** One text for each failed test of a JUnit report: where it is, its name, what it said. */
const readFailures = (report: string): string[] =>
  Array.from(
    report.matchAll(
      /<testcase name="([^"]*)" classname="([^"]*)"[^>]* file="([^"]*)"[^>]*>\s*<failure([^>]*)>([^<]*)/g,
    ),
    ([, name = "", group = "", file = "", attributes = "", text = ""]) =>
      decodeText(`${file} > ${group} > ${name}\n${text || attributes}`),
  );

/** Counts of a JUnit report; a run that failed without a failed test (a file that does not load) counts as one failure. */
const readCounts = (reportPath: string, exitCode: number): Counts => {
  let report = "";
  try {
    report = readFileSync(reportPath, "utf8");
  } catch {
    // A run that ended before its report was written: the exit code tells the rest.
  }
  const element = /<testsuites [^>]*>/.exec(report)?.[0] ?? "";
  const failed = readAttribute(element, "failures");
  const skipped = readAttribute(element, "skipped");
  const passed = readAttribute(element, "tests") - failed - skipped;
  return { passed, failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped, failures: readFailures(report) };
};

const runTests = async (filters: readonly string[]): Promise<Counts> => {
  const directory = mkdtempSync(join(tmpdir(), "portolan-report-"));
  const report = join(directory, "junit.xml");
  try {
    const options = [`--timeout=${TEST_LIMIT_MS}`, "--reporter=junit", `--reporter-outfile=${report}`];
    const run = Bun.spawn([process.execPath, "test", ...options, ...filters], {
      cwd: ROOT,
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    });
    return readCounts(report, await run.exited);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const add = (left: Counts, right: Counts): Counts => ({
  passed: left.passed + right.passed,
  failed: left.failed + right.failed,
  skipped: left.skipped + right.skipped,
  failures: [...left.failures, ...right.failures],
});

const filters = Bun.argv.slice(2);
const stages =
  filters.length > 0 ? [filters] : STAGES.map((stage) => stage.filter(hasTests).map((folder) => `./${folder}/`));
let counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
for (const stage of stages) {
  if (stage.length > 0) counts = add(counts, await runTests(stage));
}
const isEmpty = counts.passed + counts.failed === 0;
if (isEmpty) console.error("No test ran.");
// Said again at the end: an earlier stage's failures are thousands of lines up by now.
for (const failure of counts.failures) console.error(`\n(failed) ${failure}`);
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ""}`,
);
process.exitCode = counts.failed > 0 || isEmpty ? 1 : 0;
