import { expect, test } from "bun:test";
import protobuf from "protobufjs";
import { ByteWriter } from "./byte-writer.ts";
import {
  FIXED64,
  LENGTH,
  tagOf,
  utf8Size,
  VARINT,
  varintSize,
  writeDouble,
  writeFixed32,
  writeHexBytes,
  writeInt64,
  writeNanoTime,
  writeVarint,
} from "./protobuf.ts";

const written = (write: (out: ByteWriter) => void): Buffer => {
  const out = new ByteWriter(4);
  write(out);
  return out.take();
};

const NUMBERS = [
  0,
  1,
  127,
  128,
  16_383,
  16_384,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 + 5,
  2 ** 49 - 1,
  Number.MAX_SAFE_INTEGER,
];

test("whole numbers are those of the library", () => {
  for (const value of NUMBERS) {
    const expected = Buffer.from(protobuf.Writer.create().uint64(value).finish());
    expect(written((out) => writeVarint(out, value))).toEqual(expected);
    expect(written((out) => writeInt64(out, value))).toEqual(expected);
    expect(varintSize(value)).toBe(expected.length);
    const negative = Buffer.from(protobuf.Writer.create().int64(-value).finish());
    expect(written((out) => writeInt64(out, -value))).toEqual(negative);
  }
});

test("numbers of a fixed size are those of the library", () => {
  for (const value of [0, 1, -1, 0.1, 1e-9, 1.5e300, Number.MAX_VALUE]) {
    expect(written((out) => writeDouble(out, value))).toEqual(
      Buffer.from(protobuf.Writer.create().double(value).finish()),
    );
  }
  for (const value of [0, 1, 0x301, 2 ** 32 - 1]) {
    expect(written((out) => writeFixed32(out, value))).toEqual(
      Buffer.from(protobuf.Writer.create().fixed32(value).finish()),
    );
  }
});

test("times are exact to the nanosecond", () => {
  for (const seconds of [0, 1, 65_535, 65_536, 1_700_000_000, 1_795_953_600, 2 ** 32, 2 ** 33 + 12_345]) {
    for (const nanoseconds of [0, 1, 999_999_999]) {
      const expected = Buffer.alloc(8);
      expected.writeBigUInt64LE(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
      expect(written((out) => writeNanoTime(out, seconds, nanoseconds))).toEqual(expected);
    }
  }
});

test("texts are as long as they are written", () => {
  for (const text of ["", "plain", "é", "世界", "😀", "\ud800", "x".repeat(65), "é".repeat(100)]) {
    expect(utf8Size(text)).toBe(written((out) => out.text(text)).length);
  }
});

test("ids are the bytes that their digits say", () => {
  for (const id of ["00f067aa0ba902b7", "4BF92F3577B34DA6A3CE929D0E0E4736", ""]) {
    expect(written((out) => writeHexBytes(out, id))).toEqual(Buffer.from(id, "hex"));
  }
});

test("a tag says field and form", () => {
  expect([tagOf(1, VARINT), tagOf(7, FIXED64), tagOf(15, LENGTH)]).toEqual([0x08, 0x39, 0x7a]);
});
