import { describe, expect, test } from "bun:test";
import type { LiveCall, LiveCallsAnswer, LiveMinute } from "../../core/live-feed.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { mergeCalls, mergeHour } from "./merge-live.ts";

const answer = (process: string, ends: readonly number[], more: Partial<LiveCallsAnswer> = {}): LiveCallsAnswer => ({
  process,
  last: ends.length,
  missed: 0,
  hasMore: false,
  calls: ends.map((ended_at, index) => ({ key: `${process}.${index + 1}`, ended_at }) as unknown as LiveCall),
  ...more,
});

describe("calls of several processes", () => {
  test("come by the time at which they ended, with a place in each process", () => {
    const page = mergeCalls([answer("a", [1, 4]), answer("b", [2, 3, 5], { missed: 7, hasMore: true })], {});
    expect(page.calls.map(({ key }) => key)).toEqual(["a.1", "b.1", "b.2", "a.2", "b.3"]);
    expect(readCursor(page.cursor)).toEqual({ a: 2, b: 3 });
    expect([page.missed, page.has_more]).toEqual([7, true]);
  });

  test("a process that is too busy to answer keeps its place, so that nothing of it is told twice", () => {
    expect(readCursor(mergeCalls([answer("a", [1])], { a: 0, b: 9 }).cursor)).toEqual({ a: 1, b: 9 });
  });

  test("a cursor does not grow with every process that ever was", () => {
    const after = Object.fromEntries(Array.from({ length: 200 }, (_item, index) => [`p${index}`, 1]));
    expect(Object.keys(readCursor(mergeCalls([], after).cursor)).length).toBe(64);
  });
});

test("a cursor can be read as it was written", () => {
  const places = { [crypto.randomUUID()]: 12, b: 0 };
  expect(readCursor(writeCursor(places))).toEqual(places);
  expect(readCursor("")).toEqual({});
  expect(readCursor(undefined)).toEqual({});
});

const NOW = Date.UTC(2026, 10, 28, 12, 0, 30);
const THIS_MINUTE = Math.floor(NOW / 60_000);

const minute = (changes: Partial<LiveMinute>): LiveMinute => ({
  minute: THIS_MINUTE,
  requests: 1,
  errors: 0,
  clientsGone: 0,
  promptTokens: 10,
  completionTokens: 5,
  costNanoUsd: 3,
  unpriced: 0,
  gatewayMs: 2,
  gatewayCalls: 1,
  latencies: [40, 1],
  ...changes,
});

describe("the last hour of several processes", () => {
  const page = mergeHour(
    [
      { minutes: [minute({}), minute({ minute: THIS_MINUTE - 59, requests: 2, errors: 1, latencies: [80, 2] })] },
      { minutes: [minute({ requests: 3, gatewayMs: 4, latencies: [40, 2, 160, 1] })] },
      { minutes: [minute({ minute: THIS_MINUTE - 60 }), minute({ minute: THIS_MINUTE + 1 })] },
    ],
    NOW,
  );

  test("is sixty minutes, summed up, and nothing from before or to come", () => {
    expect(page.minutes.length).toBe(60);
    expect(page.minutes[59]).toMatchObject({ at: THIS_MINUTE * 60, requests: 4, prompt_tokens: 20, gateway_ms: 3 });
    expect(page.minutes[0]).toMatchObject({ requests: 2, errors: 1 });
    expect(page.minutes[1]).toMatchObject({ requests: 0, p50_ms: null, gateway_ms: null });
    expect(page.total).toMatchObject({ requests: 6, errors: 1, cost_nano_usd: 9 });
  });

  test("has percentiles of all calls together, not means of percentiles", () => {
    const { p50_ms, p99_ms } = page.minutes[59] ?? {};
    expect(p99_ms).toBeGreaterThan(10_000 * (p50_ms ?? 0));
  });
});
