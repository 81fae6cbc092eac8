import { copyBytes, SHORT_BYTES } from "./copy-bytes.ts";

const ZERO = 48;
const TEN = 10;
const THOUSAND = 1000;
const POINT = 46;
const SPACE = 32;
const DELETE = 127;
const QUOTE = 34;
const BACKSLASH = 92;
/** Most bytes that a UTF-16 unit takes in UTF-8. */
const MAX_UNIT_BYTES = 3;
/** More than any number takes. */
const MAX_NUMBER_BYTES = 32;
/** Texts up to this length are written unit by unit: a call into the engine would cost more. */
const SHORT_TEXT = 64;
const HEX_DIGITS = Buffer.from("0123456789abcdef");
const POWERS = Int32Array.from({ length: 10 }, (_, exponent) => TEN ** exponent);

/** 1 for ASCII. */
const IS_ASCII = new Uint8Array(128).fill(1);
/** 1 for printable ASCII that JSON does not escape. */
const IS_PLAIN = Uint8Array.from({ length: 128 }, (_, unit) =>
  unit >= SPACE && unit < DELETE && unit !== QUOTE && unit !== BACKSLASH ? 1 : 0,
);

/**
 * Puts together many short texts as bytes, in one buffer that grows and is used again. As strings each piece would be a
 * piece of garbage, and joining them would cost as much as making them.
 */
export class ByteWriter {
  readonly #size: number;
  #bytes: Buffer;
  #length = 0;

  /** @param size of the buffer in bytes; one that had to grow beyond it is not kept for the next text */
  constructor(size: number) {
    this.#size = size;
    this.#bytes = Buffer.allocUnsafeSlow(size);
  }

  /** How much has been written. */
  get length(): number {
    return this.#length;
  }

  /** The buffer that it writes into: another one once it has had to grow. */
  get memory(): Buffer {
    return this.#bytes;
  }

  /** Writes on in other memory, behind its first `length` bytes, which count as written. */
  moveInto(memory: Buffer, length: number): void {
    this.#bytes = memory;
    this.#length = length;
  }

