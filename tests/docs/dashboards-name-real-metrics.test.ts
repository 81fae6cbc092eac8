import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { METRICS } from "../../src/observers/prometheus/metric-table.ts";

const ROOT = join(import.meta.dir, "..", "..");
const FOLDER = join(ROOT, "examples", "grafana");
const read = (path: string): string => readFileSync(path, "utf8");

/** The metric's name in the table: without what its type puts behind it. */
const familyOf = (name: string): string => {
  const base = name.replace(/_(?:total|bucket|sum|count)$/, "");
  return Object.hasOwn(METRICS, base) ? base : name;
};

const SUFFIXES = { counter: ["_total"], gauge: [""], histogram: ["_bucket", "_sum", "_count"], summary: [""] } as const;

const namesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\b(?:litellm|portolan|process)_[a-z_]+\b/g)].map(([name]) => name)),
];

const expressionsOf = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(expressionsOf);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === "expr" && typeof part === "string" ? [part] : expressionsOf(part),
  );
};

describe.each([
  ["the dashboard", expressionsOf(JSON.parse(read(join(FOLDER, "portolan.json")))).join("\n")],
  ["the alerts", expressionsOf(parse(read(join(FOLDER, "alerts.yml")))).join("\n")],
  [
    "the guide",
    [...read(join(ROOT, "docs/guides/watch-with-prometheus.md")).matchAll(/^\| .+ \| `(.+)`/gm)]
      .map(([, text]) => text)
      .join("\n"),
  ],
])("%s", (_name, text) => {
  test("asks for metrics that there are, in the form that they have", () => {
    const names = namesIn(text);
    expect(names.length).toBeGreaterThan(4);
    for (const name of names) {
      const family = familyOf(name);
      const { type } = METRICS[family] ?? {};
      expect([name, type === undefined ? "no such metric" : type]).not.toEqual([name, "no such metric"]);
      if (type !== undefined)
        expect([name, SUFFIXES[type].some((suffix) => name === family + suffix)]).toEqual([name, true]);
    }
  });
});

test.skipIf(Bun.which("promtool") === null)("promtool takes the scrape job and the alerts (needs promtool)", () => {
  const { exitCode, stderr, stdout } = Bun.spawnSync(["promtool", "check", "config", "prometheus.yml"], {
    cwd: FOLDER,
  });
  expect([exitCode, exitCode === 0 ? "" : `${stdout}${stderr}`]).toEqual([0, ""]);
});
