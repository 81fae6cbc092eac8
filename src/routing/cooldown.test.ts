import { describe, expect, test } from "bun:test";
import type { ErrorKind } from "../core/errors.ts";
import { type CooldownFacts, type CooldownSettings, cooldownAfter, countsAsFailure } from "./cooldown.ts";
import { seededRandom } from "./deployments-for-tests.ts";

const DEFAULTS: CooldownSettings = {
  allowedFails: undefined,
  allowedFailsPolicy: undefined,
  cooldownMs: 5000,
  disableCooldowns: false,
};

const factsOf = (fields: Partial<CooldownFacts> = {}): CooldownFacts => ({
  kind: "upstream-failed",
  status: 500,
  retryAfterMs: undefined,
  groupSize: 2,
  isLast: false,
  isWildcard: false,
  ownCooldownMs: undefined,
  successes: 0,
  failures: 1,
  failuresInWindow: () => 1,
  ...fields,
});

const rateLimited = { kind: "upstream-rate-limited", status: 429 } as const;

test.each<[ErrorKind, number | undefined, boolean]>([
  ["upstream-rate-limited", 429, true],
  ["upstream-unauthenticated", 401, true],
  ["upstream-timeout", 408, true],
  ["upstream-not-found", 404, true],
  ["upstream-failed", 500, true],
  ["upstream-failed", 529, true],
  ["upstream-unreachable", undefined, true],
  ["upstream-forbidden", 403, false],
  ["upstream-invalid-request", 400, false],
  ["upstream-invalid-request", 409, false],
  ["upstream-unprocessable", 422, false],
  ["context-window-exceeded", 400, false],
  ["client-closed", undefined, false],
  ["rate-limited", 429, false],
  ["internal", 500, false],
])("%s with status %p counts: %p", (kind, status, expected) => {
  expect(countsAsFailure(kind, status)).toBe(expected);
});

describe("by the rules per minute", () => {
  test.each<[string, Partial<CooldownFacts>, boolean]>([
    ["429 beside others", { ...rateLimited }, true],
    ["429 of the only one", { ...rateLimited, groupSize: 1 }, false],
    ["401 beside others", { kind: "upstream-unauthenticated", status: 401 }, true],
    ["404 beside others", { kind: "upstream-not-found", status: 404 }, true],
    [
      "401s of the only one",
      { kind: "upstream-unauthenticated", status: 401, groupSize: 1, isLast: true, failures: 9 },
      false,
    ],
    [
      "404s of the last that does not cool",
      { kind: "upstream-not-found", status: 404, isLast: true, failures: 9 },
      false,
    ],
    ["429 of the last that does not cool", { ...rateLimited, isLast: true }, true],
    ["the first 500", {}, false],
    ["four failures of four", { failures: 4 }, false],
    ["five failures of five", { failures: 5 }, true],
    ["half of many", { failures: 50, successes: 50 }, false],
    ["more than half of many", { failures: 51, successes: 50 }, true],
    ["timeouts, more than half", { kind: "upstream-timeout", status: 408, failures: 3, successes: 2 }, true],
    ["an address that does not answer", { kind: "upstream-unreachable", status: undefined, failures: 5 }, true],
    ["the only one, all of 999", { groupSize: 1, failures: 999 }, false],
    ["the only one, all of 1000", { groupSize: 1, failures: 1000 }, true],
    ["the only one, all but one of many", { groupSize: 1, failures: 5000, successes: 1 }, false],
    ["a 400, however many", { kind: "upstream-invalid-request", status: 400, failures: 50 }, false],
    ["a wildcard", { ...rateLimited, isWildcard: true }, false],
  ])("%s", (_what, fields, cools) => {
    expect(cooldownAfter(factsOf(fields), DEFAULTS)).toBe(cools ? 5000 : 0);
  });
});

