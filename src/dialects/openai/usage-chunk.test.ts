import { describe, expect, test } from "bun:test";
import { writeUsageChunk } from "./usage-chunk.ts";

const SHAPE = { object: "chat.completion.chunk", usagePath: ["x_groq", "usage"] };

const toStream = (...chunks: readonly string[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${chunk}\n\n`).join(""));

const write = (shape: typeof SHAPE, ...chunks: readonly string[]): string | undefined =>
  writeUsageChunk(toStream(...chunks), shape)?.toString();

const HEAD = '"id":"c\\u0031","created":1764000000,"model":"é"';
const TEXT = `{${HEAD},"choices":[{"delta":{"content":"a"}}]}`;

test("usage in the vendor's own place becomes a chunk of its own, every value as it is spelled", () => {
  const last = `{${HEAD},"choices":[{"delta":{}}],"x_groq":{"usage":{"prompt_tokens": 1.0,"x":[1e3]}}}`;
  expect(write(SHAPE, TEXT, last, "[DONE]")).toBe(
    'data: {"id":"c\\u0031","object":"chat.completion.chunk","created":1764000000,"model":"é","choices":[],' +
      '"usage":{"prompt_tokens": 1.0,"x":[1e3]}}\n\n',
  );
});

test("the last usage is taken", () => {
  const first = '{"choices":[{}],"x_groq":{"usage":{"total_tokens":1}}}';
  const last = '{"choices":[{}],"x_groq":{"usage":{"total_tokens":2}}}';
  expect(write(SHAPE, first, last, TEXT, "[DONE]")).toContain('"usage":{"total_tokens":2}}');
});

test("fields that the chunk with usage lacks are taken from the chunks before it", () => {
  const chunks = [
    '{"id":"a","created":1,"model":"m"}',
    '{"id":"b"}',
    '{"model":"n","x_groq":{"usage":{"x":1}}}',
    '{"id":"c"}',
  ];
  expect(write(SHAPE, ...chunks)).toStartWith(
    'data: {"id":"b","object":"chat.completion.chunk","created":1,"model":"n","choices"',
  );
});

test("fields that the stream's chunks do not have are left out", () => {
  expect(write({ ...SHAPE, object: "text_completion" }, '{"choices":[{}],"x_groq":{"usage":{"total_tokens":1}}}')).toBe(
    'data: {"object":"text_completion","choices":[],"usage":{"total_tokens":1}}\n\n',
  );
});

test("a value over several lines stays one line", () => {
  const frame = Buffer.from('data: {"choices":[{}],\ndata: "x_groq":{"usage":{"total_tokens":\ndata: 1}}}\n\n');
  expect(writeUsageChunk(frame, SHAPE)?.toString()).toContain('"usage":{"total_tokens": 1}}\n\n');
});

describe("nothing is written", () => {
  test.each([
    ["when the stream has the chunk already", [TEXT, '{"choices":[ ],"usage":{"total_tokens":1}}', "[DONE]"]],
    [
      "when a chunk with choices has usage where clients look",
      ['{"choices":[{}],"usage":{"total_tokens":1},"x_groq":{"usage":{"total_tokens":1}}}'],
    ],
    ["when it stands before others", ['{"choices":[],"usage":{"total_tokens":1}}', TEXT, "[DONE]"]],
    ["without usage", [TEXT, "[DONE]"]],
    ["for usage that is null or empty", ['{"x_groq":{"usage":null}}', '{"x_groq":{"usage":{}}}']],
    ["for usage that is no object", ['{"x_groq":{"usage":[7]}}', '{"x_groq":[]}']],
    ["for broken chunks", ['{"x_groq":{"usage":{"total_tokens":1}}', "7", "null", "[]"]],
    ["for usage in another place", ['{"choices":[{"usage":{"total_tokens":1}}]}']],
  ])("%s", (_name, chunks) => {
    expect(write(SHAPE, ...chunks)).toBeUndefined();
  });

  test("for a chunk of which only a part is there", () => {
    const stream = toStream('{"x_groq":{"usage":{"total_tokens":1}}}');
    expect(writeUsageChunk(stream.subarray(8), SHAPE)).toBeUndefined();
    expect(writeUsageChunk(stream.subarray(0, -1), SHAPE)).toBeUndefined();
  });
});
