import { describe, expect, test } from "bun:test";
import { PriceBook } from "../../catalog/price-book.ts";
import { NO_PRICE_FILE } from "../../catalog/price-file.ts";
import type { StrategyName } from "../../config/gateway-config.ts";
import { type Deployment, LazyFacts } from "../deployment.ts";
import { deploymentOf, seededRandom, settingsOf } from "../deployments-for-tests.ts";
import type { Choice } from "../strategy.ts";
import { strategyOf } from "./strategy-of.ts";

const STRATEGIES: readonly StrategyName[] = [
  "simple-shuffle",
  "least-busy",
  "latency-based-routing",
  "usage-based-routing",
  "usage-based-routing-v2",
  "cost-based-routing",
];
const PICKS = 20_000;
const NOW_MS = 90_000;

const choiceOf = (fields: Partial<Choice> = {}): Choice => ({
  isEligible: () => true,
  random: seededRandom(1),
  nowMs: NOW_MS,
  isStream: false,
  ...fields,
});

/** The share of each deployment in many picks, in the pool's order. */
function sharesOf(strategy: StrategyName, pool: readonly Deployment[], choice = choiceOf()): readonly number[] {
  const chosenBy = strategyOf(settingsOf({ strategy }));
  const counts = new Map<Deployment | undefined, number>();
  for (let pick = 0; pick < PICKS; pick++) {
    const chosen = chosenBy.choose(pool, choice);
    counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  }
  return pool.map((deployment) => (counts.get(deployment) ?? 0) / PICKS);
}

function expectShares(actual: readonly number[], expected: readonly number[]): void {
  for (const [index, share] of expected.entries()) {
    expect(actual[index] ?? 0).toBeGreaterThanOrEqual(share * 0.95);
    expect(actual[index] ?? 0).toBeLessThanOrEqual(share * 1.05);
  }
}

describe.each([...STRATEGIES])("%s", (strategy) => {
  test("nobody of nobody, the one of one", () => {
    const [only] = [deploymentOf("a")];
    const chosenBy = strategyOf(settingsOf({ strategy }));
    expect(chosenBy.choose([], choiceOf())).toBeUndefined();
    expect(chosenBy.choose([only], choiceOf())).toBe(only);
    expect(chosenBy.choose([only], choiceOf({ isEligible: () => false }))).toBeUndefined();
  });

  test("equals are chosen evenly, nobody starves", () => {
    expectShares(
      sharesOf(
        strategy,
        ["a", "b", "c", "d", "e"].map((id) => deploymentOf(id)),
      ),
      [0.2, 0.2, 0.2, 0.2, 0.2],
    );
  });

  test("never one that is not eligible, whatever speaks for it", () => {
    const best = { weight: 100, inputCostPerToken: 0, outputCostPerToken: 0 };
    const pool = [deploymentOf("a", best), deploymentOf("b"), deploymentOf("c"), deploymentOf("d", best)];
    const [first, , , last] = pool;
    const shares = sharesOf(
      strategy,
      pool,
      choiceOf({ isEligible: (deployment) => deployment !== first && deployment !== last }),
    );
    expect([shares[0], shares[3]]).toEqual([0, 0]);
    expectShares([shares[1] ?? 0, shares[2] ?? 0], [0.5, 0.5]);
  });

  test("what it prepares for the whole pool has the same shares", () => {
    const pool = [3, 0, 1, 2].map((weight, index) => deploymentOf(`${index}`, { weight }));
    for (const members of [pool, pool.slice(1, 2), ["a", "b", "c"].map((id) => deploymentOf(id))]) {
      const draw = strategyOf(settingsOf({ strategy })).prepare?.(members);
      if (draw !== undefined) {
        const random = seededRandom(2);
        const drawn = Array.from({ length: PICKS }, () => draw(random()));
        const shares = members.map((deployment) => drawn.filter((one) => one === deployment).length / PICKS);
        expectShares(sharesOf(strategy, members), shares);
        expect(draw(0)).toBeDefined();
        expect(draw(1 - Number.EPSILON / 2)).toBeDefined();
      }
    }
  });

  test("chance at its bounds still chooses somebody", () => {
    const pool = [
      deploymentOf("a", { weight: 0.1 }),
      deploymentOf("b", { weight: 0.2 }),
      deploymentOf("c", { weight: 0 }),
    ];
    for (const random of [0, 1 - Number.EPSILON / 2]) {
      expect(strategyOf(settingsOf({ strategy })).choose(pool, choiceOf({ random: () => random }))).toBeDefined();
    }
  });
});

