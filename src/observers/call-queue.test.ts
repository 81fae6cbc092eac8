import { expect, test } from "bun:test";
import type { CallFinished } from "../core/call-event.ts";
import type { CallObserver } from "./call-observer.ts";
import { CallQueue, MAX_QUEUED_CALLS, type Observing } from "./call-queue.ts";
import { answeredCall, detailedCall, failedCall } from "./calls-for-tests.ts";

type Observe = CallObserver["observe"];

const event = (callId: string): CallFinished => answeredCall({ callId });
const idsOf = (batch: readonly CallFinished[]): readonly string[] => batch.map(({ callId }) => callId);

const meter = (name: string, observe: Observe): Observing => ({
  observer: { name, kind: "meter", observe },
  onSuccess: true,
  onFailure: true,
});

const toQueue = (observing: readonly Observing[], onError: (message: string) => void = () => undefined): CallQueue => {
  const queue = new CallQueue(onError);
  queue.observing = observing;
  return queue;
};

test("events wait for a flush and go out in one batch, in order", () => {
  const batches: (readonly string[])[] = [];
  const queue = toQueue([meter("a", (batch) => void batches.push(idsOf(batch)))]);
  queue.push(event("1"));
  queue.push(event("2"));
  expect(batches).toEqual([]);
  queue.flush();
  queue.flush();
  expect(batches).toEqual([["1", "2"]]);
});

test("they go out by themselves soon", async () => {
  const observed = Promise.withResolvers<readonly CallFinished[]>();
  toQueue([meter("a", observed.resolve)]).push(event("1"));
  expect((await observed.promise).length).toBe(1);
});

test("they wait until there are observers", () => {
  const seen: string[] = [];
  const queue = new CallQueue(() => undefined);
  queue.push(event("1"));
  queue.flush();
  expect(queue.queuedCount).toBe(1);
  queue.observing = [meter("a", (batch) => void seen.push(...idsOf(batch)))];
  queue.flush();
  expect(seen).toEqual(["1"]);
});

test("a failing observer is reported and harms no other", () => {
  const seen: string[] = [];
  const problems: string[] = [];
  const throws = meter("throws", () => {
    throw new Error("x");
  });
  const works = meter("works", (batch) => void seen.push(...idsOf(batch)));
  const queue = toQueue([throws, works], (message) => void problems.push(message));
  queue.push(event("1"));
  queue.flush();
  queue.push(event("2"));
  queue.flush();
  expect(seen).toEqual(["1", "2"]);
  expect(problems).toEqual(["observer 'throws' failed", "observer 'throws' failed"]);
});

test("beyond its bound the queue drops and counts", () => {
  let count = 0;
  const queue = new CallQueue(() => undefined);
  for (let index = 0; index < MAX_QUEUED_CALLS + 5; index++) queue.push(event(String(index)));
  expect(queue.droppedCount).toBe(5);
  queue.observing = [
    meter("a", (batch) => {
      count += batch.length;
    }),
  ];
  queue.flush();
  expect(count).toBe(MAX_QUEUED_CALLS);
  queue.push(event("after"));
  expect(queue.droppedCount).toBe(5);
  queue.flush();
});

test("conversations beyond a bound are left out, their calls are not", () => {
  const batches: (readonly CallFinished[])[] = [];
  const queue = new CallQueue(() => undefined);
  const large = { request: Buffer.alloc(1024 * 1024), response: undefined, isResponseCut: false };
  for (let index = 0; index < 66; index++) queue.push(detailedCall({ content: large }));
  expect(queue.strippedCount).toBe(2);
  queue.observing = [meter("a", (batch) => void batches.push(batch))];
  queue.flush();
  expect(batches[0]?.length).toBe(66);
  expect(batches[0]?.at(-1)?.details?.content).toBeUndefined();
});

test("a callback is told of what its scope says, and of nothing that callers withhold; meters see all", () => {
  const seen = new Map<string, readonly string[]>();
  const callback = (name: string, onSuccess: boolean, onFailure: boolean): Observing => ({
    observer: { name, kind: "callback", observe: (batch) => void seen.set(name, idsOf(batch)) },
    onSuccess,
    onFailure,
  });
  const queue = toQueue([
    callback("both", true, true),
    callback("successes", true, false),
    callback("failures", false, true),
    meter("meter", (batch) => void seen.set("meter", idsOf(batch))),
  ]);
  queue.push(event("good"));
  queue.push(failedCall({ callId: "bad" }));
  queue.push(detailedCall({ isUnlogged: true }, { callId: "unlogged" }));
  queue.push(detailedCall({ disabledCallbacks: ["successes"] }, { callId: "not-successes" }));
  queue.flush();
  expect(Object.fromEntries(seen)).toEqual({
    both: ["good", "bad", "not-successes"],
    successes: ["good"],
    failures: ["bad"],
    meter: ["good", "bad", "unlogged", "not-successes"],
  });
});
