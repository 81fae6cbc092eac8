import { expect, test } from "bun:test";
import { readFrameData } from "./frame-data.ts";

test("reads the data of a frame", () => {
  const cases: ReadonlyArray<readonly [frame: string, data: string | undefined]> = [
    ["data: a\n\n", "a"],
    ["data:a\n\n", "a"],
    ["data:  a \n\n", " a "],
    ["data: a\r\n\r\n", "a"],
    ["data: a\r\r", "a"],
    ["data: a\r\n\n", "a"],
    ["data: é😀\n\n", "é😀"],
    ["data: a\ndata:b\ndata: c\n\n", "a\nb\nc"],
    ["data: a\rdata: b\n\n", "a\nb"],
    ["event: x\nid: 1\ndata: a\n\n", "a"],
    ["data: a\nevent: x\n\n", "a"],
    [": comment\ndata: a\n\n", "a"],
    ["\n", undefined],
    [": ping\n\n", undefined],
    ["event: x\n\n", undefined],
    ["database: x\n\n", undefined],
    [" data: x\n\n", undefined],
    ["data\n\n", ""],
    ["data:\n\n", ""],
    ["data: \n\n", ""],
    ["data\ndata\n\n", "\n"],
    ["\uFEFFdata: a\n\n", "a"],
    ["data: \uFEFFa\n\n", "\uFEFFa"],
    ["data: a", "a"],
    ["data: [DONE]\n\n", "[DONE]"],
  ];
  for (const [frame, data] of cases) {
    expect(readFrameData(Buffer.from(frame)), JSON.stringify(frame)).toBe(data);
    expect(readFrameData(new TextEncoder().encode(frame)), JSON.stringify(frame)).toBe(data);
  }
});
