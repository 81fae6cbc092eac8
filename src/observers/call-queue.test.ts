import { expect, test } from "bun:test";
import type { CallFinished } from "../core/call-event.ts";
import { CallQueue, MAX_QUEUED_CALLS } from "./call-queue.ts";

const event = (callId: string): CallFinished => ({ callId }) as CallFinished;

test("events wait for a flush and go out in one batch, in order", async () => {
  const batches: string[][] = [];
  const queue = new CallQueue(
    [{ name: "a", observe: (batch) => void batches.push(batch.map((one) => one.callId)) }],
    () => undefined,
  );
  queue.push(event("1"));
  queue.push(event("2"));
  expect(batches).toEqual([]);
  await queue.flush();
  await queue.flush();
  expect(batches).toEqual([["1", "2"]]);
});

test("they go out by themselves soon", async () => {
  const observed = Promise.withResolvers<readonly CallFinished[]>();
  const queue = new CallQueue([{ name: "a", observe: observed.resolve }], () => undefined);
  queue.push(event("1"));
  expect((await observed.promise).length).toBe(1);
});

test("a failing observer is reported and harms no other", async () => {
  const seen: string[] = [];
  const problems: string[] = [];
  const queue = new CallQueue(
    [
      {
        name: "throws",
        observe: () => {
          throw new Error("x");
        },
      },
      { name: "rejects", observe: () => Promise.reject(new Error("y")) },
      { name: "works", observe: (batch) => void seen.push(...batch.map((one) => one.callId)) },
    ],
    (message) => void problems.push(message),
  );
  queue.push(event("1"));
  await queue.flush();
  queue.push(event("2"));
  await queue.flush();
  expect(seen).toEqual(["1", "2"]);
  expect(problems.sort()).toEqual([
    "observer 'rejects' failed",
    "observer 'rejects' failed",
    "observer 'throws' failed",
    "observer 'throws' failed",
  ]);
});

test("beyond its bound the queue drops and counts", async () => {
  let count = 0;
  const queue = new CallQueue(
    [
      {
        name: "a",
        observe: (batch) => {
          count += batch.length;
        },
      },
    ],
    () => undefined,
  );
  for (let index = 0; index < MAX_QUEUED_CALLS + 5; index++) queue.push(event(String(index)));
  expect(queue.droppedCount).toBe(5);
  await queue.flush();
  expect(count).toBe(MAX_QUEUED_CALLS);
  queue.push(event("after"));
  expect(queue.droppedCount).toBe(5);
  await queue.flush();
});
