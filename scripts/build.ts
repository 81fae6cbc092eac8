/** Makes one self-contained executable for this machine: `dist/portolan`. */
const result = await Bun.build({
  // The second is the program of the thread that counts tokens.
  entrypoints: ["src/main.ts", "src/observers/count-worker.ts"],
  minify: true,
  // Nothing is left to compile at start: the first answer comes in half the time.
  bytecode: true,
  format: "esm",
  sourcemap: "linked",
  // A bunfig.toml in the working directory could name code to run first; `.env` is read as by `npm start`.
  compile: { outfile: "dist/portolan", autoloadDotenv: true, autoloadBunfig: false },
});
for (const log of result.logs) {
  console.error(String(log));
}
console.log(result.success ? "dist/portolan" : "the build failed");
process.exitCode = result.success ? 0 : 1;

export {};
