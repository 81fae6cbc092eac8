import { afterAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
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

test("a file that cannot be opened throws, so that the batch is tried again", () => {
  expect(new LineFile(join(folder, "no", "such", "folder")).append(Buffer.from("1\n"), 1)).rejects.toThrow("ENOENT");
});
