import { describe, expect, test } from "bun:test";
import { DeploymentStats, msToNextMinute, StatsTable } from "./deployment-stats.ts";
import { seededRandom } from "./deployments-for-tests.ts";

test("counts are those of the current minute", () => {
  const stats = new DeploymentStats();
  const countsAt = (nowMs: number) => [
    stats.requestsAt(nowMs),
    stats.successesAt(nowMs),
    stats.failuresAt(nowMs),
    stats.tokensAt(nowMs),
  ];
  stats.countRequest(60_000);
  stats.countRequest(60_001);
  stats.countSuccess(90_000, 25);
  stats.countFailure(119_999, "timeout", 5000);
  expect(countsAt(119_999)).toEqual([2, 1, 1, 25]);
  expect(countsAt(120_000)).toEqual([0, 0, 0, 0]);
  stats.countSuccess(120_000, 5);
  expect(countsAt(120_001)).toEqual([0, 1, 0, 5]);
  expect([msToNextMinute(120_000), msToNextMinute(179_999)]).toEqual([60_000, 1]);
});

test("a cooldown is made longer, never shorter", () => {
  const stats = new DeploymentStats();
  expect(stats.isCooling(0)).toBe(false);
  stats.coolUntil(500, "upstream-rate-limited");
  stats.coolUntil(300, "upstream-failed");
  expect([stats.cooldownUntilMs, stats.cooldownReason]).toEqual([500, "upstream-rate-limited"]);
  expect([stats.isCooling(499), stats.isCooling(500)]).toEqual([true, false]);
  stats.coolUntil(800, "upstream-failed");
  expect([stats.cooldownUntilMs, stats.cooldownReason]).toEqual([800, "upstream-failed"]);
});

test("failures are counted within a window, by class and together", () => {
  const stats = new DeploymentStats();
  stats.countFailure(0, "timeout", 1000);
  stats.countFailure(500, "rate-limit", 1000);
  stats.countFailure(999, undefined, 1000);
  const counts = () => [
    stats.failuresInWindow("any"),
    stats.failuresInWindow("timeout"),
    stats.failuresInWindow("rate-limit"),
  ];
  expect(counts()).toEqual([3, 1, 1]);
  stats.countFailure(1000, "timeout", 1000);
  expect(counts()).toEqual([1, 1, 1]);
  stats.clearWindows();
  expect(counts()).toEqual([0, 0, 0]);
});

test("a failure of a finer class counts in the wider one too", () => {
  const stats = new DeploymentStats();
  stats.countFailure(0, "bad-gateway", 1000);
  stats.countFailure(0, "internal-server", 1000);
  expect([stats.failuresInWindow("bad-gateway"), stats.failuresInWindow("internal-server")]).toEqual([1, 2]);
});

test("the usual length of answers follows the latest ones", () => {
  const stats = new DeploymentStats();
  expect(stats.answerTokens).toBe(0);
  stats.addAnswerTokens(0);
  expect(stats.answerTokens).toBe(1);
  stats.addAnswerTokens(81);
  expect(stats.answerTokens).toBe(11);
});

describe("latency", () => {
  test("is the mean of the latest samples", () => {
    const stats = new DeploymentStats();
    expect(stats.latencyMs(false, 0, 1000)).toBe(0);
    for (const value of [10, 20, 30, 40]) {
      stats.addLatency(value, false, 0, 3);
    }
    expect(stats.latencyMs(false, 0, 1000)).toBe(30);
    expect(stats.latencyMs(true, 0, 1000)).toBe(0);
  });

  test("starts afresh when another number of samples is to be kept", () => {
    const stats = new DeploymentStats();
    stats.addLatency(10, true, 0, 3);
    stats.addLatency(50, true, 0, 5);
    expect(stats.latencyMs(true, 0, 1000)).toBe(50);
  });

  test("any samples: as a plain list would have it", () => {
    const random = seededRandom(3);
    const stats = new DeploymentStats();
    const plain: { value: number; atMs: number }[] = [];
    for (let step = 0, nowMs = 0; step < 2000; step++, nowMs += random() * 300) {
      if (random() < 0.6) {
        const value = random() * 1000;
        stats.addLatency(value, false, nowMs, 7);
        plain.push({ value, atMs: nowMs });
      }
      const kept = plain.slice(-7).filter(({ atMs }) => nowMs - atMs < 1000);
      const mean = kept.length === 0 ? 0 : kept.reduce((sum, { value }) => sum + value, 0) / kept.length;
      expect(stats.latencyMs(false, nowMs, 1000)).toBeCloseTo(mean, 6);
    }
  });
});

describe("the table", () => {
  test("has one state per id", () => {
    const table = new StatsTable();
    expect(table.of("a")).toBe(table.of("a"));
    expect(table.of("a")).not.toBe(table.of("b"));
    expect(table.size).toBe(2);
  });

  test("at its bound the oldest without a call gives way", () => {
    const table = new StatsTable(3);
    const [busy, idle, newest] = [table.of("busy"), table.of("idle"), table.of("newest")];
    busy.inFlight = 1;
    table.of("more");
    expect(table.size).toBe(3);
    expect([table.of("busy") === busy, table.of("newest") === newest]).toEqual([true, true]);
    expect(table.of("idle")).not.toBe(idle);
  });

  test("keeps those that are listed, whatever names fill wildcards", () => {
    const table = new StatsTable(2);
    const before = table.of("before");
    table.list(new Set(["before", "after"]));
    const after = table.of("after");
    for (let name = 0; name < 10; name++) {
      table.of(`wildcard#${name}`);
    }
    expect([table.find("before") === before, table.find("after") === after]).toEqual([true, true]);
    expect([...table.entries()].map(([id]) => id)).toEqual(["before", "after", "wildcard#8", "wildcard#9"]);
  });

  test("lets those go that are listed no longer, as any other", () => {
    const table = new StatsTable(1);
    table.list(new Set(["a", "b"]));
    const [first] = [table.of("a"), table.of("b")];
    table.list(new Set(["a"]));
    expect([table.find("a") === first, table.size]).toEqual([true, 2]);
    table.of("c");
    expect([table.find("a") === first, table.find("b")]).toEqual([true, undefined]);
  });

  test("stays within its bound when every one has a call", () => {
    const table = new StatsTable(2);
    for (const id of ["a", "b", "c", "d"]) {
      table.of(id).inFlight = 1;
    }
    expect(table.size).toBe(2);
  });
});
