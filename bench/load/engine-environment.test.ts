import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENGINE_ENVIRONMENT } from "./engine-environment.ts";

const ROOT = join(import.meta.dir, "../..");
const SETTINGS = Object.entries(ENGINE_ENVIRONMENT);

test("npm start and the image set what the bench sets, and an operator's own value wins", () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: { start: string } };
  expect(scripts.start).toStartWith(SETTINGS.map(([name, value]) => `${name}=\${${name}:-${value}} `).join(""));
  const image = readFileSync(join(ROOT, "Dockerfile"), "utf8");
  for (const [name, value] of SETTINGS) {
    expect(image).toContain(`\nENV ${name}=${value}\n`);
  }
});

test("the engine knows the settings: one that it does not know would keep it from starting", () => {
  const run = Bun.spawnSync([process.execPath, "-e", "console.log('runs')"], {
    env: { ...process.env, ...ENGINE_ENVIRONMENT },
  });
  expect([run.stdout.toString(), run.stderr.toString(), run.exitCode]).toEqual(["runs\n", "", 0]);
});
