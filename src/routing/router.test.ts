import { describe, expect, test } from "bun:test";
import type { RouterSettings } from "../config/gateway-config.ts";
import { GatewayError } from "../core/errors.ts";
import type { Deployment } from "./deployment.ts";
import { deploymentOf, groupOf, requestOf, seededRandom, settingsOf } from "./deployments-for-tests.ts";
import type { ModelGroup } from "./model-table.ts";
import { type Failure, Router, type SelectRequest, type Success } from "./router.ts";

const START_MS = 600_000;

/** A router and the clock that it reads. */
function routerOf(settings: Partial<RouterSettings> = {}): {
  readonly router: Router;
  readonly clock: { nowMs: number };
} {
  const clock = { nowMs: START_MS };
  const router = new Router(settingsOf(settings), { now: () => clock.nowMs, random: seededRandom(1) });
  return { router, clock };
}

const failureOf = (kind: Failure["kind"], status: number, fields: Partial<Failure> = {}): Failure => ({
  kind,
  status,
  retryAfterMs: undefined,
  countsForCooldown: true,
  ...fields,
});
const successOf = (fields: Partial<Success> = {}): Success => ({
  durationMs: 1,
  firstByteMs: undefined,
  completionTokens: 1,
  totalTokens: 1,
  isStream: false,
  countsForLimits: true,
  ...fields,
});
const tooMany = failureOf("upstream-rate-limited", 429);

/** Ids of all that are ever chosen. */
function chosenOf(router: Router, group: ModelGroup, request: SelectRequest = requestOf()): readonly string[] {
  return [...new Set(Array.from({ length: 60 }, () => router.select(group, request).id))].sort();
}

/** Why nobody is chosen. */
function refusalOf(router: Router, group: ModelGroup, request: SelectRequest = requestOf()): GatewayError {
  try {
    router.select(group, request);
  } catch (error) {
    if (error instanceof GatewayError) {
      return error;
    }
  }
  throw new Error("somebody was chosen");
}

describe("the operation", () => {
  test("is what only those that have it are asked for", () => {
    const { router } = routerOf();
    const group = groupOf(deploymentOf("a", {}, { operation: "embedding" }), deploymentOf("b"));
    expect(chosenOf(router, group)).toEqual(["b"]);
  });

  test.each([1, 2])("that none of %d has is refused in words", (size) => {
    const deployments = Array.from({ length: size }, () => deploymentOf("a", {}, { operation: "embedding" }));
    expect(refusalOf(routerOf().router, groupOf(...deployments))).toMatchObject({
      kind: "invalid-request",
      param: "model",
      message: "/chat/completions: model=gpt is served by 'openai', which has no chat operation.",
    });
  });
});

