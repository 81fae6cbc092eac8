import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { detailedCall, failedCall } from "../../src/observers/calls-for-tests.ts";
import { toStandardPayload } from "../../src/observers/standard-payload.ts";

const ROOT = join(import.meta.dir, "..", "..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Values that callers and vendors fill. */
const OPEN: ReadonlySet<string> = new Set([
  "messages",
  "response",
  "model_parameters",
  "metadata.requester_metadata",
  "metadata.spend_logs_metadata",
  "metadata.usage_object",
  "hidden_params.usage_object",
]);

const pathsOf = (value: unknown, path: string): string[] => {
  if (OPEN.has(path) || typeof value !== "object" || value === null) return [path];
  if (Array.isArray(value)) return [path, ...value.flatMap((item) => pathsOf(item, `${path}[]`).slice(1))];
  const inner = Object.entries(value).flatMap(([name, part]) => pathsOf(part, path === "" ? name : `${path}.${name}`));
  return [path, ...inner];
};

const COST = {
  nanoUsd: 1,
  inputNanoUsd: 1,
  outputNanoUsd: 0,
  toolNanoUsd: 0,
  originalNanoUsd: 1,
  discountNanoUsd: 0,
  marginNanoUsd: 0,
  source: "catalog",
} as const;

const PATHS = new Set(
  [detailedCall({}, { cost: COST }), failedCall()]
    .flatMap((call) => pathsOf(toStandardPayload(call, { showsContent: true }), ""))
    .filter((path) => path !== ""),
);

test("call-record.md has every field of the record, and no other", () => {
  const rows = [...read("docs/reference/call-record.md").matchAll(/^\| `([^`]+)` \|/gm)].map(([, path = ""]) => path);
  expect(rows.toSorted()).toEqual([...PATHS].toSorted());
});

test("the types that callback modules see have every field of the record, and no other", () => {
  const [, body = ""] =
    /interface StandardLoggingPayload \{([\s\S]*?)\n\}/.exec(read("src/observers/payload-types.ts")) ?? [];
  const names = [...body.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name = ""]) => name);
  expect(names.toSorted()).toEqual([...PATHS].filter((path) => !/[.[]/.test(path)).toSorted());
  const [, extras = ""] =
    /interface PayloadExtras [^{]*\{([\s\S]*?)\n\}/.exec(read("src/observers/payload-types.ts")) ?? [];
  const own = [...extras.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name = ""]) => `portolan.${name}`);
  expect(own.toSorted()).toEqual([...PATHS].filter((path) => /^portolan\.\w+$/.test(path)).toSorted());
});