describe("by allowed_fails", () => {
  const windowOf = (counts: Readonly<Record<string, number>>) => (name: string) => counts[name] ?? 0;

  test.each<[string, Partial<CooldownSettings>, Readonly<Record<string, number>>, boolean]>([
    ["as many as allowed", { allowedFails: 1 }, { any: 1 }, false],
    ["one more than allowed", { allowedFails: 1 }, { any: 2 }, true],
    ["none allowed", { allowedFails: 0 }, { any: 1 }, true],
    ["a written 3 is the default: the rules per minute", { allowedFails: 3 }, { any: 9 }, false],
    [
      "the class's own number",
      { allowedFailsPolicy: { "internal-server": 4 } },
      { any: 9, "internal-server": 5 },
      true,
    ],
    [
      "others do not count against a class",
      { allowedFailsPolicy: { "internal-server": 4 } },
      { any: 9, "internal-server": 4 },
      false,
    ],
    ["a class the policy leaves out", { allowedFailsPolicy: { timeout: 0 } }, { any: 3 }, false],
    ["a class the policy leaves out, past three", { allowedFailsPolicy: { timeout: 0 } }, { any: 4 }, true],
  ])("%s", (_what, settings, counts, cools) => {
    const facts = factsOf({ groupSize: 1, failuresInWindow: windowOf(counts) });
    expect(cooldownAfter(facts, { ...DEFAULTS, ...settings })).toBe(cools ? 5000 : 0);
  });

  test("a 502 counts as a server's failure, unless it has a number of its own", () => {
    const failuresInWindow = windowOf({ "internal-server": 9, "bad-gateway": 2 });
    const facts = factsOf({ kind: "upstream-bad-gateway", status: 502, groupSize: 1, failuresInWindow });
    const cooldownWith = (allowedFailsPolicy: CooldownSettings["allowedFailsPolicy"]): number =>
      cooldownAfter(facts, { ...DEFAULTS, allowedFailsPolicy });
    expect(cooldownWith({ "internal-server": 8 })).toBe(5000);
    expect(cooldownWith({ "internal-server": 8, "bad-gateway": 2 })).toBe(0);
    expect(cooldownWith({ "internal-server": 9, "bad-gateway": 1 })).toBe(5000);
  });

  test("takes the place of the rules per minute", () => {
    expect(cooldownAfter(factsOf({ ...rateLimited }), { ...DEFAULTS, allowedFails: 10 })).toBe(0);
  });
});

test.each<[string, Partial<CooldownFacts>, Partial<CooldownSettings>, number]>([
  ["the router's", {}, {}, 5000],
  ["what the vendor asks for", { retryAfterMs: 700 }, {}, 700],
  ["the deployment's own", { retryAfterMs: 700, ownCooldownMs: 90_000 }, {}, 90_000],
  ["a vendor that asks for none", { retryAfterMs: 0 }, {}, 5000],
  ["none for a deployment with 0", { ownCooldownMs: 0 }, {}, 0],
  ["none with 0", { ownCooldownMs: 1000 }, { cooldownMs: 0 }, 0],
  ["none when switched off", {}, { disableCooldowns: true }, 0],
])("length: %s", (_what, fields, settings, expected) => {
  expect(cooldownAfter(factsOf({ ...rateLimited, ...fields }), { ...DEFAULTS, ...settings })).toBe(expected);
});

test("any history: cools only for what counts, and more failures never make it less likely", () => {
  const random = seededRandom(11);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item =>
    items[Math.floor(random() * items.length)] ?? items[0];
  for (let round = 0; round < 20_000; round++) {
    const [kind, status] = pick<readonly [ErrorKind, number | undefined]>([
      ["upstream-failed", 503],
      ["upstream-timeout", 408],
      ["upstream-rate-limited", 429],
      ["upstream-unreachable", undefined],
      ["upstream-invalid-request", 400],
      ["upstream-forbidden", 403],
    ]);
    const failures = 1 + Math.floor(random() * 30);
    const settings = { ...DEFAULTS, allowedFails: pick([undefined, 0, 2, 3, 8]), disableCooldowns: random() < 0.1 };
    const facts = factsOf({
      kind,
      status,
      failures,
      successes: Math.floor(random() * 30),
      groupSize: pick([1, 2, 20]),
      isWildcard: random() < 0.1,
      retryAfterMs: pick([undefined, 0, 1500]),
      ownCooldownMs: pick([undefined, 0, 250]),
      failuresInWindow: () => failures,
    });
    const lengthMs = cooldownAfter(facts, settings);
    const more = { ...facts, failures: failures + 1, failuresInWindow: () => failures + 1 };
    expect(lengthMs).toBeGreaterThanOrEqual(0);
    if (lengthMs > 0) {
      expect(countsAsFailure(kind, status) && !facts.isWildcard && !settings.disableCooldowns).toBe(true);
      expect(lengthMs).toBe(facts.ownCooldownMs ?? (facts.retryAfterMs || settings.cooldownMs));
      expect(cooldownAfter(more, settings)).toBe(lengthMs);
    }
  }
});