describe("cooldown", () => {
  test("keeps one away until it ends", () => {
    const { router, clock } = routerOf();
    const [first, second] = [deploymentOf("a"), deploymentOf("b")];
    const group = groupOf(first, second);
    router.failed(first, group, tooMany);
    expect(chosenOf(router, group)).toEqual(["b"]);
    expect(router.hasOtherHealthy(group, second, requestOf())).toBe(false);
    expect(router.hasOtherHealthy(group, first, requestOf())).toBe(true);
    clock.nowMs += 5000;
    expect(chosenOf(router, group)).toEqual(["a", "b"]);
  });

  test("of all is refused with the time that is left", () => {
    const { router, clock } = routerOf();
    const [first, second] = [deploymentOf("a"), deploymentOf("b")];
    const group = groupOf(first, second);
    router.failed(first, group, tooMany);
    clock.nowMs += 1600;
    router.failed(second, group, tooMany);
    expect(refusalOf(router, group)).toMatchObject({
      kind: "no-deployment-available",
      retryAfterMs: 3400,
      message:
        "No deployments available for selected model, Try again in 4 seconds. Passed model=gpt. " +
        "pre-call-checks=False, cooldown_list=['a', 'b']",
    });
  });

  test("of the only one is refused as well", () => {
    const { router, clock } = routerOf({ allowedFails: 0 });
    const only = deploymentOf("a");
    const group = groupOf(only);
    router.failed(only, group, failureOf("upstream-rate-limited", 429));
    expect(refusalOf(router, group).kind).toBe("no-deployment-available");
    clock.nowMs += 5000;
    expect(router.select(group, requestOf())).toBe(only);
  });

  test("never takes the last deployment away for a refusal", () => {
    const { router, clock } = routerOf();
    const [first, second] = [deploymentOf("a"), deploymentOf("b")];
    const group = groupOf(first, second);
    for (const deployment of [first, second]) {
      router.failed(deployment, group, failureOf("upstream-unauthenticated", 401));
    }
    expect(chosenOf(router, group)).toEqual(["b"]);
    clock.nowMs += 5000;
    router.failed(second, group, failureOf("upstream-not-found", 404));
    expect(chosenOf(router, group)).toEqual(["a"]);
  });

  test("is not made shorter by a later failure", () => {
    const { router, clock } = routerOf();
    const first = deploymentOf("a");
    const group = groupOf(first, deploymentOf("b"));
    router.failed(first, group, { ...tooMany, retryAfterMs: 30_000 });
    clock.nowMs += 1000;
    router.failed(first, group, tooMany);
    expect(first.stats.cooldownUntilMs).toBe(START_MS + 30_000);
  });

  test("never begins for wildcards, callers' own keys and callers' mistakes", () => {
    const { router } = routerOf();
    const [named, wildcard] = [deploymentOf("a"), deploymentOf("b", {}, { modelName: "openai/*" })];
    const group = groupOf(named, wildcard);
    router.failed(wildcard, group, tooMany);
    router.failed(named, group, { ...tooMany, countsForCooldown: false });
    for (let call = 0; call < 10; call++) {
      router.failed(named, group, failureOf("upstream-invalid-request", 400));
    }
    expect([named.stats.cooldownUntilMs, wildcard.stats.cooldownUntilMs]).toEqual([0, 0]);
    expect(named.stats.failuresAt(START_MS)).toBe(0);
  });

  test("begins once more than half of a minute's calls have failed", () => {
    const { router } = routerOf();
    const first = deploymentOf("a");
    const group = groupOf(first, deploymentOf("b"));
    const success = successOf();
    router.succeeded(first, success);
    router.succeeded(first, success);
    for (let call = 0; call < 2; call++) {
      router.failed(first, group, failureOf("upstream-failed", 500));
    }
    expect(first.stats.cooldownUntilMs).toBe(0);
    router.failed(first, group, failureOf("upstream-failed", 500));
    expect(first.stats.cooldownUntilMs).toBe(START_MS + 5000);
  });

  test("by allowed_fails counts anew after a cooldown", () => {
    const { router, clock } = routerOf({ allowedFails: 1 });
    const only = deploymentOf("a");
    const group = groupOf(only);
    const fail = () => router.failed(only, group, failureOf("upstream-failed", 500));
    fail();
    expect(only.stats.isCooling(clock.nowMs)).toBe(false);
    fail();
    expect(only.stats.isCooling(clock.nowMs)).toBe(true);
    clock.nowMs += 5000;
    fail();
    expect(only.stats.isCooling(clock.nowMs)).toBe(false);
  });
});

describe("order", () => {
  const [first, second, third, last] = [
    deploymentOf("first", { order: 1 }),
    deploymentOf("second", { order: 2 }),
    deploymentOf("third", { order: 2 }),
    deploymentOf("last"),
  ];
  const group = groupOf(last, third, first, second);

  test.each<[string, readonly Deployment[], readonly string[]]>([
    ["nobody", [], ["first"]],
    ["the first", [first], ["second", "third"]],
    ["the first two orders in part", [first, second], ["third"]],
    ["all that have one", [first, second, third], ["last"]],
    ["all, it begins again", [first, second, third, last], ["first"]],
  ])("the lowest that has not been tried: %s", (_what, tried, expected) => {
    expect(chosenOf(routerOf().router, group, requestOf({ tried: new Set(tried) }))).toEqual([...expected]);
  });

  test("goes on to the next when the lowest cools", () => {
    const { router } = routerOf();
    const [cooling, other] = [deploymentOf("a", { order: 1 }), deploymentOf("b", { order: 2 })];
    router.failed(cooling, groupOf(cooling, other), tooMany);
    expect(chosenOf(router, groupOf(cooling, other))).toEqual(["b"]);
  });
});

