/** Makes one self-contained executable for this machine: `dist/portolan`. */
const result = await Bun.build({
  entrypoints: ["src/main.ts"],
  minify: true,
  sourcemap: "linked",
  compile: { outfile: "dist/portolan" },
});
for (const log of result.logs) {
  console.error(String(log));
}
console.log(result.success ? "dist/portolan" : "the build failed");
process.exitCode = result.success ? 0 : 1;

export {};
