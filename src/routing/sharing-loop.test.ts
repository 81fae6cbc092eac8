import { beforeEach, describe, expect, test } from "bun:test";
import { FakeSharedState } from "../../tests/support/fake-shared-state.ts";
import { StatsTable } from "./deployment-stats.ts";
import { SharedStats } from "./shared-stats.ts";
import { SharingLoop } from "./sharing-loop.ts";

/** A clock that stands until it is told to go on, and runs what is due on the way. */
class FakeClock {
  nowMs = 1_800_000_000_000;
  readonly #timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  readonly now = (): number => this.nowMs;

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  get pending(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].sort((left, right) => left.atMs - right.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.#timers.delete(next);
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = endMs;
  }
}

/** Everything that waits for nothing but its turn has had it. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let clock: FakeClock;
let store: FakeSharedState;
let table: StatsTable;
let loop: SharingLoop;
let changes: (string | undefined)[];

const refuse = (): never => {
  throw new Error("refused");
};
const hang = (): Promise<void> => new Promise(() => undefined);

beforeEach(() => {
  clock = new FakeClock();
  store = new FakeSharedState();
  table = new StatsTable();
  table.of("one");
  changes = [];
  loop = new SharingLoop({
    store,
    stats: new SharedStats({ table, processId: "here", latencyTtlMs: 1000, takesCooldowns: true }),
    clock,
    onChange: (lostBecause) => changes.push(lostBecause),
  });
});

/** Another process speaks. */
const speakElsewhere = (inFlight: number): void =>
  store.put({
    processId: "there",
    nowMs: clock.nowMs,
    minute: Math.floor(clock.nowMs / 60_000),
    usage: [],
    latencies: [],
    cooldowns: [{ id: "one", untilMs: clock.nowMs + 60_000, reason: "upstream-failed" }],
    inFlight: new Map([["one", inFlight]]),
  });

test("exchanges at once, and then every 200 ms", async () => {
  speakElsewhere(2);
  expect(loop.status).toEqual({ state: "ok", exchanges: 0, failures: 0, lastError: undefined, lagMs: undefined });
  loop.start();
  await clock.advance(0);
  expect([loop.status.exchanges, table.of("one").allInFlight]).toEqual([1, 2]);
  await clock.advance(1050);
  expect(loop.status).toEqual({ state: "ok", exchanges: 6, failures: 0, lastError: undefined, lagMs: 50 });
});

test.each([
  [15, 200],
  [50, 500],
  [240, 1000],
])("an exchange of %d ms is followed by a wait of %d ms", async (tookMs, waitMs) => {
  store.disturb = () => new Promise((resolve) => clock.after(tookMs, resolve));
  loop.start();
  await clock.advance(tookMs);
  expect(loop.status.exchanges).toBe(1);
  await clock.advance(waitMs - 1);
  expect(store.sent.length).toBe(1);
  await clock.advance(1);
  expect(store.sent.length).toBe(2);
});

describe("a store that fails", () => {
  test("is left alone after three failures, for 2 s, then 4 s, and that is told once", async () => {
    store.disturb = refuse;
    loop.start();
    await clock.advance(400);
    expect([loop.status.state, loop.status.failures, loop.status.lastError]).toEqual(["open", 3, "refused"]);
    await clock.advance(1999);
    expect(store.sent.length).toBe(3);
    await clock.advance(1);
    expect(store.sent.length).toBe(4);
    await clock.advance(3999);
    expect(store.sent.length).toBe(4);
    await clock.advance(1);
    expect([store.sent.length, store.disconnects, changes]).toEqual([5, 5, ["refused"]]);
  });

  test("is used again once it works, and that is told once", async () => {
    store.disturb = refuse;
    loop.start();
    await clock.advance(400);
    store.disturb = () => undefined;
    await clock.advance(2000);
    expect([loop.status.state, loop.status.exchanges]).toEqual(["ok", 1]);
    await clock.advance(400);
    expect([loop.status.exchanges, changes]).toEqual([3, ["refused", undefined]]);
  });

  test("and works again before the third time is not spoken of", async () => {
    store.disturb = refuse;
    loop.start();
    await clock.advance(200);
    store.disturb = () => undefined;
    await clock.advance(1000);
    expect([loop.status.state, loop.status.failures, changes]).toEqual(["ok", 2, []]);
  });

  test("takes with it what others have under way, not their cooldowns", async () => {
    speakElsewhere(2);
    loop.start();
    await clock.advance(0);
    store.disturb = refuse;
    await clock.advance(1000);
    expect([table.of("one").allInFlight, table.of("one").isCooling(clock.nowMs)]).toEqual([0, true]);
  });
});

describe("a store that hangs", () => {
  test("is given up after 250 ms each time, and is no reason for anything else to wait", async () => {
    store.disturb = hang;
    loop.start();
    await clock.advance(0);
    table.of("one").countRequest(clock.nowMs);
    expect(table.of("one").requestsAt(clock.nowMs)).toBe(1);
    await clock.advance(249);
    expect(loop.status.failures).toBe(0);
    await clock.advance(1);
    expect([loop.status.failures, loop.status.lastError, store.disconnects]).toEqual([
      1,
      "an exchange took longer than 250 ms",
      1,
    ]);
    await clock.advance(2 * 450);
    expect([loop.status.state, loop.status.failures]).toEqual(["open", 3]);
  });

  test("while connecting is given up after a second", async () => {
    store.connect = hang;
    loop.start();
    await clock.advance(1000);
    expect([loop.status.failures, loop.status.lastError]).toEqual([1, "connecting took longer than 1000 ms"]);
  });

  test("and answers too late changes nothing", async () => {
    const late = Promise.withResolvers<void>();
    speakElsewhere(2);
    store.disturb = () => late.promise;
    loop.start();
    await clock.advance(300);
    late.resolve();
    await settled();
    expect([loop.status.exchanges, table.of("one").allInFlight]).toEqual([0, 0]);
  });
});

describe("stopping", () => {
  test("ends exchanges and forgets the others", async () => {
    speakElsewhere(2);
    loop.start();
    await clock.advance(0);
    loop.stop();
    await clock.advance(10_000);
    expect([store.sent.length, table.of("one").allInFlight, clock.pending]).toEqual([1, 0, 0]);
  });

  test("in the midst of an exchange is no failure", async () => {
    const held = Promise.withResolvers<void>();
    speakElsewhere(2);
    store.disturb = () => held.promise;
    loop.start();
    await clock.advance(0);
    loop.stop();
    held.resolve();
    await clock.advance(1000);
    expect([loop.status.exchanges, loop.status.failures, table.of("one").allInFlight, clock.pending]).toEqual([
      0, 0, 0, 0,
    ]);
  });
});