describe("those that were tried", () => {
  const [first, second] = [deploymentOf("a", { weight: 1000 }), deploymentOf("b", { weight: 0 })];

  test("are avoided, whatever their weight", () => {
    expect(chosenOf(routerOf().router, groupOf(first, second), requestOf({ tried: new Set([first]) }))).toEqual(["b"]);
  });

  test("are asked again when nobody else is left", () => {
    const request = requestOf({ tried: new Set([first, second]) });
    expect(chosenOf(routerOf().router, groupOf(first, second), request)).toEqual(["a"]);
    expect(chosenOf(routerOf().router, groupOf(first), requestOf({ tried: new Set([first]) }))).toEqual(["a"]);
  });
});

describe("pre-call checks", () => {
  const settings = { enablePreCallChecks: true };
  const [small, large] = [
    deploymentOf("small", { maxInputTokens: 100 }),
    deploymentOf("large", { maxInputTokens: 1000 }),
  ];

  test("leave out those with too small a context window", () => {
    const { router } = routerOf(settings);
    expect(chosenOf(router, groupOf(small, large), requestOf({ promptTokens: 100 }))).toEqual(["large", "small"]);
    expect(chosenOf(router, groupOf(small, large), requestOf({ promptTokens: 101 }))).toEqual(["large"]);
    expect(chosenOf(routerOf().router, groupOf(small), requestOf({ promptTokens: 101 }))).toEqual(["small"]);
  });

  test("know published context windows of chats, which an entry's own number beats", () => {
    const { router } = routerOf(settings);
    const published = deploymentOf("published", {}, { contextWindow: 100 });
    const own = deploymentOf("own", { maxInputTokens: 1000 }, { contextWindow: 100 });
    const group = groupOf(published, own, deploymentOf("unknown"));
    expect(chosenOf(router, group, requestOf({ promptTokens: 101 }))).toEqual(["own", "unknown"]);
    expect(chosenOf(router, group, requestOf({ promptTokens: 1001 }))).toEqual(["unknown"]);
    expect(refusalOf(router, groupOf(published), requestOf({ promptTokens: 101 }))).toMatchObject({
      kind: "context-window-exceeded",
      message: "The prompt has 101 tokens; the largest context window of model=gpt takes 100",
    });
    const embeds = deploymentOf("embeds", {}, { contextWindow: 100, operation: "embedding" });
    const texts = requestOf({ operation: "embedding", promptTokens: 101 });
    expect(router.select(groupOf(embeds), texts)).toBe(embeds);
  });

  test("refuse a prompt that no one takes", () => {
    const { router } = routerOf(settings);
    expect(refusalOf(router, groupOf(small, large), requestOf({ promptTokens: 1001 })).kind).toBe(
      "context-window-exceeded",
    );
    expect(refusalOf(router, groupOf(small), requestOf({ promptTokens: 1001 })).kind).toBe("context-window-exceeded");
  });

  test("leave out those at their rpm until the minute ends", () => {
    const { router, clock } = routerOf(settings);
    const only = deploymentOf("a", { rpm: 1 });
    router.started(only);
    clock.nowMs += 20_000;
    expect(refusalOf(router, groupOf(only))).toMatchObject({ kind: "no-deployment-available", retryAfterMs: 40_000 });
    clock.nowMs += 40_000;
    expect(router.select(groupOf(only), requestOf())).toBe(only);
  });

  test("leave out other regions", () => {
    const { router } = routerOf(settings);
    const group = groupOf(
      deploymentOf("exact", { regionName: "eu" }),
      deploymentOf("within", { regionName: "eu-west-1" }),
      deploymentOf("other", { regionName: "us-east-1" }),
      deploymentOf("unknown"),
    );
    expect(chosenOf(router, group, requestOf({ region: "eu" }))).toEqual(["exact", "within"]);
    expect(refusalOf(router, group, requestOf({ region: "ap" })).kind).toBe("no-deployment-available");
  });
});

