import { THREE_DIGITS } from "../core/decimal-text.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";

const MILLISECONDS_OF_UTC: readonly string[] = THREE_DIGITS.map((ms) => `${ms}Z`);

/** How the times of a second begin, which is costly to make: in ISO 8601, and of the clock alone. */
interface KnownSecond {
  readonly second: number;
  /** `2026-11-29T12:00:00.` */
  readonly iso: string;
  readonly isoBytes: Buffer;
  /** `12-00-00-` */
  readonly clock: string;
  readonly clockBytes: Buffer;
}

/** How many seconds are remembered: calls that end in one began in many. */
const KNOWN_SECONDS = 64;
const known: (KnownSecond | undefined)[] = new Array(KNOWN_SECONDS).fill(undefined);
const UTC = Buffer.from("Z");

const secondOf = (epochMs: number): number => Math.floor(epochMs / 1000);
const millisecondOf = (epochMs: number): number => Math.floor(epochMs) - secondOf(epochMs) * 1000;

/** ISO 8601 in UTC, to the millisecond. */
export const toIsoTime = (epochMs: number): string =>
  knownSecond(secondOf(epochMs)).iso + MILLISECONDS_OF_UTC[millisecondOf(epochMs)];

/** Writes {@link toIsoTime}. */
export function writeIsoTime(out: ByteWriter, epochMs: number): void {
  out.raw(knownSecond(secondOf(epochMs)).isoBytes);
  out.digits(millisecondOf(epochMs), 3);
  out.raw(UTC);
}

/** The time of the day in UTC as it may stand in an id: `12-00-00-005`. */
export const toClockTime = (epochMs: number): string =>
  `${knownSecond(secondOf(epochMs)).clock}${THREE_DIGITS[millisecondOf(epochMs)]}`;

/** Writes {@link toClockTime}. */
export function writeClockTime(out: ByteWriter, epochMs: number): void {
  out.raw(knownSecond(secondOf(epochMs)).clockBytes);
  out.digits(millisecondOf(epochMs), 3);
}

function knownSecond(second: number): KnownSecond {
  const found = known[second % KNOWN_SECONDS];
  if (found !== undefined && found.second === second) {
    return found;
  }
  const iso = new Date(second * 1000).toISOString().slice(0, 20);
  const clock = iso.slice(11).replaceAll(/[:.]/g, "-");
  const made = { second, iso, isoBytes: Buffer.from(iso), clock, clockBytes: Buffer.from(clock) };
  known[second % KNOWN_SECONDS] = made;
  return made;
}
