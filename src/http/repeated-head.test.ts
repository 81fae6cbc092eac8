import { expect, test } from "bun:test";
import { readStreamedAnswer } from "../observers/streamed-answer.ts";
import { RepeatedHead } from "./repeated-head.ts";
import { UsageTap } from "./usage-tap.ts";

const HEAD = 'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":';
const word = (text: string, head = HEAD): string =>
  `${head}[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`;
const USAGE = `${HEAD}[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\n`;
const DONE = "data: [DONE]\n\n";

const tapOf = (pieces: readonly Uint8Array[], keptBytes = 64 * 1024): UsageTap => {
  const tap = new UsageTap(keptBytes, new RepeatedHead());
  for (const piece of pieces) tap.push(piece);
  return tap;
};
const bytesOf = (...texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

test("what events have in common is kept once", () => {
  const tap = tapOf(bytesOf(word("a"), word("b"), word("c"), USAGE, DONE));
  const rest = (event: string): string => event.replace(HEAD, 'data: {"choices":');
  expect(tap.readKept().toString()).toBe(word("a") + rest(word("b")) + rest(word("c")) + rest(USAGE) + DONE);
  expect(tap.totalBytes).toBe((word("a") + word("b") + word("c") + USAGE + DONE).length);
  expect(tap.readUsage()).toMatchObject({ promptTokens: 3, completionTokens: 4 });
});

test("an answer is read as from the whole stream, wherever the stream is cut", () => {
  const stream = Buffer.from(`: hello\n\n${word("one ")}${word('"two" \\n')}${word("three\n\n")}${USAGE}${DONE}`);
  const whole = readStreamedAnswer(stream);
  expect(whole).toMatchObject({ choices: [{ message: { content: 'one "two" \\nthree\n\n' } }] });
  for (let first = 0; first <= stream.length; first++) {
    const second = Math.min(stream.length, first + 97);
    const tap = tapOf([stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)]);
    expect(readStreamedAnswer(tap.readKept())).toEqual(whole);
    expect(tap.readUsage()?.totalTokens).toBe(7);
  }
});

test.each([
  ["one that changes", word("b", HEAD.replace('"created":1', '"created":2'))],
  ["one in the middle of an event", word("b").slice(4)],
  ["one without an event behind it", HEAD],
])("another beginning is kept as it is: %s", (_name, piece) => {
  const tap = tapOf(bytesOf(word("a"), piece));
  expect(tap.readKept().toString()).toBe(word("a") + piece);
});

test.each([
  ["choices first", 'data: {"choices":'],
  ["an object before them", 'data: {"id":{"choices":'],
  ["a list before them", 'data: {"ids":["x"],"choices":'],
  ["an event line", 'event: x\ndata: {"id":"x","choices":'],
  ["a long one", `data: {"id":"${"x".repeat(2000)}","choices":`],
])("what is no head that all share is left in place: %s", (_name, head) => {
  const events = [word("a", head), word("b", head), word("c", head)];
  expect(
    tapOf(bytesOf(...events))
      .readKept()
      .toString(),
  ).toBe(events.join(""));
});

test("the end is right also when more came than is kept", () => {
  const events = Array.from({ length: 500 }, (_, index) => word(`word ${index} `));
  const tap = tapOf(bytesOf(...events, USAGE, DONE), 8 * 1024);
  const record =
    events[0] + [...events.slice(1), USAGE].map((event) => event.replace(HEAD, 'data: {"choices":')).join("") + DONE;
  expect(tap.readTail().toString()).toBe(record.slice(-8 * 1024));
  expect(tap.readKept().toString()).toBe(record.slice(0, 8 * 1024));
  expect(tap.isKeptCut).toBe(true);
});
