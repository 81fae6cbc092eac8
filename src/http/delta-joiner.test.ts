import { expect, test } from "bun:test";
import { readStreamedAnswer } from "../observers/streamed-answer.ts";
import { UsageTap } from "./usage-tap.ts";

const HEAD = 'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":';
const ROLE = `${HEAD}[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n`;
const word = (text: string, field = "content", head = HEAD): string =>
  `${head}[{"index":0,"delta":{"${field}":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`;
const STOP = `${HEAD}[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n`;
const USAGE = `${HEAD}[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}\n\n`;
const DONE = "data: [DONE]\n\n";

const tapOf = (pieces: readonly (Uint8Array | string)[], keptBytes = 64 * 1024): UsageTap => {
  const tap = new UsageTap(keptBytes, true);
  for (const piece of pieces) tap.push(Buffer.from(piece));
  return tap;
};

test("events that differ in their text alone are kept as one", () => {
  const events = [ROLE, word("one"), word(" two"), word(" thr"), word("ee"), STOP, USAGE, DONE];
  const tap = tapOf(events);
  expect(tap.readKept().toString()).toBe([ROLE, word("one"), word(" two three"), STOP, USAGE, DONE].join(""));
  expect(tap.totalBytes).toBe(events.join("").length);
  expect(tap.readUsage()).toMatchObject({ promptTokens: 3, completionTokens: 4 });
  expect(tap.keptShare).toBe(1);
});

test("it does not matter whether a few events come at once", () => {
  const events = [ROLE, ...Array.from({ length: 40 }, (_, index) => word(` ${index}`)), STOP, USAGE, DONE];
  const stream = Buffer.from(events.join(""));
  const whole = tapOf(events).readKept();
  expect(whole.length).toBeLessThan(stream.length / 5);
  for (const count of [2, 3, 5]) {
    const pieces = Array.from({ length: Math.ceil(events.length / count) }, (_, index) =>
      events.slice(index * count, (index + 1) * count).join(""),
    );
    expect(tapOf(pieces).readKept().equals(whole)).toBe(true);
  }
});

test("many events that come at once are kept as they are, and those behind them are joined", () => {
  const many = Array.from({ length: 40 }, (_, index) => word(` ${index}`)).join("");
  const tap = tapOf([ROLE, word("a"), word("b"), many, word("c"), word("d"), many.slice(0, -1), "\n", word("e"), DONE]);
  expect(tap.readKept().toString()).toBe(
    [ROLE, word("a"), word("b"), many, word("cd"), many, word("e"), DONE].join(""),
  );
});

test("an event may stand within other bytes", () => {
  const tap = new UsageTap(64 * 1024, true);
  const events = [ROLE, word("one"), word(" two"), word(" three"), DONE];
  for (const event of events) {
    const bytes = Buffer.from(`ff\r\n${event}\r\n`);
    tap.push(bytes, 4, bytes.length - 2);
  }
  expect(tap.readKept().toString()).toBe([ROLE, word("one"), word(" two three"), DONE].join(""));
  expect(tap.totalBytes).toBe(events.join("").length);
});

test("it can be read while the stream goes on", () => {
  const tap = tapOf([word("one"), word(" two"), word(" three")]);
  expect(tap.readTail().toString()).toBe(word("one") + word(" two three"));
  tap.push(Buffer.from(word(" four")));
  tap.push(Buffer.from(word(" five")));
  expect(tap.readKept().toString()).toBe(word("one") + word(" two three") + word(" four five"));
});

const TEXTS = [
  "plain",
  "",
  '"quoted"',
  "back\\slash\\",
  "two\n\nlines",
  "naïve 🦊",
  '","role":"user',
  "\ud83e",
  "\udd8a",
];

test("an answer is read as from the whole stream, whatever its texts are and wherever it is cut", () => {
  const texts = TEXTS.flatMap((text) => [text, text, "x"]);
  const events = [": hello\n\n", ROLE, ...texts.map((text) => word(text)), STOP, USAGE, DONE];
  const stream = Buffer.from(events.join(""));
  const whole = readStreamedAnswer(stream);
  expect(whole).toMatchObject({ choices: [{ message: { content: texts.join("") }, finish_reason: "stop" }] });
  expect(readStreamedAnswer(tapOf(events).readKept())).toEqual(whole);
  expect(readStreamedAnswer(tapOf([stream]).readKept())).toEqual(whole);
  for (let first = 0; first <= stream.length; first++) {
    const second = Math.min(stream.length, first + 97);
    const tap = tapOf([stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)]);
    expect(readStreamedAnswer(tap.readKept())).toEqual(whole);
    expect(tap.readUsage()?.totalTokens).toBe(7);
  }
});

test("thoughts and text completions are joined, too", () => {
  const thoughts = ["let", " me", " see"].map((text) => word(text, "reasoning_content"));
  const texts = ["so", " it", " is"].map((text) => word(text));
  expect(
    tapOf([...thoughts, ...texts])
      .readKept()
      .toString(),
  ).toBe(word("let", "reasoning_content") + word(" me see", "reasoning_content") + word("so") + word(" it is"));
  const completion = (text: string): string => `data: {"object":"text_completion","choices":[{"text":"${text}"}]}\n\n`;
  expect(tapOf(["a", "b", "c"].map(completion)).readKept().toString()).toBe(completion("a") + completion("bc"));
});

test.each([
  ["each of another id", (index: number) => word("x", "content", HEAD.replace("chatcmpl-1", `chatcmpl-${index}`))],
  ["of two answers in turn", (index: number) => word("x").replace('"index":0', `"index":${index % 2}`)],
  ["with an event line", () => `event: message\n${word("x")}`],
  ["without an end", () => word("x").slice(0, -1)],
  ["very long", () => word("x".repeat(3000))],
])("events that do not fit together are kept as they are: %s", (_name, event) => {
  const events = Array.from({ length: 20 }, (_, index) => event(index));
  expect(tapOf(events).readKept().toString()).toBe(events.join(""));
});

test("beginning and end are right when there is more text than is kept, and the share is that of the texts", () => {
  const words = Array.from({ length: 5000 }, (_, index) => `word ${index} `);
  const tap = tapOf([...words.map((text) => word(text)), STOP, USAGE, DONE], 8 * 1024);
  const record = word(words[0] ?? "") + word(words.slice(1).join("")) + STOP + USAGE + DONE;
  expect(tap.readTail().toString()).toBe(record.slice(-8 * 1024));
  expect(tap.readKept().toString()).toBe(record.slice(0, 8 * 1024));
  expect(tap.keptShare).toBe((8 * 1024) / record.length);
  expect(tap.readUsage()?.totalTokens).toBe(7);
});
