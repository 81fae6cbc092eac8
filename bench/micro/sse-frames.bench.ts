import { readFrameData } from "../../src/wire/frame-data.ts";
import { SseFrameSplitter } from "../../src/wire/sse-frames.ts";
import { measure } from "./measure.ts";

const chunk = {
  id: "chatcmpl-AbCdEf0123456789",
  object: "chat.completion.chunk",
  created: 1790000000,
  model: "gpt-4o-2024-08-06",
  system_fingerprint: "fp_0123456789",
  choices: [{ index: 0, delta: { content: " harbour" }, logprobs: null, finish_reason: null }],
};
const frame = Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
const crlfFrame = Buffer.from(`data: ${JSON.stringify(chunk)}\r\n\r\n`);
const many = Buffer.concat(Array.from({ length: 200 }, () => frame));
const [head, tail] = [frame.subarray(0, 150), frame.subarray(150)];

let seenBytes = 0;
const onFrame = (bytes: Uint8Array): void => {
  seenBytes += bytes.length;
};
const splitter = new SseFrameSplitter();

console.log(`frame ${frame.length} bytes`);
measure("a chunk of one frame", () => splitter.push(frame, onFrame));
measure("a chunk of one frame, CRLF", () => splitter.push(crlfFrame, onFrame));
measure("a chunk of 200 frames", () => splitter.push(many, onFrame));
measure("a frame in two chunks", () => {
  splitter.push(head, onFrame);
  splitter.push(tail, onFrame);
});
measure("readFrameData", () => readFrameData(frame));
console.log(`${seenBytes > 0 ? "all" : "no"} frames were seen`);
