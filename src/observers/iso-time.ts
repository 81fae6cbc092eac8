import { THREE_DIGITS } from "../core/decimal-text.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";

const MILLISECONDS_OF_UTC: readonly string[] = THREE_DIGITS.map((ms) => `${ms}Z`);

let second = Number.NaN;
let secondText = "";
let secondBytes = Buffer.alloc(0);
const UTC = Buffer.from("Z");

/** ISO 8601 in UTC, to the millisecond. Calls of one second share most of the text, which is costly to make. */
export function toIsoTime(epochMs: number): string {
  const whole = Math.floor(epochMs / 1000);
  keepSecond(whole);
  return secondText + MILLISECONDS_OF_UTC[Math.floor(epochMs) - whole * 1000];
}

/** Writes {@link toIsoTime}. */
export function writeIsoTime(out: ByteWriter, epochMs: number): void {
  const whole = Math.floor(epochMs / 1000);
  keepSecond(whole);
  out.raw(secondBytes);
  out.digits(Math.floor(epochMs) - whole * 1000, 3);
  out.raw(UTC);
}

function keepSecond(whole: number): void {
  if (whole !== second) {
    secondText = new Date(whole * 1000).toISOString().slice(0, 20);
    secondBytes = Buffer.from(secondText);
    second = whole;
  }
}

/** The milliseconds of a time in three digits. */
export const millisecondsOf = (epochMs: number): string => THREE_DIGITS[Math.floor(epochMs) % 1000] ?? "";
