import { expect, test } from "bun:test";
import { SseEventReader } from "./sse-events.ts";

const read = (pieces: readonly string[]): readonly (readonly [string, string])[] => {
  const events: (readonly [string, string])[] = [];
  const reader = new SseEventReader((event, data) => void events.push([event, data]));
  for (const piece of pieces) reader.push(Buffer.from(piece));
  reader.end();
  return events;
};

test.each([
  ["data: 1\n\n", [["", "1"]]],
  ["event: ping\ndata: {}\n\n", [["ping", "{}"]]],
  [
    "event:a\r\ndata:1\r\n\r\nevent: b\rdata: 2\r\r",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  ["data: x\nevent: late\n\n", [["late", "x"]]],
  ["event: one\nevent: two\ndata: x\n\n", [["two", "x"]]],
  [": comment\n\nevent: lonely\n\ndata: a\ndata: b\n\n", [["", "a\nb"]]],
  ["data: unfinished", [["", "unfinished"]]],
  ["data: caf\u00e9 event: no\n\n", [["", "caf\u00e9 event: no"]]],
] as const)("%j, whole and byte by byte", (text, events) => {
  const expected = events.map(([event, data]) => [event, data] as const);
  expect(read([text])).toEqual(expected);
  if (!text.includes("\u00e9")) expect(read([...text])).toEqual(expected);
});
