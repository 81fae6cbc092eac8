// Keeping a finished call for the page at /ui: microseconds per call, and what all that is kept takes in memory.

import { heapStats } from "bun:jsc";
import { answeredCall, detailedCall, failedCall } from "../../src/observers/calls-for-tests.ts";
import { KEPT_CALLS, LiveCalls } from "../../src/observers/live-calls.ts";
import { measure } from "./measure.ts";

const BATCH = 128;

function benchmark(name: string, toCall: (index: number) => ReturnType<typeof answeredCall>): void {
  const live = new LiveCalls("bench");
  const batch = Array.from({ length: BATCH }, (_item, index) => toCall(index));
  measure(`${name}, ${BATCH} calls`, () => {
    live.observe(batch);
    return live;
  });
}

benchmark("answered", (index) => answeredCall({ durationMs: 5 + index * 3 }));
benchmark("answered, with details", (index) => detailedCall({}, { durationMs: 5 + index * 3 }));
benchmark("failed", () => failedCall());
benchmark("failed, with a name of 10 KB", () => failedCall({ requestedModel: "x".repeat(10_000) }));

/** Bytes of the heap once nothing else is left. */
function usedBytes(): number {
  Bun.gc(true);
  const { heapSize, extraMemorySize } = heapStats();
  return heapSize + extraMemorySize;
}

const hostile = (index: number) =>
  failedCall({
    callId: `${index}`,
    requestedModel: `${index}`.repeat(10_000),
    upstreamModel: `${index}`.repeat(10_000),
    errorMessage: `${index} `.repeat(10_000),
    dropped: Array.from({ length: 256 }, (_item, part) => `${part}.${index}`.repeat(100)),
  });

for (const [name, toCall] of [
  ["plain", (index: number) => answeredCall({ callId: `call-${index}`, durationMs: index })],
  ["hostile", hostile],
] as const) {
  const before = usedBytes();
  const live = new LiveCalls("bench");
  for (let index = 0; index < 2 * KEPT_CALLS; index++) {
    live.observe([toCall(index)]);
  }
  const bytes = usedBytes() - before;
  console.log(`${KEPT_CALLS} calls kept, ${name}`.padEnd(48), `${(bytes / 1024).toFixed(0).padStart(6)} KB`);
  live.answerHour();
}
