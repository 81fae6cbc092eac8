import { expect, test } from "bun:test";
import { scanObject } from "../wire/json-scan.ts";
import { asksForUsage, toUsageInserter } from "./usage-inserter.ts";
import { UsageTap } from "./usage-tap.ts";

/** What passes when the stream comes in these pieces. */
const insert = (pieces: readonly Uint8Array[]): readonly string[] => {
  const passed: string[] = [];
  const tap = new UsageTap();
  const shape = { object: "chat.completion.chunk", usagePath: ["x_groq", "usage"] };
  const inserter = toUsageInserter(shape, tap, (bytes) => passed.push(Buffer.from(bytes).toString("latin1")));
  for (const piece of pieces) {
    tap.push(piece);
    inserter.push(piece);
  }
  inserter.end();
  return passed;
};

const insertWhole = (text: string): string => insert([Buffer.from(text)]).join("");

const TEXT = 'data: {"id":"1","choices":[{"delta":{"content":"[DONE]"}}],"usage":null}\n\n';
const LAST = 'data: {"id":"1","choices":[{"delta":{}}],"x_groq":{"usage":{"total_tokens":3}}}\r\n\r\n';
const CHUNK = 'data: {"id":"1","object":"chat.completion.chunk","choices":[],"usage":{"total_tokens":3}}\n\n';
const DONE = "data: [DONE]\n\n";

test("the chunk stands before [DONE], however the stream is cut", () => {
  const bytes = Buffer.from(`: ping\n\n${TEXT}${LAST}: ping\n\n${DONE}: bye\n\n`);
  const expected = `: ping\n\n${TEXT}${LAST}: ping\n\n${CHUNK}${DONE}: bye\n\n`;
  for (let at = 1; at <= bytes.length; at++) {
    expect(insert([bytes.subarray(0, at), bytes.subarray(at)]).join("")).toBe(expected);
  }
  expect(insert(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))).join("")).toBe(expected);
});

test.each([
  "data: [DONE]\r\n\r\n",
  "data:[DONE]\n\n",
  "event: end\ndata: [DONE]\n\n",
  "data: [DONE]\n",
  "data: [DONE]",
])("%j is the end", (done) => {
  expect(insertWhole(LAST + done)).toBe(LAST + CHUNK + done);
});

test("what comes in one piece goes out in one piece", () => {
  expect(insert([TEXT, LAST, DONE].map((text) => Buffer.from(text)))).toEqual([TEXT, LAST, CHUNK + DONE]);
});

test("a second end adds nothing", () => {
  expect(insertWhole(LAST + DONE + DONE)).toBe(LAST + CHUNK + DONE + DONE);
});

test.each([
  ["a stream that has the chunk", `${TEXT}${CHUNK}${DONE}`],
  ["a stream without usage", `${TEXT}${DONE}`],
  ["a stream without an end", TEXT + LAST],
  ["a stream that breaks off", `${LAST}data: [DO`],
])("%s passes as it is", (_name, stream) => {
  expect(insertWhole(stream)).toBe(stream);
});

test.each([
  ['{"stream_options":{"x":1,"include_usage":true}}', true],
  ['{"stream_options":{"include_usage":false}}', false],
  ['{"stream_options":{"include_usage":"true"}}', false],
  ['{"stream_options":{}}', false],
  ['{"stream_options":null}', false],
  ['{"include_usage":true}', false],
])("%s asks for usage: %p", (body, expected) => {
  expect(asksForUsage(scanObject(Buffer.from(body)))).toBe(expected);
});