  /** One byte. */
  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    if (bytes.length > SHORT_BYTES) {
      this.#bytes.set(bytes, this.#length);
      this.#length += bytes.length;
    } else {
      this.#length = copyBytes(bytes, 0, bytes.length, this.#bytes, this.#length);
    }
  }

  /** A range of bytes as they are. */
  range(bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    this.#length = copyBytes(bytes, start, end, this.#bytes, this.#length);
  }

  /** Once more what has been written from `start` to before `end`. */
  repeat(start: number, end: number): void {
    this.#reserve(end - start);
    this.#length = copyBytes(this.#bytes, start, end, this.#bytes, this.#length);
  }

  /** Text in UTF-8. */
  text(text: string): void {
    if (!this.#shortText(text, IS_ASCII)) {
      this.#reserve(text.length * MAX_UNIT_BYTES);
      this.#length += this.#bytes.write(text, this.#length, "utf8");
    }
  }

  /** Text in latin-1, which it must not go beyond. */
  latin1(text: string): void {
    if (text.length > SHORT_TEXT) {
      this.#reserve(text.length);
      this.#length += this.#bytes.write(text, this.#length, "latin1");
    } else {
      this.latin1Range(text, 0, text.length);
    }
  }

  /** As {@link latin1}, of a part of the text. */
  latin1Range(text: string, start: number, end: number): void {
    this.#reserve(end - start);
    const target = this.#bytes;
    let at = this.#length;
    for (let index = start; index < end; index++) {
      target[at++] = text.charCodeAt(index);
    }
    this.#length = at;
  }

  /** A JSON string with its quotes. */
  jsonString(text: string): void {
    this.byte(QUOTE);
    this.jsonContent(text);
    this.byte(QUOTE);
  }

  /** What stands between a JSON string's quotes. */
  jsonContent(text: string): void {
    if (!this.#shortText(text, IS_PLAIN)) {
      this.text(JSON.stringify(text).slice(1, -1));
    }
  }

  /** A whole number of at least 0. */
  integer(value: number): void {
    if ((value | 0) !== value || value < 0) {
      this.text(String(value));
      return;
    }
    this.#reserve(MAX_NUMBER_BYTES);
    this.#length = writeDigits(this.#bytes, this.#length, value, countDigits(value));
  }

  /** A whole number from 0 to 2^31 - 1 in hexadecimal. */
  hexadecimal(value: number): void {
    this.#reserve(MAX_NUMBER_BYTES);
    let shift = value === 0 ? 0 : (31 - Math.clz32(value)) & ~3;
    for (; shift >= 0; shift -= 4) {
      this.#bytes[this.#length++] = HEX_DIGITS[(value >> shift) & 15] as number;
    }
  }

  /** A whole number divided by 10 to the power of `places` (up to 9), as short as it goes. */
  decimal(value: number, places: number): void {
    if (value < 0) {
      this.text("-");
      this.decimal(-value, places);
      return;
    }
    const power = POWERS[places] as number;
    const whole = Math.floor(value / power);
    this.integer(whole);
    let rest = (value - whole * power) | 0;
    if (rest === 0) {
      return;
    }
    let count = places;
    for (let tenth = (rest / TEN) | 0; tenth * TEN === rest; tenth = (rest / TEN) | 0) {
      rest = tenth;
      count--;
    }
    this.byte(POINT);
    this.digits(rest, count);
  }

  /** The last `count` digits of a whole number from 0 to 2^31 - 1. */
  digits(value: number, count: number): void {
    this.#reserve(MAX_NUMBER_BYTES);
    this.#length = writeDigits(this.#bytes, this.#length, value, count);
  }

  /** A number of at least 0 with three decimals. */
  threeDecimals(value: number): void {
    const thousandths = Math.round(value * THOUSAND);
    const whole = Math.floor(thousandths / THOUSAND);
    this.integer(whole);
    this.byte(POINT);
    this.digits(thousandths - whole * THOUSAND, 3);
  }

  /** What has been written, uncopied: good until the writer is used again. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** What has been written, in a buffer of its own; the writer is empty again. */
  take(): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.#length);
    this.#bytes.copy(taken, 0, 0, this.#length);
    this.clear();
    return taken;
  }

  /** What has been written in UTF-8, as a text; the writer is empty again. */
  takeText(): string {
    const text = this.#bytes.toString("utf8", 0, this.#length);
    this.clear();
    return text;
  }

  /**
   * Hands what has been written to a socket; the writer is empty again.
   * @returns a copy of what the socket did not take
   */
  sendTo(socket: ByteSocket): Buffer | undefined {
    const size = this.#length;
    const written = Math.max(0, socket.write(this.#bytes, 0, size));
    const unsent = written < size ? Buffer.from(this.#bytes.subarray(written, size)) : undefined;
    this.clear();
    return unsent;
  }

  /** Moves what has been written to behind what another has written; the writer is empty again. */
  moveBehind(other: ByteWriter): void {
    other.range(this.#bytes, 0, this.#length);
    this.clear();
  }

  /** Forgets what has been written behind the first `length` bytes. */
  cutTo(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Forgets what has been written. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > this.#size) {
      this.#bytes = Buffer.allocUnsafeSlow(this.#size);
    }
  }

  /** Writes a short text of units that are allowed; any other is left to the caller. */
  #shortText(text: string, allowed: Uint8Array): boolean {
    const size = text.length;
    if (size > SHORT_TEXT) {
      return false;
    }
    this.#reserve(SHORT_TEXT);
    const bytes = this.#bytes;
    const at = this.#length;
    let isAllowed = 1;
    for (let index = 0; index < size; index++) {
      const unit = text.charCodeAt(index);
      isAllowed &= allowed[unit] ?? 0;
      bytes[at + index] = unit;
    }
    if (isAllowed === 0) {
      return false;
    }
    this.#length = at + size;
    return true;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
  }
}

/** The part of a socket that is written to. */
export interface ByteSocket {
  /** Returns how many bytes were taken; below zero when the socket is closed. */
  write(bytes: Uint8Array, byteOffset: number, byteLength: number): number;
}

function countDigits(value: number): number {
  let count = 1;
  while (count < POWERS.length && value >= (POWERS[count] as number)) {
    count++;
  }
  return count;
}

/** Writes the last `count` digits of a number below 2^31; returns where they end. */
function writeDigits(bytes: Buffer, start: number, value: number, count: number): number {
  const end = start + count;
  let rest = value;
  for (let at = end - 1; at >= start; at--) {
    const tenth = (rest / TEN) | 0;
    bytes[at] = ZERO + rest - tenth * TEN;
    rest = tenth;
  }
  return end;
}
