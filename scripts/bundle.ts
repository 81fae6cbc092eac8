import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packedTokenFiles } from "./packed-token-files.ts";

const ROOT = join(import.meta.dir, "..");
const SOURCES = join(ROOT, "src");
const PAGE = join(ROOT, "web", "dist", "page.json");
const MAIN = "main.js";

/** Parts of earlier bundles stay so long, in milliseconds: a gateway that runs may not have loaded all of its own yet. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * The program that `npm start` runs: the sources as JavaScript, `main.js` and parts that are loaded when first needed, with
 * maps by which stack traces name the sources (docs/adr/0016). Parts are named by their content.
 */
async function bundle(folder: string): Promise<void> {
  const { outputs } = await Bun.build({
    // The second is the program of the thread that counts the tokens of long conversations.
    entrypoints: [join(SOURCES, "main.ts"), join(SOURCES, "observers", "count-worker.ts")],
    root: SOURCES,
    target: "bun",
    splitting: true,
    // The engine keeps the text of what it runs: without blanks and comments that is a third less.
    minify: { whitespace: true },
    sourcemap: "linked",
    plugins: [packedTokenFiles],
    // Without the page the gateway serves all the same.
    external: existsSync(PAGE) ? [] : ["*/web/dist/page.json"],
  });
  const built = outputs.map((output) => ({ output, path: join(folder, output.path) }));
  // The main file last, and each whole or not at all: a gateway that starts meanwhile runs the bundle before.
  const isMain = (path: string): boolean => path === join(folder, MAIN);
  for (const { output, path } of built.toSorted(
    (left, right) => Number(isMain(left.path)) - Number(isMain(right.path)),
  )) {
    mkdirSync(dirname(path), { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, new Uint8Array(await output.arrayBuffer()));
    renameSync(unfinished, path);
  }
  removeOld(folder, new Set(built.map(({ path }) => path)));
}

function removeOld(folder: string, kept: ReadonlySet<string>): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path) && Date.now() - statSync(path).mtimeMs > KEPT_MS) {
      rmSync(path);
    }
  }
}

await bundle(process.argv[2] ?? join(ROOT, "dist", "server"));
