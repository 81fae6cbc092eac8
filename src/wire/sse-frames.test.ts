import { describe, expect, test } from "bun:test";
import { pick, type Random, randomBelow, seededRandom } from "../../tests/support/random-json.ts";
import { SseFrameSplitter } from "./sse-frames.ts";

interface Outcome {
  /** Whole frames as they are; the pieces of one beyond the limit joined and marked. */
  readonly frames: readonly string[];
  readonly rest: string;
  readonly oversizedFrames: number;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

function split(chunks: readonly Uint8Array[], maxHeldBytes?: number): Outcome {
  const splitter = new SseFrameSplitter(maxHeldBytes);
  const frames: string[] = [];
  let isInPieces = false;
  const onFrame = (bytes: Uint8Array, isWhole: boolean) => {
    const piece = text(bytes);
    if (isWhole || !isInPieces) {
      frames.push(isWhole ? piece : `oversized:${piece}`);
    } else {
      frames.push(frames.pop() + piece);
    }
    isInPieces = !isWhole;
  };
  for (const chunk of chunks) {
    splitter.push(chunk, onFrame);
  }
  const rest = text(splitter.end(onFrame));
  return { frames, rest, oversizedFrames: splitter.oversizedFrames };
}

function bytewise(stream: Buffer): Buffer[] {
  return Array.from({ length: stream.length }, (_, at) => stream.subarray(at, at + 1));
}

function randomChunks(random: Random, stream: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = 1 + randomBelow(random, 12);
    chunks.push(stream.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

describe("SseFrameSplitter", () => {
  const cases: Record<string, { stream: string; frames: string[]; rest?: string }> = {
    "LF line ends": { stream: "data: a\n\ndata: b\n\n", frames: ["data: a\n\n", "data: b\n\n"] },
    "CRLF line ends": { stream: "data: a\r\n\r\ndata: b\r\n\r\n", frames: ["data: a\r\n\r\n", "data: b\r\n\r\n"] },
    "CR line ends": { stream: "data: a\r\rdata: b\r\r", frames: ["data: a\r\r", "data: b\r\r"] },
    "mixed line ends": {
      stream: "data: a\n\r\ndata: b\r\n\ndata: c\r\n\r",
      frames: ["data: a\n\r\n", "data: b\r\n\n", "data: c\r\n\r"],
    },
    "several lines": { stream: "event: x\ndata: a\ndata: b\n\n", frames: ["event: x\ndata: a\ndata: b\n\n"] },
    comments: { stream: ": ping\n\ndata: a\n\n", frames: [": ping\n\n", "data: a\n\n"] },
    "blank lines between frames": { stream: "\ndata: a\n\n\n", frames: ["\n", "data: a\n\n", "\n"] },
    "an unfinished frame": { stream: "data: a\n\ndata: b\n", frames: ["data: a\n\n"], rest: "data: b\n" },
    "an empty stream": { stream: "", frames: [] },
  };
  for (const [name, { stream, frames, rest = "" }] of Object.entries(cases)) {
    test(`${name}: whole and byte by byte`, () => {
      const bytes = Buffer.from(stream);
      expect(split([bytes])).toEqual({ frames, rest, oversizedFrames: 0 });
      expect(split(bytewise(bytes))).toEqual({ frames, rest, oversizedFrames: 0 });
    });
  }

  test("a frame inside a chunk is not copied; a chunk that is one frame is handed on itself", () => {
    const splitter = new SseFrameSplitter();
    const chunk = Buffer.from("data: a\n\ndata: b\n\n");
    const frames: Uint8Array[] = [];
    splitter.push(chunk, (frame) => frames.push(frame));
    expect(frames.map((frame) => frame.buffer === chunk.buffer)).toEqual([true, true]);
    const single = Buffer.from("data: c\n\n");
    splitter.push(single, (frame) => frames.push(frame));
    expect(frames[2]).toBe(single);
    expect(splitter.heldBytes).toBe(0);
  });

  test("frames joined from chunks stay intact while later ones are read", () => {
    const splitter = new SseFrameSplitter();
    const frames: Uint8Array[] = [];
    for (const chunk of ["data: fir", "st\n\ndata: sec", "ond\n", "\n"]) {
      splitter.push(Buffer.from(chunk), (frame) => frames.push(frame));
    }
    expect(frames.map(text)).toEqual(["data: first\n\n", "data: second\n\n"]);
  });

  test("a frame beyond the limit passes in pieces, is counted and is never held", () => {
    const stream = Buffer.from(`data: a\n\ndata: ${"x".repeat(100)}\n\ndata: b\n\n`);
    const splitter = new SseFrameSplitter(20);
    for (const byte of bytewise(stream)) {
      splitter.push(byte, () => {});
      expect(splitter.heldBytes).toBeLessThanOrEqual(20);
    }
    expect(split([stream], 20)).toEqual({
      frames: ["data: a\n\n", `oversized:data: ${"x".repeat(100)}\n\n`, "data: b\n\n"],
      rest: "",
      oversizedFrames: 1,
    });
  });

  test("any chunking gives the same frames, and frames and rest are the stream", () => {
    const random = seededRandom(21);
    const tokens = [
      "data: ",
      "data:x",
      ":c",
      "é",
      "\n",
      "\n\n",
      "\r\n",
      "\r\n\r\n",
      "\r",
      "\r\r",
      "{}",
      "\uFEFF",
      "x".repeat(15),
    ];
    for (let round = 0; round < 3000; round++) {
      const stream = Buffer.from(Array.from({ length: randomBelow(random, 15) }, () => pick(random, tokens)).join(""));
      const limit = pick(random, [1000, 12]);
      const whole = split([stream], limit);
      expect(split(bytewise(stream), limit)).toEqual(whole);
      expect(split(randomChunks(random, stream), limit)).toEqual(whole);
      expect(whole.frames.join("").replaceAll("oversized:", "") + whole.rest).toBe(text(stream));
    }
  });
});