describe("simple-shuffle weighs by the first of weight, rpm, tpm that any has", () => {
  test.each<[string, readonly Deployment[], readonly number[]]>([
    ["weight", [deploymentOf("a", { weight: 3 }), deploymentOf("b", { weight: 1 })], [0.75, 0.25]],
    ["rpm", [deploymentOf("a", { rpm: 300 }), deploymentOf("b", { rpm: 100 })], [0.75, 0.25]],
    ["tpm", [deploymentOf("a", { tpm: 1000 }), deploymentOf("b", { tpm: 1000 })], [0.5, 0.5]],
    [
      "weight before rpm",
      [deploymentOf("a", { weight: 1, rpm: 1 }), deploymentOf("b", { weight: 3, rpm: 9 })],
      [0.25, 0.75],
    ],
    ["weight of a later one only", [deploymentOf("a", { rpm: 100 }), deploymentOf("b", { weight: 1 })], [0, 1]],
    ["weights of zero only", [deploymentOf("a", { weight: 0 }), deploymentOf("b", { weight: 0 })], [0.5, 0.5]],
    ["one weight of zero", [deploymentOf("a", { weight: 0 }), deploymentOf("b", { weight: 2 })], [0, 1]],
  ])("%s", (_what, pool, expected) => {
    expectShares(sharesOf("simple-shuffle", pool), expected);
  });

  test("the last bit of rounding picks one that may be picked", () => {
    const pool = [
      deploymentOf("a", { weight: 0.1 }),
      deploymentOf("b", { weight: 0.2 }),
      deploymentOf("c", { weight: 0 }),
    ];
    const choice = choiceOf({ random: () => 1 - Number.EPSILON / 2 });
    expect(strategyOf(settingsOf()).choose(pool, choice)?.id).toBe("b");
  });

  test("any weights: shares follow those of the eligible", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 10; round++) {
      const pool = Array.from({ length: 2 + Math.floor(random() * 4) }, (_item, index) =>
        deploymentOf(`${index}`, { weight: 1 + Math.floor(random() * 3) }),
      );
      const banned = random() < 0.5 ? pool[0] : undefined;
      const weights = pool.map((deployment) => (deployment === banned ? 0 : (deployment.entry.params.weight ?? 0)));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const shares = sharesOf(
        "simple-shuffle",
        pool,
        choiceOf({ random, isEligible: (deployment) => deployment !== banned }),
      );
      for (const [index, weight] of weights.entries()) {
        expect(Math.abs((shares[index] ?? 0) - weight / total)).toBeLessThan(0.015);
      }
    }
  });
});

test("least-busy takes the one with the fewest calls under way", () => {
  const pool = [deploymentOf("a"), deploymentOf("b"), deploymentOf("c")];
  for (const [index, inFlight] of [2, 1, 3].entries()) {
    const stats = pool[index]?.stats;
    if (stats !== undefined) stats.inFlight = inFlight;
  }
  expect(sharesOf("least-busy", pool)).toEqual([0, 1, 0]);
});

test.each(["usage-based-routing", "usage-based-routing-v2"] as const)(
  "%s takes the one with the fewest tokens this minute",
  (strategy) => {
    const [idle, used, usedBefore] = [deploymentOf("a"), deploymentOf("b"), deploymentOf("c")];
    idle.stats.countSuccess(NOW_MS, 10);
    used.stats.countSuccess(NOW_MS, 20);
    usedBefore.stats.countSuccess(NOW_MS - 60_000, 500);
    expect(sharesOf(strategy, [idle, used])).toEqual([1, 0]);
    expect(sharesOf(strategy, [idle, used, usedBefore])).toEqual([0, 0, 1]);
  },
);

const BY_TIME = new LazyFacts(() =>
  new PriceBook(NO_PRICE_FILE, new Map(), () => NOW_MS).find({
    own: { input_cost_per_second: 0.001 },
    baseModel: undefined,
    provider: "openai",
    model: "gpt",
  }),
);

test("cost-based takes the cheapest; an unknown price is dear", () => {
  const pool = [
    deploymentOf("unknown"),
    { ...deploymentOf("paid by time"), facts: BY_TIME },
    deploymentOf("half-known", { inputCostPerToken: 0 }),
    deploymentOf("dear", { inputCostPerToken: 2e-6, outputCostPerToken: 9e-6 }),
    deploymentOf("cheap", { inputCostPerToken: 3e-6, outputCostPerToken: 7e-6 }),
  ];
  expect(sharesOf("cost-based-routing", pool)).toEqual([0, 0, 0, 0, 1]);
});

describe("latency-based", () => {
  const [fast, near, slow] = [deploymentOf("fast"), deploymentOf("near"), deploymentOf("slow")];
  for (const [deployment, latencyMs] of [
    [fast, 100],
    [near, 109],
    [slow, 200],
  ] as const) {
    deployment.stats.addLatency(latencyMs, false, NOW_MS, 10);
  }
  const pool = [slow, near, fast];
  const argsOf = (lowestLatencyBuffer: number) => ({ ttlMs: 3_600_000, lowestLatencyBuffer, maxLatencyListSize: 10 });

  test("takes the fastest", () => {
    expect(sharesOf("latency-based-routing", pool)).toEqual([0, 0, 1]);
  });

  test("those within the buffer are equals", () => {
    const chosenBy = strategyOf(settingsOf({ strategy: "latency-based-routing", strategyArgs: argsOf(0.1) }));
    const choice = choiceOf();
    const chosen = new Set(Array.from({ length: 100 }, () => chosenBy.choose(pool, choice)?.id));
    expect([...chosen].sort()).toEqual(["fast", "near"]);
  });

  test("one without samples is tried first", () => {
    expect(sharesOf("latency-based-routing", [...pool, deploymentOf("new")])).toEqual([0, 0, 0, 1]);
  });

  test("streams have samples of their own", () => {
    const [slowToBegin, quickToBegin] = [deploymentOf("a"), deploymentOf("b")];
    slowToBegin.stats.addLatency(1, false, NOW_MS, 10);
    slowToBegin.stats.addLatency(500, true, NOW_MS, 10);
    quickToBegin.stats.addLatency(2, false, NOW_MS, 10);
    quickToBegin.stats.addLatency(50, true, NOW_MS, 10);
    const both = [slowToBegin, quickToBegin];
    expect(sharesOf("latency-based-routing", both)).toEqual([1, 0]);
    expect(sharesOf("latency-based-routing", both, choiceOf({ isStream: true }))).toEqual([0, 1]);
  });

  test("samples older than the ttl no longer count", () => {
    const later = choiceOf({ nowMs: NOW_MS + 3_600_000 });
    expectShares(sharesOf("latency-based-routing", pool, later), [1 / 3, 1 / 3, 1 / 3]);
  });
});
