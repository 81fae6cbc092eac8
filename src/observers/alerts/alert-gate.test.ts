import { expect, test } from "bun:test";
import type { Alert } from "./alert.ts";
import { AlertGate } from "./alert-gate.ts";

const alert = (about: string): Alert => ({ type: "llm_too_slow", level: "Low", about, title: "slow", facts: [] });

const change = (about: string, title: string): Alert => ({
  type: "outage_alerts",
  level: "Medium",
  about,
  title,
  facts: [],
});

interface Opened {
  readonly gate: AlertGate;
  readonly passed: readonly (readonly [about: string, title: string, heldBack: number])[];
}

const open = (repeatAfterMs: number): Opened => {
  const passed: (readonly [string, string, number])[] = [];
  const gate = new AlertGate(repeatAfterMs, ({ about, title }, held) => void passed.push([about, title, held]));
  return { gate, passed };
};

test("an alert comes again after its time, and says how many were held back", () => {
  const { gate, passed } = open(1000);
  for (const [about, atMs] of [
    ["a", 0],
    ["a", 1],
    ["a", 999],
    ["b", 999],
    ["a", 1000],
  ] as const) {
    gate.offer(alert(about), atMs);
  }
  expect(passed.map(([about, , heldBack]) => [about, heldBack])).toEqual([
    ["a", 0],
    ["b", 0],
    ["a", 2],
  ]);
  expect(gate.heldBackCount).toBe(2);
});

test("no more than so many in a minute, whatever they are about", () => {
  const { gate, passed } = open(1000);
  for (let index = 0; index < 100; index++) gate.offer(alert(`d${index}`), 0);
  expect(passed).toHaveLength(30);
  gate.offer(alert("d99"), 60_000);
  expect(passed.at(-1)).toEqual(["d99", "slow", 0]);
});

test("each change is told, however soon it comes again", () => {
  const { gate, passed } = open(600_000);
  const titles = ["outage", "over", "outage", "over", "outage"];
  for (const [at, title] of titles.entries()) gate.offer(change("d", title), at);
  expect(passed.map(([, title]) => title)).toEqual(titles);
});

test("changes find room when other alerts have taken theirs; those beyond their own wait, of each thing the latest", () => {
  const { gate, passed } = open(600_000);
  for (let index = 0; index < 100; index++) gate.offer(alert(`d${index}`), 0);
  for (let index = 0; index < 32; index++) gate.offer(change(`d${index}`, "outage"), 0);
  gate.offer(change("d31", "over"), 1);
  expect(passed).toHaveLength(60);
  gate.look(59_999);
  expect(passed).toHaveLength(60);
  gate.look(60_000);
  expect(passed.slice(60)).toEqual([
    ["d30", "outage", 0],
    ["d31", "over", 0],
  ]);
});
