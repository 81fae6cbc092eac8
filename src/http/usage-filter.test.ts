import { describe, expect, test } from "bun:test";
import { cpuTimeMs } from "../../tests/support/cpu-time.ts";
import { toUsageFilter } from "./usage-filter.ts";

/** What passes when the stream comes in these pieces. */
const filter = (pieces: readonly Uint8Array[]): string => {
  const passed: Uint8Array[] = [];
  const usageFilter = toUsageFilter((bytes) => passed.push(bytes));
  for (const piece of pieces) usageFilter.push(piece);
  usageFilter.end();
  return Buffer.concat(passed).toString("utf8");
};

const filterWhole = (text: string): string => filter([Buffer.from(text)]);

const STREAM = [
  ": ping\n\n",
  'data: {"id":"1","choices":[{"delta":{"content":"é😀"}}],"usage":null}\n\n',
  'data: {"id":"1","usage":null,"choices":[{"delta":{"content":"say \\"usage\\":null"}}]}\r\n\r\n',
  'data: {"choices":[],"prompt_filter_results":[],"usage":null}\n\n',
  'data: {"id":"1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}\n\n',
  "data: [DONE]\n\n",
].join("");
const EXPECTED = [
  ": ping\n\n",
  'data: {"id":"1","choices":[{"delta":{"content":"é😀"}}]}\n\n',
  'data: {"id":"1","choices":[{"delta":{"content":"say \\"usage\\":null"}}]}\r\n\r\n',
  'data: {"choices":[],"prompt_filter_results":[]}\n\n',
  "data: [DONE]\n\n",
].join("");

test("the result does not depend on where the stream is cut", () => {
  const bytes = Buffer.from(STREAM);
  expect(filter([bytes])).toBe(EXPECTED);
  for (let at = 1; at < bytes.length; at++) {
    expect(filter([bytes.subarray(0, at), bytes.subarray(at)])).toBe(EXPECTED);
  }
  expect(filter(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)))).toBe(EXPECTED);
});

describe("spellings", () => {
  test.each([
    ['data: {"choices": [{}], "usage": null}\n\n', 'data: {"choices": [{}]}\n\n'],
    ['data: {"usage":null,"choices":[{}]}\n\n', 'data: {"choices":[{}]}\n\n'],
    ['data: { "usage" : null , "choices" : [{}] }\n\n', 'data: { "choices" : [{}] }\n\n'],
    [
      'data: {"choices": [], "prompt_filter_results": [1], "usage": null}\n\n',
      'data: {"choices": [], "prompt_filter_results": [1]}\n\n',
    ],
  ])("%j becomes %j", (frame, expected) => {
    expect(filterWhole(frame)).toBe(expected);
  });

  test.each([
    'data: {"choices": [ ] , "usage" : {"total_tokens":1}}\n\n',
    'data: {"usage":{"total_tokens":1},"choices":[]}\n\n',
    'event: x\ndata: {"choices":[],"usage":{"total_tokens":1}}\n\n',
  ])("%j is withheld", (frame) => {
    expect(filterWhole(frame)).toBe("");
  });

  test.each([
    'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"total_tokens":1}}\n\n',
    'data: {"choices":[{"delta":{"content":", \\"usage\\":null,"}}]}\n\n',
    'data: {"usage_details":null,"choices":[]}\n\n',
    'data: {"choices":[]}\n\n',
    'data: broken "usage"\n\n',
    'data: {"choices":[],"usage":{"tota',
  ])("%j passes", (frame) => {
    expect(filterWhole(frame)).toBe(frame);
  });
});

test("a long frame that a chunk ends exactly is over", () => {
  const long = `data: {"x":"${"y".repeat(100_000)}"}\n\n`;
  const usage = 'data: {"choices":[],"usage":{"total_tokens":1}}\n\n';
  expect(filter([long.slice(0, 90_000), long.slice(90_000), usage].map((text) => Buffer.from(text)))).toBe(long);
});

test("a frame that is too long to hold passes as it is, and the next is looked at again", () => {
  const long = `data: {"x":"${"y".repeat(200_000)}","usage":null}\n\n`;
  const usage = 'data: {"choices":[],"usage":{"total_tokens":1}}\n\n';
  const bytes = Buffer.from(long + usage + long);
  for (const size of [1000, 65_536, 100_000]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(filter(pieces)).toBe(long + long);
  }
});

test("a vendor's many spaces are looked at once", () => {
  const spaces = " ".repeat(28_000);
  const startMs = cpuTimeMs();
  expect(filterWhole(`data: {"a":1,${spaces}"usage" : null${spaces}}\n\n`)).toBe(`data: {"a":1${spaces}}\n\n`);
  const kept = `data: {${spaces}"usage":{}${spaces}}\n\n`.repeat(10);
  expect(filterWhole(kept)).toBe(kept);
  expect(cpuTimeMs() - startMs).toBeLessThan(1500);
});
