import { checkImports } from "./check-imports.ts";
import { checkSource } from "./check-source.ts";
import { generatedFiles } from "./generate.ts";

/** A check that lists what is wrong, one line each. */
type Check = () => Promise<readonly string[]>;

/** Runs a tool; its output is the fault. */
const tool =
  (...command: readonly string[]): Check =>
  async () => {
    const process = Bun.spawn([...command], { stdout: "pipe", stderr: "pipe" });
    const [out, err, code] = await Promise.all([
      new Response(process.stdout).text(),
      new Response(process.stderr).text(),
      process.exited,
    ]);
    return code === 0 ? [] : [`${command.join(" ")} failed:\n${out}${err}`];
  };

const checkGenerated: Check = async () => {
  const stale: string[] = [];
  for (const [path, text] of generatedFiles()) {
    const file = Bun.file(path);
    if (!(await file.exists()) || (await file.text()) !== text) {
      stale.push(`${path} is stale: run npm run generate`);
    }
  }
  return stale;
};

const CHECKS: Readonly<Record<string, Check>> = {
  "format and lint": tool("node_modules/.bin/biome", "ci", "--colors=off", "--error-on-warnings", "."),
  types: tool("node_modules/.bin/tsc", "--noEmit"),
  "types of the page": tool("node_modules/.bin/tsc", "--noEmit", "--project", "web"),
  "import ranks": checkImports,
  "source rules": checkSource,
  "generated files": checkGenerated,
  "unused code": tool("node_modules/.bin/knip", "--no-progress"),
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  const faults = await check();
  console.log(`${faults.length === 0 ? "ok  " : "FAIL"} ${name}`);
  for (const fault of faults) {
    console.log(fault);
  }
  failed += faults.length === 0 ? 0 : 1;
}
process.exitCode = failed === 0 ? 0 : 1;
