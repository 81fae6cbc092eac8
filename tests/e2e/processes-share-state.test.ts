import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeUpstream } from "../support/fake-upstream.ts";
import { harmDone } from "../support/gateway-health.ts";
import { type GatewayProcess, startGateway } from "../support/gateway-process.ts";
import { MESSAGES, postJson } from "../support/gateway-setup.ts";
import { askedModels, groupEntries, modelsOfGroups, vendorError } from "../support/model-groups.ts";
import { hasRedis, type RedisServer, startRedis } from "../support/redis-server.ts";
import { eventually, within } from "../support/within.ts";

/** A group of its own for each test that makes a deployment fail. */
const SIZES = { plain: 2, shared: 2, stalled: 2, killed: 2 };
/** No call takes longer, whatever becomes of Redis. */
const CALL_LIMIT_MS = 5000;
/** A circuit that has opened is tried again after 2 s, and once more after 4 s. */
const MEET_LIMIT_MS = 10_000;
const TEST_LIMIT_MS = 25_000;
const CALLS = 60;
const PASSWORD = "right-pass-0123";

const upstream = startFakeUpstream({ models: modelsOfGroups(SIZES) });
let redis: RedisServer;
let left: GatewayProcess;
let right: GatewayProcess;

const toConfig = (redisUrl: string | undefined): Readonly<Record<string, unknown>> => ({
  model_list: groupEntries(upstream, SIZES),
  router_settings: { cooldown_time: 60, ...(redisUrl === undefined ? {} : { redis_url: redisUrl }) },
});

const start = (redisUrl: string): Promise<GatewayProcess> => startGateway({ config: toConfig(redisUrl) });

const writeConfig = (gateway: GatewayProcess, redisUrl: string | undefined): Promise<void> =>
  writeFile(join(gateway.directory, "config.yaml"), JSON.stringify(toConfig(redisUrl)));

interface RouterState {
  readonly state: "ok" | "open";
  readonly exchanges: number;
  readonly failures: number;
  readonly lag_ms: number | null;
}

const findRouterState = async (gateway: GatewayProcess): Promise<RouterState | undefined> => {
  const reply = await fetch(`${gateway.url}/health/readiness`);
  return ((await reply.json()) as { readonly router_state?: RouterState }).router_state;
};

const routerState = async (gateway: GatewayProcess): Promise<RouterState> => {
  const state = await findRouterState(gateway);
  if (state === undefined) throw new Error("nothing is shared");
  return state;
};

/** The process has told all it knew and heard all there was: of two exchanges one has begun after now. */
const exchanged = async (gateway: GatewayProcess, limitMs = MEET_LIMIT_MS): Promise<void> => {
  const { exchanges } = await routerState(gateway);
  const isOver = async (): Promise<boolean> => (await routerState(gateway)).exchanges >= exchanges + 2;
  await eventually(isOver, "two exchanges", limitMs);
};

const ask = async (gateway: GatewayProcess, model: string): Promise<number> => {
  const reply = await within(
    postJson(`${gateway.url}/v1/chat/completions`, { model, messages: MESSAGES }),
    "answer",
    CALL_LIMIT_MS,
  );
  await reply.arrayBuffer();
  return reply.status;
};

/** Asks again and again, one call after another; the longest of them in milliseconds. */
const longestOf = async (gateway: GatewayProcess, calls: number): Promise<number> => {
  let longestMs = 0;
  for (let count = 0; count < calls; count++) {
    const startedAtMs = performance.now();
    expect(await ask(gateway, "plain")).toBe(200);
    longestMs = Math.max(longestMs, performance.now() - startedAtMs);
  }
  return longestMs;
};

/** The first process finds the vendor out; whom of the group the second one asks from then on. */
const coolInLeft = async (group: keyof typeof SIZES): Promise<readonly (string | undefined)[]> => {
  upstream.forModel(`${group}-1`, vendorError(429));
  await eventually(async () => {
    await ask(left, group);
    return askedModels(upstream).includes(`${group}-1`);
  }, "the failing deployment is asked");
  await exchanged(left);
  await exchanged(right);
  const before = upstream.requests.length;
  for (let count = 0; count < 20; count++) expect(await ask(right, group)).toBe(200);
  return [...new Set(askedModels(upstream).slice(before))];
};

