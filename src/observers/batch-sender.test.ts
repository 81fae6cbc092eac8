import { expect, spyOn, test } from "bun:test";
import { BatchSender, type BatchSenderOptions, type SendOutcome } from "./batch-sender.ts";

type Answer = (outcome: SendOutcome) => void;

/** A server that a test answers for, sending by sending. */
class Server {
  readonly batches: (readonly string[])[] = [];
  readonly #waiting: ((batch: readonly string[]) => void)[] = [];
  readonly #unseen: (readonly string[])[] = [];
  readonly #answers: Answer[] = [];

  readonly send = (batch: readonly string[], signal: AbortSignal): Promise<SendOutcome> => {
    this.batches.push(batch);
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#unseen.push(batch);
    else waiting(batch);
    const { promise, resolve, reject } = Promise.withResolvers<SendOutcome>();
    this.#answers.push(resolve);
    signal.addEventListener("abort", () => reject(new Error("given up")));
    return promise;
  };

  /** The next batch that comes, or has come already. */
  next(): Promise<readonly string[]> {
    const seen = this.#unseen.shift();
    return seen === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(seen);
  }

  answer(outcome: SendOutcome): void {
    this.#answers.shift()?.(outcome);
  }
}

const SENT: SendOutcome = { kind: "sent" };

const open = (changes: Partial<BatchSenderOptions<string>> = {}) => {
  const server = new Server();
  const log: string[] = [];
  const sender = new BatchSender<string>({
    name: "test",
    send: server.send,
    sizeOf: (item) => item.length,
    maxQueuedItems: 10,
    maxQueuedBytes: 1000,
    maxBatchItems: 3,
    maxBatchBytes: 100,
    intervalMs: 0,
    maxRetries: 2,
    random: () => 0,
    log: (message, cause) => void log.push(`${message}: ${cause}`),
    ...changes,
  });
  return { server, sender, log };
};

test("items go out together after the interval", async () => {
  const { server, sender } = open();
  sender.push("a");
  sender.push("b");
  expect(sender.stats.queuedCount).toBe(2);
  expect(await server.next()).toEqual(["a", "b"]);
  server.answer(SENT);
  await sender.close(1000);
  expect(sender.stats).toEqual({ queuedCount: 0, sentCount: 2, droppedCount: 0, failedSendCount: 0 });
});

test("a full batch goes at once, and one batch at a time is under way", async () => {
  const { server, sender } = open({ intervalMs: 60_000 });
  for (const item of ["a", "b", "c", "d", "e", "f"]) sender.push(item);
  expect(await server.next()).toEqual(["a", "b", "c"]);
  expect(server.batches.length).toBe(1);
  server.answer(SENT);
  expect(await server.next()).toEqual(["d", "e", "f"]);
  server.answer(SENT);
  await sender.close(1000);
});

test("a batch holds so many bytes, and one item at least", async () => {
  const { server, sender } = open();
  sender.push("x".repeat(60));
  sender.push("y".repeat(60));
  sender.push("z".repeat(500));
  for (const size of [60, 60, 500]) {
    expect((await server.next()).map((item) => item.length)).toEqual([size]);
    server.answer(SENT);
  }
  await sender.close(1000);
});

test("a server that hangs costs memory within the bound and nothing else", async () => {
  const { server, sender, log } = open({ maxQueuedItems: 5 });
  for (let index = 0; index < 100; index++) sender.push("a");
  await server.next();
  for (let index = 0; index < 100; index++) sender.push("b");
  expect(sender.stats.queuedCount).toBeLessThanOrEqual(5 + 3);
  const closed = sender.close(0);
  await closed;
  const { sentCount, droppedCount, queuedCount } = sender.stats;
  expect([sentCount, droppedCount, queuedCount]).toEqual([0, 200, 0]);
  // One word for all of them, and a last one of what the stop has lost.
  expect(log).toHaveLength(2);
  expect(log[1]).toBe("callback 'test': 200 calls not delivered so far: the gateway stopped");
});

test("bytes are a bound too", () => {
  const { sender } = open({ intervalMs: 60_000, maxBatchBytes: 10_000 });
  sender.push("x".repeat(900));
  sender.push("y".repeat(200));
  expect(sender.stats).toMatchObject({ queuedCount: 1, droppedCount: 1 });
});

test("what failed is tried again as it was, a bounded number of times", async () => {
  const { server, sender, log } = open();
  sender.push("a");
  for (let tries = 0; tries < 3; tries++) {
    expect(await server.next()).toEqual(["a"]);
    server.answer({ kind: "retry", reason: "503", afterMs: 0 });
  }
  await sender.close(1000);
  expect(sender.stats).toMatchObject({ sentCount: 0, droppedCount: 1, failedSendCount: 3 });
  expect(log).toEqual(["callback 'test': 1 calls not delivered so far: 503"]);
});

