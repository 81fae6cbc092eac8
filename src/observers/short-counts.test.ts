import { expect, test } from "bun:test";
import type { CountReply, CountRequest } from "./count-conversation.ts";
import { ShortCounts } from "./short-counts.ts";

const conversation = (id: number, content: string): CountRequest => ({
  id,
  request: Buffer.from(JSON.stringify({ messages: [{ role: "user", content }] })),
  response: new Uint8Array(),
  stretch: 1,
  encoding: "o200k_base",
});

interface Counting {
  readonly it: ShortCounts;
  readonly replies: CountReply[];
  readonly broken: unknown[];
  /** Resolves once so many have been replied to. */
  readonly done: Promise<void>;
}

function counting(expected: number, onReply: (reply: CountReply) => void = () => undefined): Counting {
  const replies: CountReply[] = [];
  const broken: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const it = new ShortCounts(
    (reply) => {
      replies.push(reply);
      if (replies.length === expected) resolve();
      onReply(reply);
    },
    (cause) => broken.push(cause),
  );
  return { it, replies, broken, done };
}

test("short conversations are counted one after the other, in later turns", async () => {
  const { it, replies, done } = counting(300);
  for (let id = 0; id < 300; id++) expect(it.take(conversation(id, "hi"))).toBe(true);
  expect(replies).toEqual([]);
  await done;
  expect(replies.map(({ id }) => id)).toEqual(Array.from({ length: 300 }, (_, id) => id));
  expect(new Set(replies.map(({ promptTokens }) => promptTokens))).toEqual(new Set([8]));
});

test("long ones are not taken", async () => {
  const { it, done } = counting(1);
  expect(it.take(conversation(1, "x".repeat(33 * 1024)))).toBe(false);
  expect(it.take({ ...conversation(2, "hi"), response: new Uint8Array(33 * 1024) })).toBe(false);
  expect(it.take(conversation(3, "word ".repeat(6000)))).toBe(true);
  await done;
});

test("no more are taken than can be counted soon, and again once they have been", async () => {
  const { it, done } = counting(139);
  const long = conversation(1, "word ".repeat(6000));
  const taken = Array.from({ length: 200 }, () => it.take(long));
  expect(taken.filter(Boolean).length).toBe(139);
  expect(taken.lastIndexOf(true)).toBe(138);
  await done;
  expect(it.take(long)).toBe(true);
});

test("what the caller throws is told, and the others are counted with the next one", async () => {
  const { it, replies, broken, done } = counting(3, ({ id }) => {
    if (id === 1) throw new Error("broken");
  });
  it.take(conversation(1, "hi"));
  it.take(conversation(2, "hi"));
  while (broken.length === 0) await new Promise((resolve) => setImmediate(resolve));
  it.take(conversation(3, "hi"));
  await done;
  expect([replies.map(({ id }) => id), broken]).toEqual([[1, 2, 3], [new Error("broken")]]);
});