describe("tags", () => {
  const tagged = groupOf(
    deploymentOf("free", { tags: ["free"] }),
    deploymentOf("paid", { tags: ["paid", "fast"] }),
    deploymentOf("untagged"),
  );
  const withDefault = groupOf(...tagged.deployments, deploymentOf("default", { tags: ["default"] }));

  test.each<[string, ModelGroup, readonly string[] | undefined, boolean, readonly string[]]>([
    ["the one that matches", tagged, ["free"], true, ["free"]],
    ["any that match", tagged, ["free", "fast"], true, ["free", "paid"]],
    ["those that match all", withDefault, ["paid", "fast"], false, ["paid"]],
    ["the default when not all match", withDefault, ["free", "fast"], false, ["default"]],
    ["the default when none matches", withDefault, ["other"], true, ["default"]],
    ["the default without tags", withDefault, undefined, true, ["default"]],
    ["anybody without tags and a default", tagged, [], true, ["free", "paid", "untagged"]],
  ])("%s", (_what, group, tags, tagFilteringMatchAny, expected) => {
    const { router } = routerOf({ enableTagFiltering: true, tagFilteringMatchAny });
    expect(chosenOf(router, group, requestOf({ tags }))).toEqual([...expected]);
  });

  test("that nobody has are refused", () => {
    const { router } = routerOf({ enableTagFiltering: true });
    expect(refusalOf(router, tagged, requestOf({ tags: ["other"] }))).toMatchObject({
      kind: "unauthenticated",
      message: "Not allowed to access model due to tags configuration",
    });
  });

  test("hold for retries too: another order without the tag is not asked", () => {
    const { router } = routerOf({ enableTagFiltering: true });
    const first = deploymentOf("a", { tags: ["free"], order: 1 });
    const group = groupOf(first, deploymentOf("b", { tags: ["paid"], order: 2 }));
    expect(chosenOf(router, group, requestOf({ tags: ["free"], tried: new Set([first]) }))).toEqual(["a"]);
  });

  test("mean nothing unless filtering is on", () => {
    expect(chosenOf(routerOf().router, tagged, requestOf({ tags: ["other"] }))).toEqual(["free", "paid", "untagged"]);
  });
});

describe("limits", () => {
  test.each<[string, Partial<RouterSettings>]>([
    ["when enforced", { enforceModelRateLimits: true }],
    ["by usage", { strategy: "usage-based-routing-v2" }],
    ["by cost", { strategy: "cost-based-routing" }],
    ["by latency", { strategy: "latency-based-routing" }],
  ])("%s: whoever has reached them is left out, the next order takes over", (_what, settings) => {
    const { router } = routerOf(settings);
    const [first, second] = [deploymentOf("a", { rpm: 2, order: 1 }), deploymentOf("b", { tpm: 100, order: 2 })];
    const group = groupOf(first, second);
    router.started(first);
    expect(chosenOf(router, group)).toEqual(["a"]);
    router.started(first);
    expect(chosenOf(router, group)).toEqual(["b"]);
    const success = successOf({ completionTokens: 5, totalTokens: 91 });
    router.succeeded(second, success);
    expect(refusalOf(router, group)).toMatchObject({ kind: "no-deployment-available", retryAfterMs: 60_000 });
    expect(refusalOf(router, group).message).toContain("Model rate limit exceeded: deployment=a, rpm=2");
  });

  test("count nothing of calls with a caller's own key", () => {
    const { router } = routerOf({ enforceModelRateLimits: true });
    const only = deploymentOf("a", { rpm: 1, tpm: 100 });
    router.started(only, false);
    router.succeeded(only, successOf({ totalTokens: 1e9, countsForLimits: false }));
    router.finished(only);
    expect(router.select(groupOf(only), requestOf())).toBe(only);
  });

  test("are weights only, otherwise", () => {
    const { router } = routerOf();
    const only = deploymentOf("a", { rpm: 1 });
    router.started(only);
    router.started(only);
    expect(chosenOf(router, groupOf(only))).toEqual(["a"]);
  });
});

