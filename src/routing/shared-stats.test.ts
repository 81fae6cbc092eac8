import { describe, expect, test } from "bun:test";
import { FakeSharedState } from "../../tests/support/fake-shared-state.ts";
import { StatsTable } from "./deployment-stats.ts";
import { SharedStats, type SharedStatsOptions } from "./shared-stats.ts";

const TTL_MS = 3_600_000;
/** Ten seconds into a minute. */
const NOW_MS = 1_800_000_010_000;

interface Peer {
  readonly table: StatsTable;
  readonly shared: SharedStats;
  readonly exchange: (nowMs?: number) => Promise<void>;
}

const addPeer = (store: FakeSharedState, processId: string, options: Partial<SharedStatsOptions> = {}): Peer => {
  const table = new StatsTable();
  table.of("one");
  table.of("two");
  const shared = new SharedStats({ table, processId, latencyTtlMs: TTL_MS, takesCooldowns: true, ...options });
  const exchange = async (nowMs = NOW_MS): Promise<void> => {
    const outgoing = shared.toOutgoing(nowMs);
    shared.takeIn(outgoing, await store.exchange(outgoing), nowMs);
  };
  return { table, shared, exchange };
};

const addPair = (): { readonly store: FakeSharedState; readonly left: Peer; readonly right: Peer } => {
  const store = new FakeSharedState();
  return { store, left: addPeer(store, "left"), right: addPeer(store, "right") };
};

const useOne = ({ table }: Peer, requests: number, tokens: number, nowMs = NOW_MS): void => {
  const stats = table.of("one");
  for (let count = 0; count < requests; count++) stats.countRequest(nowMs);
  stats.countSuccess(nowMs, tokens);
};

const usageOf = ({ table }: Peer, nowMs = NOW_MS): readonly number[] => {
  const stats = table.of("one");
  return [stats.requestsAt(nowMs), stats.tokensAt(nowMs)];
};

describe("cooldowns", () => {
  test("are honoured by the other process, with end and reason", async () => {
    const { left, right } = addPair();
    left.table.of("one").coolUntil(NOW_MS + 5000, "upstream-rate-limited");
    await left.exchange();
    await right.exchange();
    const { cooldownUntilMs, cooldownReason } = right.table.of("one");
    expect([cooldownUntilMs, cooldownReason]).toEqual([NOW_MS + 5000, "upstream-rate-limited"]);
    expect(right.table.of("two").isCooling(NOW_MS)).toBe(false);
  });

  test("of which the later end wins, on both sides", async () => {
    const { left, right } = addPair();
    left.table.of("one").coolUntil(NOW_MS + 5000, "upstream-rate-limited");
    right.table.of("one").coolUntil(NOW_MS + 9000, "upstream-failed");
    await left.exchange();
    await right.exchange();
    await left.exchange();
    expect(left.table.of("one").cooldownUntilMs).toBe(NOW_MS + 9000);
    expect(right.table.of("one").cooldownUntilMs).toBe(NOW_MS + 9000);
  });

  test("are told once, and not passed on by those who heard of them", async () => {
    const { store, left, right } = addPair();
    left.table.of("one").coolUntil(NOW_MS + 5000, "upstream-failed");
    for (const peer of [left, right, left, right]) await peer.exchange();
    expect(store.sent.map(({ cooldowns }) => cooldowns.length)).toEqual([1, 0, 0, 0]);
  });

  test("that have ended are neither told nor taken", async () => {
    const { left, right } = addPair();
    left.table.of("one").coolUntil(NOW_MS + 5000, "upstream-failed");
    await left.exchange();
    await right.exchange(NOW_MS + 5000);
    expect(right.table.of("one").cooldownUntilMs).toBe(0);
  });

  test("with a reason of another version, or of a deployment that is not here, are passed over", async () => {
    const { store, left } = addPair();
    const outgoing = { ...left.shared.toOutgoing(NOW_MS), processId: "newer" };
    store.put({ ...outgoing, cooldowns: [{ id: "one", untilMs: NOW_MS + 5000, reason: "upstream-asleep" }] });
    store.put({ ...outgoing, cooldowns: [{ id: "three", untilMs: NOW_MS + 5000, reason: "upstream-failed" }] });
    await left.exchange();
    expect([left.table.of("one").isCooling(NOW_MS), left.table.find("three")]).toEqual([false, undefined]);
  });

  test("of others are nothing to a process that has switched them off", async () => {
    const store = new FakeSharedState();
    const left = addPeer(store, "left");
    const right = addPeer(store, "right", { takesCooldowns: false });
    left.table.of("one").coolUntil(NOW_MS + 5000, "upstream-failed");
    await left.exchange();
    await right.exchange();
    expect(right.table.of("one").isCooling(NOW_MS)).toBe(false);
  });
});

