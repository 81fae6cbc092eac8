import { afterAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LineFile } from "./json-lines.ts";

const folder = await mkdtemp(join(tmpdir(), "portolan-lines-"));

afterAll(() => rm(folder, { recursive: true, force: true }));

test("lines are added, never replaced", async () => {
  const path = join(folder, "a.jsonl");
  await new LineFile(path).append(Buffer.from("1\n2\n"), 2);
  await new LineFile(path).append(Buffer.from("3\n"), 1);
  expect(await readFile(path, "utf8")).toBe("1\n2\n3\n");
});

test("where there is no folder, that can be known beforehand", async () => {
  expect(await new LineFile(join(folder, "a.jsonl")).findFault()).toBeUndefined();
  expect(await new LineFile(join(folder, "no", "a.jsonl")).findFault()).toContain("ENOENT");
});

test("a file that cannot be opened throws, so that the batch is tried again", () => {
  expect(new LineFile(join(folder, "no", "such", "folder")).append(Buffer.from("1\n"), 1)).rejects.toThrow("ENOENT");
});

test("whoever finds a line that was cut off begins a new one", async () => {
  const path = join(folder, "torn.jsonl");
  await writeFile(path, '1\n{"cut');
  await new LineFile(path).append(Buffer.from("2\n"), 1);
  await new LineFile(path).append(Buffer.from("3\n"), 1);
  expect(await readFile(path, "utf8")).toBe('1\n{"cut\n2\n3\n');
});