test.each([
  ["asked for 40 s", 40_000, 0, 40_000],
  ["asked for 40 s, with jitter", 40_000, 1, 50_000],
  ["asked for a day", 86_400_000, 0, 3_600_000],
  ["not asked", undefined, 0, 375],
])("a wait of who is %s", async (_name, afterMs, random, expectedMs) => {
  const waits: unknown[] = [];
  const timers = spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms: number) => {
    waits.push(ms);
    queueMicrotask(run);
    return 0;
  }) as unknown as typeof setTimeout);
  try {
    const outcomes: SendOutcome[] = [{ kind: "retry", reason: "503", afterMs }, SENT];
    const sent = Promise.withResolvers<void>();
    const send = async (): Promise<SendOutcome> => {
      const outcome = outcomes.shift() ?? SENT;
      if (outcome === SENT) sent.resolve();
      return outcome;
    };
    const { sender } = open({ maxBatchItems: 1, random: () => random, send });
    sender.push("a");
    await sent.promise;
    expect(waits).toEqual([expectedMs]);
  } finally {
    timers.mockRestore();
  }
});

test("a sending that throws is a failure as any other", async () => {
  let tries = 0;
  const { sender } = open({
    maxRetries: 0,
    send: () => {
      tries++;
      throw new Error("no route");
    },
  });
  sender.push("a");
  await sender.close(1000);
  expect([tries, sender.stats.droppedCount]).toEqual([1, 1]);
});

test("what is refused is not tried again", async () => {
  const { server, sender } = open();
  sender.push("a");
  sender.push("b");
  await server.next();
  server.answer({ kind: "partly", refusedCount: 1, reason: "too old" });
  sender.push("c");
  await server.next();
  server.answer({ kind: "refused", reason: "401" });
  await sender.close(1000);
  expect(sender.stats).toMatchObject({ sentCount: 1, droppedCount: 2, failedSendCount: 1 });
  expect(server.batches.length).toBe(2);
});

test("closing sends what waits; nothing is taken afterwards", async () => {
  const { server, sender } = open({ intervalMs: 60_000 });
  for (const item of ["a", "b", "c", "d"]) sender.push(item);
  const closed = sender.close(10_000);
  sender.push("late");
  expect(await server.next()).toEqual(["a", "b", "c"]);
  server.answer(SENT);
  expect(await server.next()).toEqual(["d"]);
  server.answer(SENT);
  await closed;
  expect(sender.stats).toMatchObject({ sentCount: 4, droppedCount: 1 });
});

test("closing ends in time, whatever a sending does: what it held counts as lost, even where it arrives later", async () => {
  const late = Promise.withResolvers<SendOutcome>();
  const { sender, log } = open({ send: () => late.promise, maxBatchItems: 1 });
  sender.push("a");
  sender.push("b");
  await sender.close(10);
  const lost = { queuedCount: 0, sentCount: 0, droppedCount: 2, failedSendCount: 1 };
  expect(sender.stats).toEqual(lost);
  expect(log[0]).toBe("callback 'test': 1 calls not delivered so far: the gateway stopped");
  late.resolve(SENT);
  await late.promise;
  expect(sender.stats).toEqual(lost);
});

test("what a failed sending has settled is not sent again, and each item is counted once", async () => {
  const batches: (readonly string[])[] = [];
  const outcomes: SendOutcome<string>[] = [
    { kind: "retry", reason: "503 for b", remaining: ["b"], refusedCount: 1, afterMs: 0 },
    { kind: "retry", reason: "503", afterMs: 0 },
    { kind: "sent" },
  ];
  const { sender } = open({
    intervalMs: 60_000,
    send: async (batch) => {
      batches.push(batch);
      return outcomes.shift() ?? { kind: "sent" };
    },
  });
  for (const item of ["a", "b", "c"]) sender.push(item);
  await sender.close(1000);
  expect(batches).toEqual([["a", "b", "c"], ["b"], ["b"]]);
  expect(sender.stats).toEqual({ queuedCount: 0, sentCount: 2, droppedCount: 1, failedSendCount: 2 });
});

test("each item is released once, whether it arrives, is refused, or finds no room", async () => {
  const released: string[] = [];
  const { server, sender } = open({ maxQueuedItems: 2, maxBatchItems: 1, release: (item) => void released.push(item) });
  sender.push("a");
  await server.next();
  sender.push("b");
  sender.push("c");
  expect(sender.hasRoom()).toBe(false);
  sender.push("d");
  expect(released).toEqual(["d"]);
  server.answer(SENT);
  await server.next();
  expect(released).toEqual(["d", "a"]);
  server.answer({ kind: "refused", reason: "bad" });
  await server.next();
  await sender.close(0);
  expect(released).toEqual(["d", "a", "b", "c"]);
  expect(sender.stats).toMatchObject({ queuedCount: 0, sentCount: 1, droppedCount: 4 });
  expect(sender.hasRoom()).toBe(false);
});
