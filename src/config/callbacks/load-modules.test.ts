import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedModules, loadModules } from "./load-modules.ts";

const folder = await mkdtemp(join(tmpdir(), "portolan-modules-"));

afterAll(() => rm(folder, { recursive: true, force: true }));

let fileCount = 0;

const load = async (text: string): Promise<LoadedModules & { readonly file: string }> => {
  fileCount++;
  const file = join(folder, `module-${fileCount}.ts`);
  await writeFile(file, text);
  return { ...(await loadModules([{ file, onSuccess: true, onFailure: true }])), file };
};

const WHOLE = "export const callback = { onSuccess() {}, preCall() {}, turnOffMessageLogging: true, format() {} };";

test("a module with hooks and what they need is loaded without a word", async () => {
  const { modules, faults, warnings } = await load(WHOLE);
  expect(modules.map(({ name, callback }) => [name, callback.turnOffMessageLogging])).toEqual([["module-1", true]]);
  expect([faults, warnings]).toEqual([[], []]);
});

test.each([
  [
    "export const callback = { onSuccess() {}, preCal() {} };",
    "'preCal' of its 'callback' is no hook and does nothing; did you mean preCall?",
  ],
  [
    "class C { onSuccess() {} onFailures() {} } export default new C();",
    "'onFailures' of its 'callback' is no hook and does nothing; did you mean onFailure?",
  ],
  [
    "export const callback = { onSuccess() {}, turnOffMessageLoging: true };",
    "'turnOffMessageLoging' of its 'callback' is no hook and does nothing; did you mean turnOffMessageLogging?",
  ],
])("what is nearly a hook is warned of: %s", async (text, message) => {
  const { modules, warnings, file } = await load(text);
  expect(modules).toHaveLength(1);
  expect(warnings).toEqual([{ path: file, message }]);
});

test.each([
  ["one mistake", "const a = ;", ["Unexpected ;", ":1:11)"]],
  ["several", "\nexport const callback = {{{", ["Expected identifier", ":2:26)", 'Expected "}"']],
])("a module that is no program says where: %s", async (_name, text, words) => {
  const { faults, file } = await load(text);
  for (const word of [...words, file]) expect(faults[0]?.message).toContain(word);
});
