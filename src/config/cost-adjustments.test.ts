import { expect, test } from "bun:test";
import { readDiscounts, readMargins } from "./cost-adjustments.ts";
import { newFindings } from "./findings.ts";

test("fractions, percentages and fixed amounts", () => {
  const findings = newFindings();
  expect(readDiscounts({ gemini: 0.05, openai: 0 }, "d", findings)).toEqual({ gemini: 0.05, openai: 0 });
  expect(readMargins({ global: 0.1, openai: { fixed_amount: 0.001 } }, "m", findings)).toEqual({
    global: { fraction: 0.1, fixedUsd: 0 },
    openai: { fraction: 0, fixedUsd: 0.001 },
  });
  expect(findings.faults).toEqual([]);
});

test.each([1.5, -0.1, "5%", null, {}, Number.NaN])("%p is no discount", (value) => {
  const findings = newFindings();
  expect(readDiscounts({ openai: value }, "d", findings)).toEqual({});
  expect(findings.faults.map(({ path }) => path)).toEqual(["d.openai"]);
});

test.each([-1, "10%", null, { percentage: "10" }, { percent: 0.1 }, { fixed_amount: -1 }, 1e9])(
  "%p is no margin",
  (value) => {
    const findings = newFindings();
    expect(readMargins({ openai: value }, "m", findings)).toEqual({});
    expect(findings.faults.map(({ path }) => path)).toEqual(["m.openai"]);
  },
);
