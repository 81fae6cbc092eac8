import { expect, test } from "bun:test";
import { findPercentile, LATENCY_BUCKETS } from "../core/latency-buckets.ts";
import { answeredCall, detailedCall, failedCall, givenUpCall } from "./calls-for-tests.ts";
import { KEPT_CALLS, LiveCalls } from "./live-calls.ts";

const EVERYTHING = { after: {}, limit: KEPT_CALLS };
const KEY = "sk-abcdefghijklmnop1234";

/** So many calls, one every `gapMs`. */
const watch = (count: number, gapMs = 100): LiveCalls => {
  const live = new LiveCalls("p1");
  live.observe(
    Array.from({ length: count }, (_item, index) =>
      answeredCall({ callId: `id-${index + 1}`, startedAt: index * gapMs }),
    ),
  );
  return live;
};

test("a call's numbers are told, its time split into the gateway's, the vendor's and the stream's", () => {
  const live = new LiveCalls("p1");
  live.observe([answeredCall({ durationMs: 12, upstreamMs: 10 })]);
  live.observe([answeredCall({ isStream: true, durationMs: 100, upstreamMs: 20, firstByteMs: 23 })]);
  const { calls } = live.answerCalls(EVERYTHING);
  expect(calls[0]).toMatchObject({
    key: "p1.1",
    call_id: "id-1",
    model: "gpt",
    prompt_tokens: 1,
    cost_nano_usd: null,
    gateway_ms: 2,
    upstream_ms: 10,
    streaming_ms: 0,
    attempts: [{ deployment: "d1", started_ms: 1, duration_ms: 10, error: null }],
  });
  expect(calls[1]).toMatchObject({ gateway_ms: 3, upstream_ms: 20, streaming_ms: 77 });
});

test("estimated usage is marked", () => {
  const live = new LiveCalls("p1");
  const { usage } = answeredCall();
  live.observe([answeredCall(), answeredCall({ usage: usage && { ...usage, isEstimated: true } })]);
  expect(live.answerCalls(EVERYTHING).calls.map((call) => call.usage_estimated)).toEqual([false, true]);
});

test("pages of calls neither repeat nor lose one", () => {
  const live = watch(120);
  const seen: string[] = [];
  let last = 0;
  for (let hasMore = true; hasMore; ) {
    const answer = live.answerCalls({ after: { p1: last }, limit: 50 });
    seen.push(...answer.calls.map((call) => call.call_id));
    ({ last, hasMore } = answer);
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_item, index) => `id-${index + 1}`));
});

test("who comes late is told how many calls are no longer known", () => {
  const live = watch(KEPT_CALLS + 30);
  const first = live.answerCalls(EVERYTHING);
  expect([first.calls.length, first.calls[0]?.call_id, first.missed]).toEqual([KEPT_CALLS, "id-31", 0]);
  expect(live.answerCalls({ after: { p1: 10 }, limit: 5 })).toMatchObject({ missed: 20, last: 35, hasMore: true });
});

test("of a flood some calls a second are kept; the others are counted, and told as missed", () => {
  const live = watch(10_000, 0.5);
  const { calls, missed } = live.answerCalls(EVERYTHING);
  expect([calls.length, missed]).toEqual([KEPT_CALLS, 0]);
  const { last } = live.answerCalls({ after: {}, limit: 1 });
  const later = live.answerCalls({ after: { p1: last }, limit: KEPT_CALLS });
  expect(later.missed).toBeGreaterThan(1000);
  const requests = live.answerHour().minutes.reduce((sum, minute) => sum + minute.requests, 0);
  expect(requests).toBe(10_000);
});

test("a place that this process has not reached, or of another process, is the beginning", () => {
  const live = watch(3);
  for (const after of [{ p1: 99 }, { p2: 2 }, JSON.parse('{"__proto__":2}')]) {
    expect(live.answerCalls({ after, limit: 10 }).calls.length).toBe(3);
  }
});

