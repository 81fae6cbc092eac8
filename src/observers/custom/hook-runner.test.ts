import { expect, test } from "bun:test";
import { type HookLimits, HookRunner } from "./hook-runner.ts";

const LIMITS: HookLimits = { maxQueuedItems: 3, maxQueuedBytes: 100, maxAtOnce: 2, itemLimitMs: 20 };

interface Opened {
  readonly runner: HookRunner<string>;
  readonly logged: string[];
  readonly ran: string[];
}

const open = (hook: (item: string) => void | Promise<void>, limits: Partial<HookLimits> = {}): Opened => {
  const logged: string[] = [];
  const ran: string[] = [];
  const runner = new HookRunner<string>({
    name: "my-logger",
    run: (item) => {
      ran.push(item);
      return hook(item);
    },
    sizeOf: (item) => item.length,
    limits: { ...LIMITS, ...limits },
    log: (message, cause) => void logged.push(`${message}: ${cause}`),
  });
  return { runner, logged, ran };
};

test("hooks run in the order of the calls, and closing waits for them", async () => {
  const { runner, ran } = open(() => Promise.resolve());
  for (const item of ["a", "b", "c"]) runner.push(item);
  expect(ran).toEqual([]); // Off the path of whoever pushes.
  await runner.close(1000);
  expect(ran).toEqual(["a", "b", "c"]);
  expect(runner.stats).toEqual({ queuedCount: 0, sentCount: 3, droppedCount: 0, failedSendCount: 0 });
});

test("what hooks throw is contained, counted and told of once", async () => {
  const { runner, logged } = open((item) => {
    if (item === "a") throw new Error("at once");
    return Promise.reject(new Error("later"));
  });
  runner.push("a");
  runner.push("b");
  await runner.close(1000);
  expect(runner.stats).toMatchObject({ droppedCount: 2, failedSendCount: 2 });
  expect(logged).toEqual(["callback 'my-logger': a hook broke; 1 calls lost so far: Error: at once"]);
});

test("a hook that never ends loses its own event alone", async () => {
  const { runner, ran } = open((item) => (item === "a" ? new Promise(() => {}) : undefined), { maxAtOnce: 1 });
  for (const item of ["a", "b", "c"]) runner.push(item);
  await runner.close(1000);
  expect(ran).toEqual(["a", "b", "c"]);
  expect(runner.stats).toMatchObject({ sentCount: 2, droppedCount: 1, queuedCount: 0 });
});

test("what does not fit is dropped and counted", async () => {
  const { runner, logged } = open(() => undefined);
  for (const item of ["a", "b", "c", "d"]) runner.push(item);
  expect(runner.stats).toMatchObject({ queuedCount: 3, droppedCount: 1 });
  expect(logged[0]).toContain("too many wait");
  const { runner: small } = open(() => undefined);
  small.push("x".repeat(101));
  expect(small.stats.droppedCount).toBe(1);
  await runner.close(1000);
});

test("closing gives up what has not ended in time: it is counted, and told of, whatever was told before", async () => {
  const late = Promise.withResolvers<void>();
  const broken = (item: string) => (item === "broken" ? Promise.reject(new Error("broken")) : late.promise);
  const { runner, logged } = open(broken, { maxAtOnce: 1, itemLimitMs: 60_000 });
  for (const item of ["broken", "a", "b"]) runner.push(item);
  await runner.close(10);
  expect(runner.stats).toEqual({ queuedCount: 0, sentCount: 0, droppedCount: 3, failedSendCount: 1 });
  expect(logged.at(-1)).toBe(
    "callback 'my-logger': calls are dropped; 3 calls lost so far: the gateway stopped before their hooks had ended",
  );
  late.resolve();
  await late.promise;
  runner.push("c");
  expect(runner.stats).toMatchObject({ sentCount: 0, droppedCount: 4, queuedCount: 0 });
});
