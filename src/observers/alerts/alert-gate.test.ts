import { expect, test } from "bun:test";
import type { Alert } from "./alert.ts";
import { AlertGate } from "./alert-gate.ts";

const alert = (about: string): Alert => ({ type: "llm_too_slow", level: "Low", about, title: "slow", facts: [] });

test("an alert comes again after its time, and says how many were held back", () => {
  const gate = new AlertGate(1000);
  expect(gate.admit(alert("a"), 0)).toBe(0);
  expect(gate.admit(alert("a"), 1)).toBeUndefined();
  expect(gate.admit(alert("a"), 999)).toBeUndefined();
  expect(gate.admit(alert("b"), 999)).toBe(0);
  expect(gate.admit(alert("a"), 1000)).toBe(2);
  expect(gate.heldBackCount).toBe(2);
});

test("no more than so many in a minute, whatever they are about", () => {
  const gate = new AlertGate(1000);
  const admitted = Array.from({ length: 100 }, (_, index) => gate.admit(alert(`d${index}`), 0));
  expect(admitted.filter((count) => count !== undefined)).toHaveLength(30);
  expect(gate.admit(alert("d99"), 60_000)).toBe(0);
});