describe("usage", () => {
  test("is the sum over the processes, everywhere", async () => {
    const { left, right } = addPair();
    useOne(left, 2, 100);
    useOne(right, 3, 50);
    for (const peer of [left, right, left]) await peer.exchange();
    expect([usageOf(left), usageOf(right)]).toEqual([
      [5, 150],
      [5, 150],
    ]);
    useOne(left, 1, 1);
    expect([usageOf(left), usageOf(right)]).toEqual([
      [6, 151],
      [5, 150],
    ]);
    await left.exchange();
    await right.exchange();
    expect(usageOf(right)).toEqual([6, 151]);
  });

  test("counts once, however often it arrives", async () => {
    const { store, left, right } = addPair();
    useOne(left, 2, 100);
    const lost = left.shared.toOutgoing(NOW_MS);
    store.put(lost);
    left.shared.forgetSent();
    await left.exchange();
    useOne(left, 1, 10);
    await left.exchange();
    store.put(lost);
    await right.exchange();
    await left.exchange();
    expect([usageOf(left), usageOf(right)]).toEqual([
      [3, 110],
      [3, 110],
    ]);
  });

  test("is told again when the store has lost it", async () => {
    const { store, left, right } = addPair();
    useOne(left, 2, 100);
    left.table.of("two").coolUntil(NOW_MS + 5000, "upstream-failed");
    await left.exchange();
    store.lose();
    left.shared.forgetSent();
    await left.exchange();
    await right.exchange();
    expect([usageOf(right), right.table.of("two").isCooling(NOW_MS)]).toEqual([[2, 100], true]);
  });

  test("of others ends with the minute", async () => {
    const { left, right } = addPair();
    useOne(left, 2, 100);
    await left.exchange();
    await right.exchange();
    const nextMs = NOW_MS + 50_000;
    expect(usageOf(right, nextMs)).toEqual([0, 0]);
    useOne(left, 1, 7, nextMs);
    await left.exchange(nextMs);
    await right.exchange(nextMs);
    expect(usageOf(right, nextMs)).toEqual([1, 7]);
  });

  test("is told only where it has changed, and at most so much at once", async () => {
    const { store, left, right } = addPair();
    for (let index = 0; index < 1500; index++) left.table.of(`many-${index}`).countRequest(NOW_MS);
    for (let round = 0; round < 3; round++) await left.exchange();
    expect(store.sent.map(({ usage }) => usage.length)).toEqual([1000, 500, 0]);
    right.table.of("many-1499");
    await right.exchange();
    expect(right.table.of("many-1499").requestsAt(NOW_MS)).toBe(1);
  });
});

test("attempts under way are counted together until nothing is heard any more", async () => {
  const { left, right } = addPair();
  left.table.of("one").inFlight = 3;
  right.table.of("one").inFlight = 1;
  await left.exchange();
  await right.exchange();
  expect([right.table.of("one").allInFlight, right.table.of("one").inFlight]).toEqual([4, 1]);
  left.table.of("one").inFlight = 0;
  await left.exchange();
  await right.exchange();
  expect(right.table.of("one").allInFlight).toBe(1);
  await left.exchange();
  expect(left.table.of("one").allInFlight).toBe(1);
  left.shared.dropInFlight();
  expect(left.table.of("one").allInFlight).toBe(0);
});

describe("latencies", () => {
  test("of the others count where none are known, and half where some are", async () => {
    const { left, right } = addPair();
    left.table.of("one").addLatency(100, false, NOW_MS, 10);
    left.table.of("one").addLatency(20, true, NOW_MS, 10);
    await left.exchange();
    await right.exchange();
    const stats = right.table.of("one");
    expect([stats.latencyMs(false, NOW_MS, TTL_MS), stats.latencyMs(true, NOW_MS, TTL_MS)]).toEqual([100, 20]);
    stats.addLatency(300, false, NOW_MS, 10);
    expect(stats.latencyMs(false, NOW_MS, TTL_MS)).toBe(200);
  });

  test("of the others grow old", async () => {
    const { left, right } = addPair();
    left.table.of("one").addLatency(100, false, NOW_MS, 10);
    await left.exchange();
    await right.exchange();
    expect(right.table.of("one").latencyMs(false, NOW_MS + 999, 1000)).toBe(100);
    expect(right.table.of("one").latencyMs(false, NOW_MS + 1000, 1000)).toBe(0);
  });
});

test("once sharing ends, only cooldowns stay", async () => {
  const { left, right } = addPair();
  useOne(left, 2, 100);
  left.table.of("one").inFlight = 1;
  left.table.of("one").addLatency(100, false, NOW_MS, 10);
  left.table.of("one").coolUntil(NOW_MS + 5000, "upstream-failed");
  await left.exchange();
  await right.exchange();
  right.shared.dropOthers();
  const stats = right.table.of("one");
  expect([usageOf(right), stats.allInFlight, stats.latencyMs(false, NOW_MS, TTL_MS)]).toEqual([[0, 0], 0, 0]);
  expect(stats.isCooling(NOW_MS)).toBe(true);
});
