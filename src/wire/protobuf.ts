import type { ByteWriter } from "./byte-writer.ts";

/**
 * The wire format of Protocol Buffers: what a message's fields are made of.
 * Source: https://protobuf.dev/programming-guides/encoding (read 2026-11-29).
 */

/** What stands before a field: its number, and how its value is written. */
export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH = 2;
export const FIXED32 = 5;

/** The tag of a field; of numbers up to 15 it is one byte. */
export const tagOf = (field: number, type: number): number => field * 8 + type;

const MORE = 0x80;
const LOW_BITS = 0x7f;
const RANGE = 128;
/** What fits into a byte, and what into 32 bits, and one. */
const BYTE_RANGE = 256;
const WORD_RANGE = 2 ** 32;

/** Writes a whole number, of at least 0 and exact. */
export function writeVarint(out: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= RANGE) {
    const above = Math.floor(rest / RANGE);
    out.byte((rest - above * RANGE) | MORE);
    rest = above;
  }
  out.byte(rest);
}

/** Writes a whole number that may be negative, as `int64` has it. */
export function writeInt64(out: ByteWriter, value: number): void {
  if (value >= 0) {
    writeVarint(out, value);
    return;
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= BigInt(RANGE); rest >>= 7n) {
    out.byte(Number(rest & BigInt(LOW_BITS)) | MORE);
  }
  out.byte(Number(rest));
}

/** How many bytes {@link writeVarint} takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= RANGE; rest /= RANGE) {
    size++;
  }
  return size;
}

const DOUBLE = new Float64Array(1);
const DOUBLE_BYTES = Buffer.from(DOUBLE.buffer);

/** Writes a number in eight bytes, the lowest first, as this machine has it in memory too. */
export function writeDouble(out: ByteWriter, value: number): void {
  DOUBLE[0] = value;
  out.raw(DOUBLE_BYTES);
}

/** Writes a whole number below 2^32 in four bytes. */
export function writeFixed32(out: ByteWriter, value: number): void {
  let rest = value;
  for (let index = 0; index < 4; index++) {
    out.byte(rest % BYTE_RANGE);
    rest = Math.floor(rest / BYTE_RANGE);
  }
}

/** Writes seconds and nanoseconds of the epoch as nanoseconds in eight bytes. */
export function writeNanoTime(out: ByteWriter, seconds: number, nanoseconds: number): void {
  // In two halves, as the whole is no exact number: a second's 10^9 times what stands above the lower 16 bits, and the rest.
  const above = Math.floor(seconds / HALF_WORD);
  const upper = above * NANO;
  const upperHigh = Math.floor(upper / HALF_WORD);
  const lower = (upper - upperHigh * HALF_WORD) * HALF_WORD + (seconds - above * HALF_WORD) * NANO + nanoseconds;
  const carry = Math.floor(lower / WORD_RANGE);
  writeFixed32(out, lower - carry * WORD_RANGE);
  writeFixed32(out, upperHigh + carry);
}

const NANO = 1e9;
const HALF_WORD = 65_536;

/** Texts up to this length are looked at here: a call into the engine would cost more. */
const SHORT_TEXT = 64;
const ASCII_RANGE = 128;

/** How many bytes a text is in UTF-8; lone halves of characters are U+FFFD, as they are written. */
export function utf8Size(text: string): number {
  if (text.length > SHORT_TEXT) {
    return Buffer.byteLength(text);
  }
  let units = 0;
  for (let index = 0; index < text.length; index++) {
    units |= text.charCodeAt(index);
  }
  return units < ASCII_RANGE ? text.length : Buffer.byteLength(text);
}

/** Writes hexadecimal digits as the bytes that they are. */
export function writeHexBytes(out: ByteWriter, text: string): void {
  for (let index = 0; index + 1 < text.length; index += 2) {
    out.byte(digitOf(text.charCodeAt(index)) * 16 + digitOf(text.charCodeAt(index + 1)));
  }
}

/** The value of a hexadecimal digit: letters stand 9 behind it in their lower four bits. */
const digitOf = (unit: number): number => (unit & 15) + (unit >= LETTERS ? 9 : 0);
const LETTERS = 0x41;
