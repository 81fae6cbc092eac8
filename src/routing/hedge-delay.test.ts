import { expect, test } from "bun:test";
import { HedgeDelay } from "./hedge-delay.ts";

test("a fixed delay is that, whatever the waits", () => {
  const delay = new HedgeDelay({ afterMs: 250, afterPercentile: undefined, neverWith: [] });
  delay.record(9000);
  expect(delay.ms).toBe(250);
});

test("a percentile is unknown until there are enough waits, then follows the latest", () => {
  const delay = new HedgeDelay({ afterMs: undefined, afterPercentile: 90, neverWith: [] });
  for (let wait = 1; wait < 20; wait++) delay.record(wait);
  expect(delay.ms).toBeUndefined();
  delay.record(20);
  expect(delay.ms).toBe(19);
  for (let wait = 0; wait < 200; wait++) delay.record(1000 + wait);
  expect(delay.ms).toBe(1180);
});
