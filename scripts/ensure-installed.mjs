// Installs what package-lock.json says, once, so that `npm start` and `npm test` work in a fresh clone; and builds the page
// at /ui, and the program that `npm start` runs, when their sources are newer than what was built.
// Plain Node without dependencies: it runs before any of them exists.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const lock = join(root, "package-lock.json");
const modules = join(root, "node_modules");
// npm writes its own list of what it installed; a newer one than the lock file means somebody ran npm by hand.
const stamps = [join(modules, ".portolan-installed"), join(modules, ".package-lock.json")];
const bunInstaller = join(modules, "bun", "install.js");

const timeOf = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const fail = (what, result) => {
  const reason = result.error?.message ?? `exit code ${result.status ?? result.signal}`;
  console.error(`\nCould not install the dependencies: \`${what}\` failed (${reason}).`);
  console.error("Its own words are above. Often it is the network or the registry: `npm config get registry`.");
  process.exit(1);
};

// npm.cmd on Windows can be started through a shell only.
const npm = (args) => spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });

const hasBun = () => {
  const binary = join(modules, "bun", "bin", "bun.exe");
  // The package carries a short placeholder under this name until its install script has put the binary there.
  return (statSync(binary, { throwIfNoEntry: false })?.size ?? 0) > 1_000_000;
};

if (Math.max(...stamps.map(timeOf)) < timeOf(lock)) {
  console.error("Installing dependencies (npm ci) ...");
  const result = npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (result.status !== 0) fail("npm ci", result);
  writeFileSync(stamps[0], "");
}
if (!hasBun() && existsSync(bunInstaller)) {
  const result = spawnSync(process.execPath, [bunInstaller], { cwd: dirname(bunInstaller), stdio: "inherit" });
  if (result.status !== 0) fail("node node_modules/bun/install.js", result);
}

const web = join(root, "web");
const page = join(web, "dist", "page.json");
const bun = join(modules, "bun", "bin", "bun.exe");

// Folders too: a file that was taken away makes its folder newer. What was built is no source.
const newestBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "dist")
    .map((entry) => [entry, join(folder, entry.name)])
    .reduce(
      (newest, [entry, path]) => Math.max(newest, entry.isDirectory() ? newestBelow(path) : timeOf(path)),
      folder === web ? 0 : timeOf(folder),
    );

// Builds by a script what is older than its sources. Where only part of the tree is (an image that is being built), there is
// nothing to build.
const build = (built, script, folder, others) => {
  const path = join(root, "scripts", script);
  if (!existsSync(folder) || !existsSync(path) || !hasBun()) return;
  if (timeOf(built) > Math.max(newestBelow(folder), timeOf(lock), timeOf(path), ...others.map(timeOf))) return;
  const result = spawnSync(bun, [path], { cwd: root, stdio: "inherit" });
  return result.status === 0 ? undefined : result;
};

// The gateway serves all the same; /ui says what is missing.
if (build(page, "build-page.ts", web, [])) {
  console.error("The page at /ui could not be built; see above. All else works.");
}
const plugin = join(root, "scripts", "packed-token-files.ts");
const unbuilt = build(join(root, "dist", "server", "main.js"), "bundle.ts", join(root, "src"), [page, plugin]);
if (unbuilt) {
  const reason = unbuilt.error?.message ?? `exit code ${unbuilt.status ?? unbuilt.signal}`;
  console.error(
    `\nCould not build dist/server (${reason}); see above. \`npx bun src/main.ts\` runs the sources as they are.`,
  );
  process.exit(1);
}
