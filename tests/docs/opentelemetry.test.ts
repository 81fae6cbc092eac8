import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { METRICS } from "../../src/observers/otel/call-metrics.ts";
import { ATTRIBUTES } from "../../src/observers/otel/span-attributes.ts";

const page = readFileSync(join(import.meta.dir, "../../docs/reference/opentelemetry.md"), "utf8");

/** Rows of a table whose first cell is one name. */
const rowsBelow = (heading: string): readonly (readonly string[])[] => {
  const [, section = ""] = page.split(`\n${heading}\n`);
  const [own = ""] = section.split(/\n#+ /);
  return own
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim().replaceAll("`", "")));
};

test("opentelemetry.md has every attribute that is written and no other, on the right spans", () => {
  const where = { call: "call", attempt: "attempt", both: "call, attempt", resource: "all" } as const;
  const inCode = Object.entries(ATTRIBUTES).map(([name, bearer]) => [name, where[bearer]]);
  expect(rowsBelow("### Attributes").map(([, name, on]) => [name, on])).toEqual(inCode);
});

test("opentelemetry.md has every metric that is sent and no other, with its unit", () => {
  const inCode = Object.entries(METRICS).map(([name, { unit }]) => [name, unit]);
  expect(rowsBelow("## Metrics").map(([, name, unit]) => [name, unit])).toEqual(inCode);
});
