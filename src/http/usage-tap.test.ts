import { expect, test } from "bun:test";
import { UsageTap } from "./usage-tap.ts";

const USAGE = '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\ndata: [DONE]\n\n';

test.each([1, 2, 7, 100, 5000])("usage at the end is found, the stream cut every %d bytes", (size) => {
  const stream = Buffer.from(`${"data: {}\n\n".repeat(3000)}data: ${USAGE}`);
  const tap = new UsageTap();
  for (let at = 0; at < stream.length; at += size) tap.push(stream.subarray(at, at + size));
  expect(tap.readUsage()).toMatchObject({ promptTokens: 3, completionTokens: 4, totalTokens: 7 });
  expect(tap.totalBytes).toBe(stream.length);
});

test.each([0, 16 * 1024, 256 * 1024])("usage before much else is found, %d bytes being kept", (kept) => {
  const tap = new UsageTap(kept);
  tap.push(Buffer.from(`data: {}\n\n`.repeat(10_000)));
  const found = JSON.stringify(Array.from({ length: 15 }, () => ({ url: "u".repeat(800) })));
  tap.push(Buffer.from(`data: {"usage":{"prompt_tokens":3,"completion_tokens":4},"search_results":${found}}\n\n`));
  expect(tap.readUsage()).toMatchObject({ promptTokens: 3, completionTokens: 4 });
});

test("no more than the tail and one chunk is remembered", () => {
  const tap = new UsageTap();
  for (let count = 0; count < 1000; count++) tap.push(Buffer.alloc(1000));
  expect(tap.readTail().length).toBeLessThan(8 * 1024 + 1000);
  expect(tap.totalBytes).toBe(1_000_000);
});

test("a short stream is remembered whole", () => {
  const tap = new UsageTap();
  tap.push(Buffer.from("a"));
  tap.push(Buffer.from("b"));
  expect(tap.readTail().toString()).toBe("ab");
  expect(tap.readUsage()).toBeUndefined();
});

test.each([1, 7, 5000, 100_000])("the beginning is kept up to a limit, the stream cut every %d bytes", (size) => {
  const stream = Buffer.from(Array.from({ length: 9000 }, (_, index) => `${index},`).join(""));
  const tap = new UsageTap(16 * 1024);
  for (let at = 0; at < stream.length; at += size) tap.push(stream.subarray(at, at + size));
  expect(tap.readKept().equals(stream.subarray(0, 16 * 1024))).toBe(true);
  expect(tap.keptShare).toBe((16 * 1024) / stream.length);
  expect(tap.readTail().equals(stream.subarray(-8 * 1024))).toBe(true);
});

test("a stream shorter than the limit is kept whole, in memory of its own", () => {
  const tap = new UsageTap(16 * 1024);
  tap.push(Buffer.from("a".repeat(9000)));
  const kept = tap.readKept();
  tap.release();
  const other = new UsageTap(16 * 1024);
  other.push(Buffer.from("b".repeat(9000)));
  expect(kept.toString()).toBe("a".repeat(9000));
  expect(other.readKept().toString()).toBe("b".repeat(9000));
  expect(new UsageTap(1).readKept().length).toBe(0);
});

const PAGE = 2 * 1024;
const TAIL = 8 * 1024;
const LENGTHS = [
  63 * 1024,
  100_000,
  0,
  1,
  ...[1, 2, 3, 4, 6].flatMap((pages) => [pages * PAGE - 1, pages * PAGE, pages * PAGE + 1]),
  40_001,
];

test.each([0, 1, PAGE, 2 * PAGE, 5 * PAGE])(
  "beginning and end are right at every length, %d bytes being kept",
  (kept) => {
    const stream = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `${index},`).join(""));
    for (const length of LENGTHS) {
      for (const size of [1000, PAGE, TAIL, 20_000]) {
        const tap = new UsageTap(kept);
        for (let at = 0; at < length; at += size) tap.push(stream.subarray(at, Math.min(length, at + size)));
        expect(tap.readTail().equals(stream.subarray(Math.max(0, length - TAIL), length))).toBe(true);
        expect(tap.readKept().equals(stream.subarray(0, Math.min(length, Math.ceil(kept / PAGE) * PAGE)))).toBe(true);
        tap.release();
      }
    }
  },
);