test("what callers choose is short and plain, and shows no key", () => {
  const live = new LiveCalls("p1");
  const hostile = `${KEY} \u001b[31m\u202e\r\n\u0000\ud800 <img src=x onerror=alert(1)>`;
  const long = `${"x".repeat(90)} ${KEY}${"y".repeat(1_000_000)}`;
  live.observe([
    failedCall({ requestedModel: hostile, errorMessage: hostile, dropped: [hostile, long] }),
    failedCall({
      requestedModel: long,
      modelGroup: long,
      upstreamModel: long,
      path: long,
      errorMessage: long.repeat(2),
      attempts: Array.from({ length: 300 }, () => ({
        deploymentId: long,
        provider: "openai",
        upstreamModel: long,
        startedAtMs: 0,
        durationMs: 1,
      })),
      dropped: Array.from({ length: 300 }, () => long),
    }),
  ]);
  const { calls } = live.answerCalls(EVERYTHING);
  const text = JSON.stringify(calls);
  expect(text.length).toBeLessThan(8000);
  expect(text).not.toContain("abcdefgh");
  expect(text).not.toMatch(/\\u00|\\r|\\n|\\ud800|\u202e/);
  expect(calls[0]?.model).toContain("<img src=x onerror=alert(1)>");
  expect(calls[1]?.attempt_count).toBe(300);
});

test("nothing of a conversation or its metadata is told", () => {
  const live = new LiveCalls("p1");
  live.observe([detailedCall({ metadataText: '{"secret":"planted"}', endUser: "planted", tags: ["planted"] })]);
  const text = JSON.stringify(live.answerCalls(EVERYTHING));
  expect(text).not.toContain("planted");
  expect(text).not.toContain("hello");
});

test("minutes are summed up where calls ended, and a minute an hour later takes their place", () => {
  const live = new LiveCalls("p1");
  const minute = 29_000_000;
  const cost = {
    nanoUsd: 5,
    inputNanoUsd: 5,
    outputNanoUsd: 0,
    toolNanoUsd: 0,
    originalNanoUsd: 5,
    discountNanoUsd: 0,
    marginNanoUsd: 0,
    source: "catalog",
  } as const;
  const startedAt = minute * 60_000;
  live.observe([
    answeredCall({ startedAt, cost, durationMs: 10, upstreamMs: 9 }),
    answeredCall({ startedAt, durationMs: 1000, upstreamMs: 900 }),
    failedCall({ startedAt }),
    failedCall({ startedAt, errorKind: "client-closed", status: 499 }),
    givenUpCall({ startedAt }),
    answeredCall({ startedAt: startedAt + 59_000, durationMs: 2000 }),
  ]);
  const [first, second] = live.answerHour().minutes.toSorted((left, right) => left.minute - right.minute);
  expect(first).toMatchObject({ minute, requests: 4, errors: 1, clientsGone: 1, unpriced: 1, costNanoUsd: 5 });
  expect(first).toMatchObject({ promptTokens: 2, completionTokens: 4 });
  expect(second).toMatchObject({ minute: minute + 1, requests: 1 });
  const counts = new Uint32Array(LATENCY_BUCKETS);
  const flat = first?.latencies ?? [];
  for (let at = 0; at < flat.length; at += 2) counts[flat[at] ?? 0] = flat[at + 1] ?? 0;
  expect(Math.abs((findPercentile(counts, 0.99) ?? 0) / 1000 - 1)).toBeLessThan(0.05);

  live.observe([answeredCall({ startedAt: startedAt + 3_600_000 }), answeredCall({ startedAt })]);
  const minutes = live.answerHour().minutes.map((known) => [known.minute, known.requests]);
  expect(minutes).toContainEqual([minute + 60, 1]);
  expect(minutes).not.toContainEqual([minute, 5]);
});

test("a vendor's time is that of all attempts, with the waits between them", () => {
  const live = new LiveCalls("p1");
  const attempt = { deploymentId: "d1", provider: "openai", upstreamModel: "m", startedAtMs: 1000, durationMs: 30 };
  const attempts = [{ ...attempt, failure: "upstream-failed" as const }, attempt];
  live.observe([answeredCall({ durationMs: 100, upstreamMs: 30, waitedMs: 60, attempts })]);
  expect(live.answerCalls(EVERYTHING).calls[0]).toMatchObject({ gateway_ms: 10, upstream_ms: 90, attempt_count: 2 });
  expect(live.answerHour().minutes[0]).toMatchObject({ gatewayCalls: 0, gatewayMs: 0 });
});
