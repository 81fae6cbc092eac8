import { isMapping } from "./environment-references.ts";
import type { Findings } from "./findings.ts";
import type { CostMargin } from "./gateway-config.ts";

type Mapping = Readonly<Record<string, unknown>>;

const isFraction = (value: unknown, most: number): value is number =>
  typeof value === "number" && value >= 0 && value <= most;

const refuse = (path: string, allowed: string, findings: Findings): undefined => {
  findings.faults.push({ path, message: "is no such number", allowed });
  return undefined;
};

/** `cost_discount_config`: fractions from 0 to 1 by provider. */
export const readDiscounts = (written: Mapping, path: string, findings: Findings): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(written).flatMap(([provider, value]) => {
      if (isFraction(value, 1)) return [[provider, value]];
      refuse(`${path}.${provider}`, "a fraction from 0 to 1: 0.05 takes 5% off", findings);
      return [];
    }),
  );

/** Largest margin: a thousand times the cost, or so many dollars a call. */
const MOST = 1000;

const readMargin = (value: unknown, path: string, findings: Findings): CostMargin | undefined => {
  const allowed = `a fraction (0.1 puts 10% on), or {percentage: 0.1, fixed_amount: 0.001}, each up to ${MOST}`;
  if (isFraction(value, MOST)) return { fraction: value, fixedUsd: 0 };
  if (!isMapping(value)) return refuse(path, allowed, findings);
  const { percentage = 0, fixed_amount: fixed = 0, ...others } = value;
  if (!isFraction(percentage, MOST) || !isFraction(fixed, MOST) || Object.keys(others).length > 0) {
    return refuse(path, allowed, findings);
  }
  return { fraction: percentage, fixedUsd: fixed };
};

/** `cost_margin_config`: by provider, `global` for those that are not named. */
export const readMargins = (written: Mapping, path: string, findings: Findings): Readonly<Record<string, CostMargin>> =>
  Object.fromEntries(
    Object.entries(written).flatMap(([provider, value]) => {
      const margin = readMargin(value, `${path}.${provider}`, findings);
      return margin === undefined ? [] : [[provider, margin]];
    }),
  );
