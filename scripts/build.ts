import { packedTokenFiles } from "./packed-token-files.ts";

/** Makes one self-contained executable for this machine: `dist/portolan`, or the path that is named. */
const outfile = process.argv[2] ?? "dist/portolan";
const result = await Bun.build({
  // The second is the program of the thread that counts the tokens of long conversations.
  entrypoints: ["src/main.ts", "src/observers/count-worker.ts"],
  // What is loaded when it is first needed stays out of memory until then.
  splitting: true,
  minify: true,
  // Nothing is left to compile at start: the first answer comes in half the time.
  bytecode: true,
  format: "esm",
  sourcemap: "linked",
  plugins: [packedTokenFiles],
  // A bunfig.toml in the working directory could name code to run first; `.env` is read as by `npm start`.
  compile: { outfile, autoloadDotenv: true, autoloadBunfig: false },
});
for (const log of result.logs) {
  console.error(String(log));
}
console.log(result.success ? outfile : "the build failed");
process.exitCode = result.success ? 0 : 1;
