import { THREE_DIGITS } from "../core/decimal-text.ts";

const MILLISECONDS_OF_UTC: readonly string[] = THREE_DIGITS.map((ms) => `${ms}Z`);

let second = Number.NaN;
let secondText = "";

/** ISO 8601 in UTC, to the millisecond. Calls of one second share most of the text, which is costly to make. */
export function toIsoTime(epochMs: number): string {
  const whole = Math.floor(epochMs / 1000);
  if (whole !== second) {
    secondText = new Date(whole * 1000).toISOString().slice(0, 20);
    second = whole;
  }
  return secondText + MILLISECONDS_OF_UTC[Math.floor(epochMs) - whole * 1000];
}

/** The milliseconds of a time in three digits. */
export const millisecondsOf = (epochMs: number): string => THREE_DIGITS[Math.floor(epochMs) % 1000] ?? "";