describe("what strategies learn from", () => {
  test("a stream that is given up before its first byte is as slow as the wait for it, at least", () => {
    const { router } = routerOf({ strategy: "latency-based-routing" });
    const [slow, quick] = [deploymentOf("slow"), deploymentOf("quick")];
    const group = groupOf(slow, quick);
    const stream = requestOf({ isStream: true });
    const giveUp = (waitedMs: number) =>
      router.gaveUp(slow, group, { waitedMs, firstByteMs: undefined, isStream: true });
    router.succeeded(quick, successOf({ firstByteMs: 80, isStream: true }));
    expect(chosenOf(router, group, stream)).toEqual(["slow"]);
    giveUp(100);
    expect(chosenOf(router, group, stream)).toEqual(["quick"]);
    giveUp(1); // Whoever leaves at once has learnt nothing.
    expect(slow.stats.latencyMs(true, START_MS, 1000)).toBe(100);
  });

  test("a stream that is given up later was as quick as its first byte", () => {
    const { router } = routerOf({ strategy: "latency-based-routing" });
    const only = deploymentOf("a");
    router.gaveUp(only, groupOf(only), { waitedMs: 5000, firstByteMs: 40, isStream: true });
    router.gaveUp(only, groupOf(only), { waitedMs: 9000, firstByteMs: 20, isStream: true });
    expect(only.stats.latencyMs(true, START_MS, 1000)).toBe(30);
  });

  test("a whole answer that is given up counts by the tokens that the group's answers have", () => {
    const { router } = routerOf({ strategy: "latency-based-routing" });
    const [slow, quick] = [deploymentOf("slow"), deploymentOf("quick")];
    const group = groupOf(slow, quick);
    const giveUp = (waitedMs: number) =>
      router.gaveUp(slow, group, { waitedMs, firstByteMs: undefined, isStream: false });
    giveUp(1500);
    expect(chosenOf(router, group)).toEqual(["quick", "slow"]); // Long or short, nobody knows.
    router.succeeded(quick, successOf({ durationMs: 1000, completionTokens: 100 }));
    giveUp(1500);
    expect(slow.stats.latencyMs(false, START_MS, 1000)).toBe(15);
    expect(chosenOf(router, group)).toEqual(["quick"]);
  });

  test("attempts under way are counted until they are over", () => {
    const { router } = routerOf({ strategy: "least-busy" });
    const [first, second] = [deploymentOf("a"), deploymentOf("b")];
    router.started(first);
    expect(chosenOf(router, groupOf(first, second))).toEqual(["b"]);
    router.finished(first);
    expect(chosenOf(router, groupOf(first, second))).toEqual(["a", "b"]);
  });

  test("latency is per completion token, of streams until the first byte; a timeout weighs heavily", () => {
    const { router } = routerOf({ strategy: "latency-based-routing" });
    const [first, second] = [deploymentOf("a"), deploymentOf("b")];
    const group = groupOf(first, second);
    const success = successOf({ durationMs: 1000, firstByteMs: 80, completionTokens: 100, totalTokens: 120 });
    router.succeeded(first, success);
    router.succeeded(second, { ...success, completionTokens: 10 });
    expect(chosenOf(router, group)).toEqual(["a"]);
    router.succeeded(first, { ...success, isStream: true });
    router.succeeded(second, { ...success, firstByteMs: 20, isStream: true });
    expect(chosenOf(router, group, requestOf({ isStream: true }))).toEqual(["b"]);
    router.failed(first, group, failureOf("upstream-timeout", 408));
    expect(chosenOf(router, group)).toEqual(["b"]);
  });
});
