import { expect, test } from "bun:test";
import { fromBillionths, toThreeDecimals, toTwoDecimals } from "../core/decimal-text.ts";
import { ByteWriter } from "./byte-writer.ts";

/** What the writer makes of it, first in a buffer that has room, then in one that must grow. */
function written(write: (writer: ByteWriter) => void): string {
  const [wide, tight] = [new ByteWriter(4096), new ByteWriter(1)];
  write(wide);
  write(tight);
  const text = wide.take().toString();
  expect(tight.take().toString()).toBe(text);
  expect([wide.length, tight.length]).toEqual([0, 0]);
  return text;
}

const NUMBERS = [0, 1, 9, 10, 99, 100, 12_345, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER];
const TEXTS = [
  "",
  "plain",
  'a "quoted" \\ text',
  "two\nlines\u0000\u001f",
  "héllo, 世界 😀",
  "\ud800 alone",
  "x".repeat(65),
  "é".repeat(500),
];

test("numbers are written as the engine writes them", () => {
  for (const number of [...NUMBERS, 0.5, 1e21]) {
    expect(written((writer) => writer.integer(number))).toBe(String(number));
  }
});

test("decimals are as short as they go", () => {
  for (const value of [0, 1, 5, 10, 99, 100, 101, 110, 123_456, 99_999_999_999]) {
    expect(written((writer) => writer.decimal(value, 2))).toBe(toTwoDecimals(value / 100));
  }
  for (const value of [0, 1, 10, 123_000_000, 999_999_999, 1_000_000_000, 1_500_000_001, Number.MAX_SAFE_INTEGER]) {
    expect(written((writer) => writer.decimal(value, 9))).toBe(fromBillionths(value));
  }
});

test("decimals may be negative", () => {
  expect(written((writer) => writer.decimal(-1_250, 3))).toBe("-1.25");
});

test("texts are UTF-8, as JSON strings too", () => {
  for (const text of TEXTS) {
    expect(written((writer) => writer.text(text))).toBe(Buffer.from(text).toString());
    expect(written((writer) => writer.jsonString(text))).toBe(JSON.stringify(text));
  }
});

test("what is written stands behind what was before, however often the buffer grows", () => {
  const parts = Array.from({ length: 300 }, (_, index) => `${index}é`.repeat(index % 40));
  const all = written((writer) => {
    for (const part of parts) {
      writer.raw(Buffer.from(part));
      writer.range(Buffer.from(`<${part}>`), 1, Buffer.byteLength(part) + 1);
      writer.text(part);
      writer.integer(part.length);
    }
  });
  expect(all).toBe(parts.map((part) => part + part + part + part.length).join(""));
});

test("what was written can be written once more", () => {
  for (const text of ["", "short", "x".repeat(300)]) {
    const all = written((writer) => {
      writer.text("before");
      const start = writer.length;
      writer.text(text);
      const end = writer.length;
      writer.text("|");
      writer.repeat(start, end);
    });
    expect(all).toBe(`before${text}|${text}`);
  }
});

test("what was taken stays when the writer goes on", () => {
  const writer = new ByteWriter(16);
  writer.text("first");
  const first = writer.take();
  writer.text("other");
  expect([first.toString(), writer.take().toString()]).toEqual(["first", "other"]);
});

test("what one has written can be moved behind what another has", () => {
  const all = written((writer) => {
    const other = new ByteWriter(2);
    writer.text("<");
    for (const text of ["one", "", "x".repeat(100)]) {
      other.text(text);
      other.moveBehind(writer);
      expect(other.length).toBe(0);
    }
    writer.byte(0x3e);
  });
  expect(all).toBe(`<one${"x".repeat(100)}>`);
});

test("a view shows what has been written", () => {
  const writer = new ByteWriter(2);
  writer.text("abc");
  expect(writer.view().toString()).toBe("abc");
  expect(writer.take().toString()).toBe("abc");
  expect(writer.view().length).toBe(0);
});

test("three decimals are always three", () => {
  for (const value of [0, 0.0004, 0.0005, 0.1, 1, 12.3456, 999.9996, 86_400_000.25, 2 ** 40]) {
    expect(written((writer) => writer.threeDecimals(value))).toBe(toThreeDecimals(value));
  }
});

test("hexadecimal numbers are written as the engine writes them", () => {
  for (const value of [0, 1, 15, 16, 255, 256, 4095, 65_536, 123_456_789, 2 ** 31 - 1]) {
    expect(written((writer) => writer.hexadecimal(value))).toBe(value.toString(16));
  }
});

test("latin-1 text is a byte for each character, whatever its length", () => {
  for (const text of ["", "plain", "caf\u00e9 \u00ff", "\u00e9".repeat(64), "\u00e9".repeat(65)]) {
    const writer = new ByteWriter(8);
    writer.latin1(text);
    writer.latin1Range(`<${text}>`, 1, text.length + 1);
    expect(writer.take()).toEqual(Buffer.from(text + text, "latin1"));
  }
});

test("what was written last can be taken back", () => {
  expect(
    written((writer) => {
      writer.text("kept");
      const { length } = writer;
      writer.text(" and not kept");
      writer.cutTo(length);
      writer.text("!");
    }),
  ).toBe("kept!");
});

test("what a socket does not take is told, and good for as long as anybody wants it", () => {
  const writer = new ByteWriter(64);
  for (const taken of [10, 4, 0, -1]) {
    let seen = "";
    writer.text("0123456789");
    const unsent = writer.sendTo({
      write(bytes, offset, size) {
        seen = Buffer.from(bytes).toString("latin1", offset, offset + size);
        return taken;
      },
    });
    expect([seen, writer.length]).toEqual(["0123456789", 0]);
    writer.text("overwritten");
    writer.clear();
    expect(unsent?.toString()).toBe(taken === 10 ? undefined : "0123456789".slice(Math.max(0, taken)));
  }
});