describe.skipIf(!hasRedis)("two processes and a Redis", () => {
  beforeAll(async () => {
    redis = await startRedis(PASSWORD);
    [left, right] = await Promise.all([start(redis.url), start(redis.url)]);
  });
  afterEach(() => upstream.reset());
  afterAll(async () => {
    expect([...harmDone(left), ...harmDone(right)]).toEqual([]);
    for (const gateway of [left, right]) {
      expect(gateway.logs()).not.toContain(PASSWORD);
      expect(await gateway.stop()).toBe(0);
    }
    await redis.kill();
    upstream.close();
  });

  test("what one has found out the other one knows", async () => {
    expect(await coolInLeft("shared")).toEqual(["shared-2"]);
    expect(await routerState(right)).toEqual({
      state: "ok",
      exchanges: expect.any(Number),
      failures: 0,
      lag_ms: expect.any(Number),
    });
  });

  test(
    "calls go on as ever while Redis stalls, and the processes meet again afterwards",
    async () => {
      redis.stall();
      const isOpen = async (): Promise<boolean> => {
        expect(await longestOf(left, CALLS)).toBeLessThan(CALL_LIMIT_MS);
        return (await routerState(left)).state === "open";
      };
      await eventually(isOpen, "the circuit opens", MEET_LIMIT_MS);
      expect(await longestOf(left, CALLS)).toBeLessThan(CALL_LIMIT_MS);
      redis.resume();
      expect(await coolInLeft("stalled")).toEqual(["stalled-2"]);
    },
    TEST_LIMIT_MS,
  );

  test(
    "calls go on as ever while Redis is gone, and the processes meet again in a new one",
    async () => {
      const before = left.logs().length;
      await redis.kill();
      const isOpen = async (): Promise<boolean> => {
        expect(await longestOf(left, CALLS)).toBeLessThan(CALL_LIMIT_MS);
        return (await routerState(left)).state === "open";
      };
      await eventually(isOpen, "the circuit opens", MEET_LIMIT_MS);
      await redis.restart();
      expect(await coolInLeft("killed")).toEqual(["killed-2"]);
      const said = left
        .logs()
        .slice(before)
        .split("\n")
        .filter((line) => line.includes("routing state"));
      expect(said).toEqual([
        expect.stringMatching(`error: routing state is not shared through the Redis at 127.0.0.1:${redis.port}: `),
        expect.stringMatching(`info: routing state is shared again through 127.0.0.1:${redis.port}`),
      ]);
    },
    TEST_LIMIT_MS,
  );

  test(
    "a process with a wrong password serves alone, says so once, and joins or leaves as its file is changed",
    async () => {
      const alone = await start(`redis://:wrong-pass-0123@127.0.0.1:${redis.port}`);
      try {
        expect(await longestOf(alone, CALLS)).toBeLessThan(CALL_LIMIT_MS);
        const hasTriedAgain = async (): Promise<boolean> => (await routerState(alone)).failures > 3;
        await eventually(hasTriedAgain, "a try after the circuit has opened", MEET_LIMIT_MS);
        expect(await routerState(alone)).toMatchObject({ state: "open", exchanges: 0, lag_ms: null });
        const said = alone.logs().match(/routing state is not shared.*/g) ?? [];
        expect(said).toEqual([expect.stringContaining("the password is not accepted")]);
        expect(alone.logs()).not.toContain("wrong-pass-0123");
        await writeConfig(alone, redis.url);
        await eventually(
          async () => (await findRouterState(alone))?.state === "ok",
          "the process joins",
          MEET_LIMIT_MS,
        );
        await exchanged(alone);
        await writeConfig(alone, undefined);
        await eventually(async () => (await findRouterState(alone)) === undefined, "the process leaves", MEET_LIMIT_MS);
        expect(harmDone(alone)).toEqual([]);
      } finally {
        expect(await alone.stop()).toBe(0);
      }
    },
    TEST_LIMIT_MS,
  );
});
