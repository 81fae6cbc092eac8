import { describe, expect, test } from "bun:test";
import { type ErrorKind, GatewayError } from "../core/errors.ts";
import { deploymentOf, groupOf, seededRandom, settingsOf } from "./deployments-for-tests.ts";
import { mayRetry, policyRetriesFor, type RetryFacts, retriesFor, retryWaitMs } from "./retry-policy.ts";

const errorOf = (kind: ErrorKind, status?: number, retryAfterMs?: number): GatewayError =>
  new GatewayError(kind, "said no", {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });

describe("how often: the first that says", () => {
  const policies = settingsOf({
    numRetries: 7,
    retryPolicy: { timeout: 3, "rate-limit": 4 },
    modelGroupRetryPolicy: new Map([["gpt", { timeout: 0 }]]),
  });

  test.each<[string, ErrorKind, number | undefined, number | undefined, number]>([
    ["the group's policy", "upstream-timeout", 5, 6, 0],
    ["the router's policy", "upstream-rate-limited", 5, 6, 4],
    ["the deployment", "upstream-failed", 5, 6, 5],
    ["the call", "upstream-failed", undefined, 6, 6],
    ["the router", "upstream-failed", undefined, undefined, 7],
    ["a zero counts", "upstream-failed", 0, 6, 0],
    ["a class that no policy names", "upstream-not-found", undefined, 6, 6],
  ])("%s", (_what, kind, numRetries, requested, expected) => {
    const deployment = deploymentOf("a", { numRetries });
    expect(retriesFor(kind, { group: groupOf(), settings: policies, deployment, requested })).toBe(expected);
  });

  test("a finer class goes by the wider one that a policy names, and by its own rather", () => {
    const find = (retryPolicy: Parameters<typeof settingsOf>[0] & object) =>
      policyRetriesFor("upstream-unavailable", { group: groupOf(), settings: settingsOf(retryPolicy) });
    expect(find({ retryPolicy: { "internal-server": 3 } })).toBe(3);
    expect(find({ retryPolicy: { "internal-server": 3, "service-unavailable": 1 } })).toBe(1);
    expect(find({ retryPolicy: { "bad-gateway": 1 } })).toBeUndefined();
  });

  test("the alias that was asked for may have a policy of its own", () => {
    const settings = settingsOf({
      modelGroupRetryPolicy: new Map([
        ["gpt", { timeout: 0 }],
        ["best", { timeout: 9 }],
      ]),
    });
    const findFor = (alias: string) =>
      policyRetriesFor("upstream-timeout", { group: { ...groupOf(), alias }, settings });
    expect([findFor("best"), findFor("other")]).toEqual([9, 0]);
  });

  test("another group's policy is not this one's", () => {
    expect(
      policyRetriesFor("upstream-timeout", { group: { name: "other", deployments: [] }, settings: policies }),
    ).toBe(3);
    expect(
      policyRetriesFor("upstream-failed", { group: { name: "other", deployments: [] }, settings: policies }),
    ).toBeUndefined();
  });
});

test.each<[string, GatewayError, RetryFacts, boolean]>([
  ["408", errorOf("upstream-timeout"), { groupSize: 1 }, true],
  ["409", errorOf("upstream-invalid-request", 409), { groupSize: 1 }, true],
  ["429", errorOf("upstream-rate-limited"), { groupSize: 1 }, true],
  ["500", errorOf("upstream-failed"), { groupSize: 1 }, true],
  ["529", errorOf("upstream-failed", 529), { groupSize: 1 }, true],
  ["nobody answers", errorOf("upstream-unreachable"), { groupSize: 1 }, true],
  ["400", errorOf("upstream-invalid-request"), { groupSize: 2 }, false],
  ["404", errorOf("upstream-not-found"), { groupSize: 2 }, false],
  ["422", errorOf("upstream-unprocessable"), { groupSize: 2 }, false],
  ["401 of the only one", errorOf("upstream-unauthenticated"), { groupSize: 1 }, false],
  ["401 beside others", errorOf("upstream-unauthenticated"), { groupSize: 2 }, true],
  ["403 beside others", errorOf("upstream-forbidden"), { groupSize: 2 }, true],
  ["too long a prompt", errorOf("context-window-exceeded"), { groupSize: 2 }, false],
  ["400 with a policy", errorOf("upstream-invalid-request"), { groupSize: 1, hasPolicy: true }, true],
  ["content policy with a policy", errorOf("content-policy-violation"), { groupSize: 1, hasPolicy: true }, true],
  [
    "content policy with fallbacks",
    errorOf("content-policy-violation"),
    { groupSize: 1, hasPolicy: true, hasFallbacks: true },
    false,
  ],
  [
    "500 with fallbacks, others healthy",
    errorOf("upstream-failed"),
    { groupSize: 2, hasHealthy: true, hasFallbacks: true },
    true,
  ],
  [
    "500 with fallbacks, nobody healthy",
    errorOf("upstream-failed"),
    { groupSize: 2, hasHealthy: false, hasFallbacks: true },
    false,
  ],
  ["500 without fallbacks, nobody healthy", errorOf("upstream-failed"), { groupSize: 2, hasHealthy: false }, true],
  ["the caller has gone", errorOf("client-closed"), { groupSize: 2, hasPolicy: true }, false],
  ["our own limit", errorOf("rate-limited"), { groupSize: 2 }, false],
  ["nobody left to ask", errorOf("no-deployment-available"), { groupSize: 2, hasPolicy: true }, false],
])("another try after %s", (_what, error, facts, expected) => {
  expect(mayRetry(error, facts)).toBe(expected);
});

describe("the wait", () => {
  const alone = { hasOtherHealthy: false, retryAfterMs: 0, random: 0 };

  test("is none when another can be asked", () => {
    expect(retryWaitMs(errorOf("upstream-rate-limited", 429, 5000), 3, { ...alone, hasOtherHealthy: true })).toBe(0);
  });

  test("doubles up to eight seconds", () => {
    const waits = [0, 1, 2, 3, 4, 5, 99].map((attempt) => retryWaitMs(errorOf("upstream-failed"), attempt, alone));
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  test.each([
    ["what the vendor asks for", 1200, 0, 1200],
    ["a minute at most", 60_000, 0, 60_000],
    ["more than a minute is not waited", 60_001, 0, 500],
    ["zero is no wish", 0, 0, 500],
    ["at least what the router says", undefined, 3000, 3000],
    ["a router that waits longer than the longest", undefined, 20_000, 20_000],
  ])("is %s", (_what, askedMs, retryAfterMs, expected) => {
    expect(retryWaitMs(errorOf("upstream-failed", 503, askedMs), 0, { ...alone, retryAfterMs })).toBe(expected);
  });

  test("any of them: never below its floor, jitter below 750 ms", () => {
    const random = seededRandom(5);
    for (let round = 0; round < 5000; round++) {
      const attempt = Math.floor(random() * 12);
      const retryAfterMs = Math.floor(random() * 3) * 1000;
      const error = errorOf("upstream-failed", 500, random() < 0.5 ? undefined : random() * 90_000);
      const floor = retryWaitMs(error, attempt, { ...alone, retryAfterMs });
      const wait = retryWaitMs(error, attempt, { ...alone, retryAfterMs, random: random() });
      expect(wait).toBeGreaterThanOrEqual(floor);
      expect(wait - floor).toBeLessThan(750);
      expect(wait).toBeLessThanOrEqual(60_750);
    }
  });
});
